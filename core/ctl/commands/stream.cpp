// SPDX-License-Identifier: Apache-2.0
#include "ctl/commands/commands.h"
#include "ctl/commands/stream_document.h"
#include "ctl/failure.h"

namespace runnel::ctl {
namespace {

struct ListOptions {
    std::string application, protocol, health;
};

struct StreamOptions {
    std::string stream;
    bool hasSecrets = false;
};

void list(Context& context, const ListOptions& options) {
    Query query{{"protocol", options.protocol}, {"health", options.health}};
    if (!options.application.empty()) {
        query.emplace_back("application", euiOf("--application", options.application));
    }
    showList(context, {"streams"},
             {{"STREAM", "PROTOCOL", "FORMAT", "HEALTH", "#SESSIONS", "#PENDING"},
              [](const Object& stream) {
                  const Object::Ptr state = child(stream, "state");
                  const Object::Ptr books = child(*state, "books");
                  const bool isDisabled = stream.has("enabled") && !isTrue(stream, "enabled");
                  return std::vector<std::string>{
                      streamName(stream),       text(stream, "protocol"),
                      text(stream, "format"),   isDisabled ? "disabled" : text(*state, "health"),
                      text(*state, "sessions"), text(*books, "pending")};
              }},
             query);
}

std::vector<std::pair<std::string, std::string>> fieldsOf(const Object& stream) {
    const Object::Ptr state = child(stream, "state");
    const std::string reason = text(*state, "text");
    return {{"stream", streamName(stream)},
            {"url", text(stream, "url")},
            {"scope", scopeText(stream)},
            {"protocol", text(stream, "protocol")},
            {"format", text(stream, "format")},
            {"options", pairs(*child(stream, "options"))},
            {"duplicates", text(stream, "duplicates")},
            {"events", text(stream, "events")},
            {"enabled", text(stream, "enabled")},
            {"origin", text(stream, "origin")},
            {"health", text(*state, "health") + (reason.empty() ? "" : ": " + reason)},
            {"since", text(*state, "since")},
            {"sessions", text(*state, "sessions")},
            {"cursor", text(*state, "cursor")},
            {"books", pairs(*child(*state, "books"))}};
}

void show(Context& context, const StreamOptions& options) {
    const Where stream = findStream(context.client, options.stream);
    const Query query{{"secrets", options.hasSecrets ? "true" : ""}};
    showObject(context, context.client.get(apiPath(stream, query)), fieldsOf);
}

void test(Context& context, const StreamOptions& options) {
    const Where stream = findStream(context.client, options.stream);
    const std::string body = context.client.post(apiPath(under(stream, {"test"})));
    const Object::Ptr answer = parseObject(body);
    showObject(context, body, [&](const Object& result) {
        return std::vector<std::pair<std::string, std::string>>{
            {"stream", nameOf(stream)},
            {"sent", isTrue(result, "sent") ? "yes, a made-up uplink" : "no"},
            {"sessions", text(result, "sessions")},
            {"health", text(result, "health")},
            {"text", text(result, "text")},
            {"arrived", isTrue(result, "arrived") ? "yes" : "no, not within 5 s"},
            {"status", text(result, "status")},
            {"answer", text(result, "answer")}};
    });
    if (isTrue(*answer, "sent")) return;
    throw Failure(ExitCode::Refused, "nothing was sent to " + nameOf(stream) +
                                         "; expected a session that takes uplinks: connect a "
                                         "client and try again");
}

void sessions(Context& context, const StreamOptions& options) {
    const Where stream = findStream(context.client, options.stream);
    showList(context, under(stream, {"sessions"}),
             {{"PEER", "SINCE", "ROLE", "TOKEN"}, [](const Object& session) {
                  const char* role = isTrue(session, "isSendOnly") ? "sends only"
                                     : isTrue(session, "isHolder") ? "holder"
                                                                   : "listener";
                  return std::vector<std::string>{text(session, "peer"), text(session, "since"),
                                                  role, text(session, "token")};
              }});
}

void attempts(Context& context, const StreamOptions& options) {
    const Where stream = findStream(context.client, options.stream);
    showList(context, under(stream, {"attempts"}),
             {{"TIME", "POSITION", "STATUS", "ANSWER"}, [](const Object& attempt) {
                  const std::string position = text(attempt, "position");
                  return std::vector<std::string>{text(attempt, "time"),
                                                  position.empty() ? "test" : position,
                                                  text(attempt, "status"), text(attempt, "answer")};
              }});
}

void remove(Context& context, const StreamOptions& options) {
    const Where stream = findStream(context.client, options.stream);
    context.client.remove(apiPath(stream));
    say(context, nameOf(stream) + " removed");
}

}  // namespace

void addStreamCommands(const Menu& menu) {
    constexpr const char* kStream = "EUI/name, or the name if only one stream has it";
    const Menu group = menu.group("stream", "Streams between devices and applications");
    addStreamAdd(group);
    {
        auto [app, options] = group.command("list", "List streams with their health", list);
        app.add_option("--application", options.application, "Only of this application");
        app.add_option("--protocol", options.protocol, "Only of this protocol");
        app.add_option("--health", options.health, "working, connecting, failing or waiting");
    }
    {
        auto [app, options] =
            group.command("show", "Show a stream with its URL, its state and books", show);
        app.add_option("STREAM", options.stream, kStream)->required();
        app.add_flag("--secrets", options.hasSecrets, "Also options that are secret");
    }
    addStreamSet(group);
    {
        auto [app, options] = group.command(
            "test", "Send a made-up uplink to the stream's holder and show its answer", test);
        app.add_option("STREAM", options.stream, kStream)->required();
    }
    {
        auto [app, options] =
            group.command("sessions", "List the clients that are there", sessions);
        app.add_option("STREAM", options.stream, kStream)->required();
    }
    {
        auto [app, options] = group.command(
            "attempts", "List the newest tries of a protocol that repeats them", attempts);
        app.add_option("STREAM", options.stream, kStream)->required();
    }
    addStreamTail(group);
    addStreamDocuments(group);
    addRotateToken(group);
    auto [app, options] = group.command("remove", "Remove a stream and what waits in it", remove);
    app.add_option("STREAM", options.stream, kStream)->required();
}

}  // namespace runnel::ctl
