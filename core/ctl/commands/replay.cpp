// SPDX-License-Identifier: Apache-2.0
#include <Poco/DateTimeFormatter.h>

#include <chrono>
#include <thread>

#include "ctl/commands/commands.h"
#include "ctl/commands/show.h"
#include "ctl/failure.h"
#include "ctl/time_text.h"

namespace runnel::ctl {
namespace {

/// Between two looks: the API has no request that waits, and a person watches.
constexpr std::chrono::milliseconds kPause{500};

struct ReplayOptions {
    std::string stream, from, to, toStream;
    bool isDetached = false;
};

/// To the millisecond: what came in this second is meant too.
std::string now() {
    return Poco::DateTimeFormatter::format(Poco::Timestamp(), "%Y-%m-%dT%H:%M:%S.%iZ");
}

std::string progressOf(const Object& replay) {
    std::string progress = text(replay, "sent") + " sent, " + text(replay, "arrived") + " arrived";
    if (number(replay, "refused") > 0) progress += ", " + text(replay, "refused") + " refused";
    const std::int64_t left = number(replay, "through") - number(replay, "position");
    if (left > 0) progress += ", " + std::to_string(left) + " messages left to look at";
    return progress;
}

/// The document of the replay at its end.
std::string follow(Context& context, const Where& where) {
    std::string shown;
    while (true) {
        std::string body = context.client.get(apiPath(where));
        const Object::Ptr replay = parseObject(body);
        const std::string progress = progressOf(*replay);
        if (progress != shown) context.err << progress << std::endl;
        shown = progress;
        if (text(*replay, "state") != "running") return body;
        std::this_thread::sleep_for(kPause);
    }
}

std::vector<std::pair<std::string, std::string>> fieldsOf(const Object& replay) {
    return {{"replay", text(replay, "id")},          {"state", text(replay, "state")},
            {"from", text(replay, "from")},          {"to", text(replay, "to")},
            {"to stream", text(replay, "toStream")}, {"messages", progressOf(replay)}};
}

void replay(Context& context, const ReplayOptions& options) {
    Object::Ptr body = newObject();
    body->set("from", timeFor("--from", options.from, Relative::Ago));
    body->set("to", options.to.empty() ? now() : timeFor("--to", options.to, Relative::Ago));
    const Where stream = findStream(context.client, options.stream);
    if (!options.toStream.empty()) {
        body->set("toStream", nameOf(findStream(context.client, options.toStream)));
    }
    const Where replays = under(stream, {"replays"});
    std::string answer = context.client.post(apiPath(replays), body);
    if (!options.isDetached) {
        answer = follow(context, under(replays, {text(*parseObject(answer), "id")}));
    }
    showObject(context, answer, fieldsOf);
    const std::string state = text(*parseObject(answer), "state");
    if (state == "failed" || state == "cancelled") {
        throw Failure(ExitCode::Refused, "the replay of " + nameOf(stream) +
                                             " was not completed: " + state + ", " +
                                             text(*parseObject(answer), "text"));
    }
}

}  // namespace

void addReplayCommand(const Menu& menu) {
    auto [app, options] =
        menu.command("replay", "Send again what a stream had between two times", replay);
    app.add_option("--stream", options.stream, "EUI/name of the stream")->required();
    app.add_option("--from", options.from, "A time, or 2h for two hours ago")->required();
    app.add_option("--to", options.to, "The same; now if it is left out");
    app.add_option("--to-stream", options.toStream, "Send to this stream instead");
    app.add_flag("--detach", options.isDetached, "Do not wait until it is done");
}

}  // namespace runnel::ctl
