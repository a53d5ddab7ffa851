// SPDX-License-Identifier: Apache-2.0
#include "admin/routes/replay_routes.h"

#include "admin/body_fields.h"
#include "admin/etag.h"
#include "admin/json_body.h"
#include "admin/routes/of_stream.h"
#include "base/time_text.h"

namespace runnel::admin {

namespace {

const char* word(ReplayReport::State state) {
    switch (state) {
        case ReplayReport::State::Running:
            return "running";
        case ReplayReport::State::Done:
            return "done";
        case ReplayReport::State::Failed:
            return "failed";
        case ReplayReport::State::Cancelled:
            break;
    }
    return "cancelled";
}

std::string replayJson(const ReplayReport& replay) {
    auto json = newObject();
    json->set("id", replay.id);
    json->set("stream", replay.stream);
    json->set("toStream", replay.toStream);
    json->set("from", timeText(replay.from));
    json->set("to", timeText(replay.to));
    json->set("started", timeText(replay.started));
    json->set("state", word(replay.state));
    json->set("sent", replay.sent);
    json->set("arrived", replay.arrived);
    json->set("refused", replay.refused);
    json->set("position", replay.position);
    json->set("through", replay.through);
    json->set("text", replay.text);
    return jsonText(json);
}

ApiAnswer list(const ReplayParts& parts, const ApiRequest& request) {
    streamOf(request, parts.streams);
    const Page page = pageOf(request);
    const std::uint64_t before = afterNumber(page);
    ListBody body(page);
    for (const ReplayReport& replay : parts.replays.list(streamNameOf(request))) {
        if (before != 0 && replay.id >= before) continue;
        body.add(std::to_string(replay.id), replayJson(replay));
    }
    return {.body = body.text()};
}

ReplayReport replayOf(const ReplayParts& parts, const ApiRequest& request) {
    streamOf(request, parts.streams);
    const std::uint64_t id = numberOf(request, "replay");
    const auto replay = parts.replays.find(id);
    if (!replay || replay->stream != streamNameOf(request)) {
        throw Problem(404, "the stream has no replay " + std::to_string(id) +
                               "; the newest 100 that have ended are remembered until a restart");
    }
    return *replay;
}

/// "name" of the same application or gateway, or "EUI/name" of one that `who` may change.
std::string targetOf(const ReplayParts& parts, const ApiRequest& request, std::string_view written,
                     BodyFields& fields) {
    const std::string source = streamNameOf(request);
    const std::size_t slash = written.find('/');
    if (slash == std::string_view::npos) {
        return source.substr(0, source.find('/') + 1) + std::string(written);
    }
    const auto eui = parseEui(written.substr(0, slash));
    std::string name = eui ? text(*eui) + std::string(written.substr(slash)) : std::string();
    const auto stream = parts.streams.find(name).stream;
    const Principal& who = request.who;
    // Whose streams one may not change, one learns nothing about.
    const auto& config = stream ? stream->setup().config : nullptr;
    const bool isAllowed = who.isAdmin() || (config && !config->gateway && who.mayChange(*eui));
    if (!stream || !isAllowed) {
        fields.complain("toStream",
                        "there is no stream \"" + std::string(written) +
                            "\" that you may send to; write a stream's name, or EUI/name");
    }
    return name;
}

ApiAnswer start(const ReplayParts& parts, const ApiRequest& request) {
    streamOf(request, parts.streams);
    BodyFields fields(jsonObject(request), {"from", "to", "toStream"});
    fields.require("from", "the time from which on messages are sent again");
    fields.require("to", "the time up to which messages are sent again");
    Replays::Request order{.stream = streamNameOf(request), .toStream = {}};
    order.from = fields.time("from").value_or(Instant{});
    order.to = fields.time("to").value_or(Instant{});
    if (const auto written = fields.text("toStream"); written) {
        order.toStream = targetOf(parts, request, *written, fields);
    }
    fields.check();
    const auto replay = parts.replays.start(order);
    if (!replay && replay.error().field.empty()) {
        throw Problem(503, replay.error().reason).with("Retry-After", "60");
    }
    if (!replay) {
        fields.complain(replay.error().field, replay.error().reason);
        fields.check();
    }
    ApiAnswer answer{.status = 202, .body = replayJson(*replay)};
    const bool isOfGateway = request.path.contains("gateway");
    const std::string owner = text(request.eui(isOfGateway ? "gateway" : "application"));
    answer.headers = {{"Location", "/api/v1/" +
                                       std::string(isOfGateway ? "gateways/" : "applications/") +
                                       owner + "/streams/" + request.parameter("stream") +
                                       "/replays/" + std::to_string(replay->id)}};
    return answer;
}

ApiAnswer cancel(const ReplayParts& parts, const ApiRequest& request) {
    const ReplayReport replay = replayOf(parts, request);
    if (!parts.replays.cancel(replay.id)) {
        throw Problem(409, "replay " + std::to_string(replay.id) + " has ended already");
    }
    return {.status = 204, .contentType = {}};
}

}  // namespace

Routes replayRoutes(ReplayParts parts) {
    Routes routes;
    add(routes, {.method = "GET",
                 .suffix = "/replays",
                 .access = Access::See,
                 .query = {"limit", "after"},
                 .handler = [parts](const ApiRequest& r) { return list(parts, r); }});
    add(routes, {.method = "POST",
                 .suffix = "/replays",
                 .access = Access::Change,
                 .handler = [parts](const ApiRequest& r) { return start(parts, r); }});
    add(routes, {.method = "GET",
                 .suffix = "/replays/{replay}",
                 .access = Access::See,
                 .handler = [parts](const ApiRequest& r) {
                     return document(r, replayJson(replayOf(parts, r)));
                 }});
    add(routes, {.method = "DELETE",
                 .suffix = "/replays/{replay}",
                 .access = Access::Change,
                 .handler = [parts](const ApiRequest& r) { return cancel(parts, r); }});
    return routes;
}

}  // namespace runnel::admin
