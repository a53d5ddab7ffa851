// SPDX-License-Identifier: Apache-2.0
#include "ctl/commands/commands.h"
#include "ctl/commands/show.h"
#include "ctl/failure.h"

namespace runnel::ctl {
namespace {

struct DeadOptions {
    std::string stream;
    std::vector<std::string> letters;
    bool isAll = false;
    std::size_t limit = 100;
};

std::string summary(const Object& letter) {
    const Object::Ptr message = child(letter, "message");
    if (message->size() == 0) return text(letter, "message");
    return text(*message, "kind") + " " + text(*message, "device") + " " + text(*message, "data");
}

void list(Context& context, const DeadOptions& options) {
    const Where stream = findStream(context.client, options.stream);
    showList(context, under(stream, {"dead-letters"}),
             {{"#ID", "TIME", "REASON", "MESSAGE"},
              [](const Object& letter) {
                  return std::vector<std::string>{text(letter, "id"), text(letter, "time"),
                                                  text(letter, "reason"), summary(letter)};
              }},
             {}, options.limit);
}

std::vector<std::string> lettersOf(Context& context, const Where& letters,
                                   const DeadOptions& options) {
    if (options.isAll == !options.letters.empty()) {
        throw Failure(ExitCode::WrongUse,
                      "which ones? Expected the ids that 'dead list' shows, or "
                      "--all, not both");
    }
    if (!options.isAll) return options.letters;
    std::vector<std::string> ids;
    for (const Object::Ptr& letter : context.client.list(letters)) {
        ids.push_back(text(*letter, "id"));
    }
    return ids;
}

void resend(Context& context, const DeadOptions& options) {
    const Where letters = under(findStream(context.client, options.stream), {"dead-letters"});
    const std::vector<std::string> ids = lettersOf(context, letters, options);
    for (const std::string& id : ids) {
        context.client.post(apiPath(under(letters, {id, "resend"})));
    }
    say(context, std::to_string(ids.size()) + " sent again");
}

void drop(Context& context, const DeadOptions& options) {
    const Where letters = under(findStream(context.client, options.stream), {"dead-letters"});
    const std::vector<std::string> ids = lettersOf(context, letters, options);
    if (options.isAll) {
        context.client.remove(apiPath(letters));
    } else {
        for (const std::string& id : ids) context.client.remove(apiPath(under(letters, {id})));
    }
    say(context, std::to_string(ids.size()) + " dropped");
}

void addLetters(CLI::App& app, DeadOptions& options) {
    app.add_option("STREAM", options.stream, "EUI/name, or the name if only one stream has it")
        ->required();
    app.add_option("ID", options.letters, "As 'dead list' shows them");
    app.add_flag("--all", options.isAll, "All of the stream");
}

}  // namespace

void addDeadCommands(const Menu& menu) {
    const Menu group = menu.group("dead", "Messages that could not be delivered");
    {
        auto [app, options] = group.command("list", "List a stream's dead letters", list);
        app.add_option("STREAM", options.stream, "EUI/name, or the name if only one stream has it")
            ->required();
        app.add_option("--limit", options.limit, "At most so many; 0 is all")
            ->capture_default_str();
    }
    {
        auto [app, options] = group.command("resend", "Deliver dead letters again", resend);
        addLetters(app, options);
    }
    auto [app, options] = group.command("drop", "Forget dead letters", drop);
    addLetters(app, options);
}

}  // namespace runnel::ctl
