// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "ctl/commands/commands.h"
#include "ctl/commands/events.h"
#include "ctl/commands/stream_document.h"
#include "ctl/time_text.h"

namespace runnel::ctl {
namespace {

struct TailOptions {
    std::string stream;
    std::size_t count = 0;
};

struct DocumentOptions {
    std::string stream;
    std::size_t limit = 20;
};

struct EventOptions {
    std::string application, kinds;
    std::size_t count = 0;
};

struct MessageOptions {
    std::string application, device, kind, from, to;
    std::size_t limit = 100;
};

/// Whether the event is about the stream or about a message that its scope covers.
bool concerns(const Object& stream, const std::string& kind, const Object& event) {
    if (kind == "lost") return true;
    if (kind != "message") {
        const std::string name = streamName(stream);
        return text(event, "stream") == name || text(event, "part") == "stream " + name;
    }
    const std::string device = text(*child(stream, "scope"), "device");
    if (!device.empty() && text(event, "device") != device) return false;
    const std::vector<std::string> kinds = texts(stream, "events");
    return std::find(kinds.begin(), kinds.end(), text(event, "kind")) != kinds.end();
}

/// Until the stream is removed.
void tail(Context& context, const TailOptions& options) {
    const Where where = findStream(context.client, options.stream);
    const Object::Ptr stream = parseObject(context.client.get(apiPath(where)));
    followEvents(context, {{"application", text(*stream, "application")}}, options.count,
                 [&](const std::string& kind, const Object& event) {
                     if (!concerns(*stream, kind, event)) return Wanted::No;
                     return isTrue(event, "removed") ? Wanted::AsTheLast : Wanted::Yes;
                 });
}

std::string documentIn(const Object& item) {
    if (item.has("error")) return "none: " + text(item, "error");
    return text(item, item.has("text") ? "text" : "data");
}

void documents(Context& context, const DocumentOptions& options) {
    const Where stream = findStream(context.client, options.stream);
    const std::string body = context.client.get(
        apiPath(under(stream, {"documents"}), {{"limit", std::to_string(options.limit)}}));
    if (context.isJson) return printDocument(context, body);
    Table table({"#POSITION", "RECEIVED", "DEVICE", "KIND", "DOCUMENT"});
    for (const Object::Ptr& item : children(*parseObject(body), "items")) {
        table.add({text(*item, "position"), text(*item, "received"), text(*item, "device"),
                   text(*item, "kind"), documentIn(*item)});
    }
    table.print(context.out);
}

void events(Context& context, const EventOptions& options) {
    Query query{{"kinds", options.kinds}};
    if (!options.application.empty()) {
        query.emplace_back("application", euiOf("--application", options.application));
    }
    followEvents(context, query, options.count,
                 [](const std::string&, const Object&) { return Wanted::Yes; });
}

void messages(Context& context, const MessageOptions& options) {
    const std::string application = euiOf("--application", options.application);
    const Query query{{"device", options.device.empty() ? "" : euiOf("--device", options.device)},
                      {"kind", options.kind},
                      {"from", timeFor("--from", options.from, Relative::Ago)},
                      {"to", timeFor("--to", options.to, Relative::Ago)}};
    showList(context, {"applications", application, "messages"},
             {{"#POSITION", "RECEIVED", "DEVICE", "KIND", "#PORT", "DATA"},
              [](const Object& message) {
                  return std::vector<std::string>{
                      text(message, "position"), text(message, "received"), text(message, "device"),
                      text(message, "kind"),     text(message, "port"),     text(message, "data")};
              }},
             query, options.limit);
}

}  // namespace

void addStreamTail(const Menu& stream) {
    auto [app, options] = stream.command(
        "tail", "Print what comes for a stream, and its changes, until Ctrl-C", tail);
    app.add_option("STREAM", options.stream, "EUI/name, or the name if only one stream has it")
        ->required();
    app.add_option("--count", options.count, "End after so many");
}

void addStreamDocuments(const Menu& stream) {
    auto [app, options] = stream.command(
        "documents", "Show the newest messages as the stream's format writes them", documents);
    app.add_option("STREAM", options.stream, "EUI/name, or the name if only one stream has it")
        ->required();
    app.add_option("--limit", options.limit, "Of at most so many messages, up to 100")
        ->capture_default_str();
}

void addMessageCommands(const Menu& menu) {
    {
        auto [app, options] =
            menu.command("messages", "List an application's messages, the newest first", messages);
        app.add_option("--application", options.application, "Its application EUI")->required();
        app.add_option("--device", options.device, "Only of this device");
        app.add_option("--kind", options.kind, "Only of this kind: uplink, join, sent …");
        app.add_option("--from", options.from, "Not older: a time, or 2h for two hours ago");
        app.add_option("--to", options.to, "Older than this");
        app.add_option("--limit", options.limit, "At most so many; 0 is all")
            ->capture_default_str();
    }
    auto [app, options] =
        menu.command("events", "Print everything that happens until Ctrl-C", events);
    app.add_option("--application", options.application, "Only of this application");
    app.add_option("--kinds", options.kinds, "Any of message,stream,health");
    app.add_option("--count", options.count, "End after so many");
}

}  // namespace runnel::ctl
