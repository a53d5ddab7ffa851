// SPDX-License-Identifier: Apache-2.0
#include "ctl/commands/events.h"

#include <csignal>
#include <cstdlib>

#include "ctl/commands/show.h"

namespace runnel::ctl {
namespace {

/// Every line has been flushed when the signal comes.
void endWell(int) {
    std::_Exit(EXIT_SUCCESS);
}

std::string lineOf(const std::string& kind, const Object& event) {
    if (kind == "lost") return "lost: " + text(event, "count") + " events, this end was too slow";
    if (kind != "message") return kind + ": " + pairs(event);
    const std::string port = text(event, "port");
    std::string line =
        text(event, "received") + "  " + text(event, "device") + "  " + text(event, "kind");
    if (!port.empty()) line += "  port " + port;
    return line + (text(event, "data").empty() ? "" : "  " + text(event, "data"));
}

}  // namespace

void followEvents(Context& context, const Query& query, std::size_t count,
                  const std::function<Wanted(const std::string& kind, const Object&)>& isWanted) {
    std::signal(SIGINT, endWell);
    std::size_t printed = 0;
    context.client.follow(apiPath({"events"}, query), [&](const ServerEvent& event) {
        const Object::Ptr data = parseObject(event.data);
        const Wanted wanted = isWanted(event.kind, *data);
        if (wanted == Wanted::No) return true;
        if (context.isJson) {
            Object::Ptr line = newObject();
            line->set("event", event.kind);
            line->set("data", data);
            context.out << dump(line) << std::endl;
        } else {
            context.out << printable(lineOf(event.kind, *data)) << std::endl;
        }
        return ++printed != count && wanted != Wanted::AsTheLast;
    });
}

}  // namespace runnel::ctl
