// SPDX-License-Identifier: Apache-2.0
#include "ctl/commands/commands.h"
#include "ctl/commands/show.h"
#include "ctl/failure.h"
#include "ctl/terminal.h"
#include "ctl/time_text.h"

namespace runnel::ctl {
namespace {

constexpr const char* kStream = "EUI/name, or the name if only one stream has it";

struct ListOptions {
    std::string stream;
    bool hasSecrets = false;
};

struct AddOptions {
    std::string stream, label, expires, tokenFile;
    std::vector<std::string> scopes;
};

struct TokenName {
    std::string stream, token, overlap;
};

void list(Context& context, const ListOptions& options) {
    const Where stream = findStream(context.client, options.stream);
    ListView view{
        {"ID", "LABEL", "SCOPES", "CREATED", "EXPIRES", "LAST USED"}, [](const Object& token) {
            return std::vector<std::string>{text(token, "id"),      text(token, "label"),
                                            text(token, "scopes"),  text(token, "created"),
                                            text(token, "expires"), text(token, "lastUsed")};
        }};
    if (options.hasSecrets) {
        view = {{"ID", "LABEL", "TOKEN"}, [](const Object& token) {
                    return std::vector<std::string>{text(token, "id"), text(token, "label"),
                                                    text(token, "token")};
                }};
    }
    showList(context, under(stream, {"tokens"}), view);
}

void printToken(Context& context, const std::string& body) {
    showObject(context, body, [](const Object& token) {
        return std::vector<std::pair<std::string, std::string>>{{"id", text(token, "id")},
                                                                {"label", text(token, "label")},
                                                                {"scopes", text(token, "scopes")},
                                                                {"expires", text(token, "expires")},
                                                                {"token", text(token, "token")}};
    });
}

void add(Context& context, const AddOptions& options) {
    Object::Ptr body = newObject();
    if (!options.label.empty()) body->set("label", options.label);
    if (!options.scopes.empty()) body->set("scopes", arrayOf(options.scopes));
    const std::string expires = timeFor("--expires", options.expires, Relative::FromNow);
    if (!expires.empty()) body->set("expires", expires);
    if (!options.tokenFile.empty()) {
        body->set("token", readSecret("--token-file", options.tokenFile, context.in));
    }
    const Where stream = findStream(context.client, options.stream);
    printToken(context, context.client.post(apiPath(under(stream, {"tokens"})), body));
}

void revoke(Context& context, const TokenName& options) {
    const Where stream = findStream(context.client, options.stream);
    context.client.remove(apiPath(under(stream, {"tokens", options.token})));
    say(context, "token " + options.token + " of " + nameOf(stream) +
                     " revoked; its connections are closed");
}

/// The one that is meant if none is named: there must be only one that does not expire.
std::string onlyToken(Context& context, const Where& stream) {
    std::string only;
    std::string all;
    std::size_t count = 0;
    for (const Object::Ptr& token : context.client.list(under(stream, {"tokens"}))) {
        if (!text(*token, "expires").empty()) continue;
        ++count;
        only = text(*token, "id");
        all += "\n  " + only + "  " + text(*token, "label");
    }
    if (count == 1) return only;
    throw Failure(ExitCode::WrongUse, nameOf(stream) + " has " + std::to_string(count) +
                                          " tokens without an end; expected exactly one, so name "
                                          "it with --token ID" +
                                          all);
}

void rotate(Context& context, const TokenName& options) {
    Object::Ptr body = newObject();
    if (!options.overlap.empty()) {
        const auto overlap = parseDuration(options.overlap);
        if (!overlap) {
            throw Failure(ExitCode::WrongUse,
                          "--overlap must be a duration such as 0s, 15m, 2h, 7d, found '" +
                              options.overlap + "'");
        }
        body->set("overlapSeconds", static_cast<std::int64_t>(overlap->count()));
    }
    const Where stream = findStream(context.client, options.stream);
    const std::string id = options.token.empty() ? onlyToken(context, stream) : options.token;
    printToken(context,
               context.client.post(apiPath(under(stream, {"tokens", id, "rotate"})), body));
}

}  // namespace

void addTokenCommands(const Menu& menu) {
    const Menu group = menu.group("token", "Tokens that clients present");
    {
        auto [app, options] = group.command("list", "List a stream's tokens", list);
        app.add_option("STREAM", options.stream, kStream)->required();
        app.add_flag("--secrets", options.hasSecrets, "Show the tokens themselves");
    }
    {
        auto [app, options] = group.command("add", "Make another token for a stream", add);
        app.add_option("STREAM", options.stream, kStream)->required();
        app.add_option("--label", options.label, "What it is for");
        addRepeated(app, "--scope", options.scopes, "up or down, may be repeated; both if none");
        app.add_option("--expires", options.expires, "A time, or 30d for thirty days from now");
        app.add_option("--token-file", options.tokenFile,
                       "File whose first line is the token, - for the standard input");
    }
    auto [app, options] =
        group.command("revoke", "Take a token back; its connections are closed", revoke);
    app.add_option("STREAM", options.stream, kStream)->required();
    app.add_option("ID", options.token, "The token's id, as 'token list' shows it")->required();
}

void addRotateToken(const Menu& stream) {
    auto [app, options] =
        stream.command("rotate-token", "Make a new token; the old one ends after a while", rotate);
    app.add_option("STREAM", options.stream, kStream)->required();
    app.add_option("--token", options.token, "The old one's id; not needed if there is only one");
    app.add_option("--overlap", options.overlap, "How long the old one lasts; 1d if not given");
}

}  // namespace runnel::ctl
