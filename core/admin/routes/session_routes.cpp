// SPDX-License-Identifier: Apache-2.0
#include "admin/routes/session_routes.h"

#include "admin/json_body.h"
#include "admin/json_string.h"
#include "admin/routes/health_text.h"
#include "admin/routes/of_stream.h"
#include "admin/routes/short_list.h"
#include "base/time_text.h"

namespace runnel::admin {

namespace {

using Poco::JSON::Object;

/// For the other side's answer to a made-up uplink.
constexpr std::chrono::seconds kPatience{5};

std::string sessionJson(const SessionInfo& session) {
    auto json = newObject();
    json->set("peer", session.peer);
    json->set("since", timeText(session.since));
    json->set("isHolder", session.isHolder);
    json->set("isSendOnly", session.isSendOnly);
    json->set("token", session.token);
    json->set("unsettled", session.lag.unsettled);
    if (session.lag.waiting) json->set("waiting", *session.lag.waiting);
    return jsonText(json);
}

ApiAnswer list(const SessionParts& parts, const ApiRequest& request) {
    std::vector<std::string> items;
    for (const SessionInfo& session : streamOf(request, parts.streams)->sessions()) {
        items.push_back(sessionJson(session));
    }
    return pageOfList(request, items);
}

/// An uplink as the stream's scope would have it, of a device that does not exist.
MessagePtr sampleFor(const StreamConfig& config, Instant now) {
    auto message = std::make_shared<Message>();
    message->kind = Kind::Uplink;
    message->port = 1;
    message->device = config.device.value_or(Eui{0xFFFFFFFFFFFFFFFF});
    message->application = config.application;
    message->deviceName = "test";
    message->network = "test";
    message->region = "EU868";
    message->dataRate = "SF7BW125";
    message->frequencyHz = 868'100'000;
    message->brokerTime = now;
    message->networkTime = now;
    message->payload = {'t', 'e', 's', 't'};
    message->receptions.push_back(
        {.gateway = config.gateway, .rssiDbm = -60, .snrDb = 9.5F, .time = std::nullopt});
    return message;
}

/// Text of what may be any bytes.
std::string answerText(const std::string& answer) {
    const std::string text = answer.substr(0, firstNonUtf8(answer));
    return text.empty() && !answer.empty() ? "(binary)" : text;
}

void addAnswer(Object& json, const Attempt& attempt) {
    if (attempt.status != 0) json.set("status", attempt.status);
    json.set("answer", answerText(attempt.answer));
}

std::string attemptJson(const Attempt& attempt) {
    auto json = newObject();
    json->set("time", timeText(attempt.time));
    if (attempt.position != 0) json->set("position", attempt.position);
    addAnswer(*json, attempt);
    return jsonText(json);
}

ApiAnswer attempts(const SessionParts& parts, const ApiRequest& request) {
    std::vector<std::string> items;
    for (const Attempt& attempt : streamOf(request, parts.streams)->attempts()) {
        items.push_back(attemptJson(attempt));
    }
    return pageOfList(request, items);
}

ApiAnswer test(const SessionParts& parts, const ApiRequest& request) {
    const auto stream = streamOf(request, parts.streams);
    const auto fate = std::make_shared<SampleFate>();
    const Status status =
        stream->sendSample(sampleFor(*stream->setup().config, parts.clock.now()), fate);
    const SampleFate::News news = status ? fate->await(kPatience) : SampleFate::News{};
    const StreamHealth health = stream->health();
    auto json = newObject();
    json->set("sent", static_cast<bool>(status));
    json->set("sessions", stream->sessionCount());
    json->set("health", healthText(health.word));
    json->set("text", status ? health.text : status.error().reason);
    json->set("arrived", news.outcome == Outcome::Delivered);
    if (news.attempt) addAnswer(*json, *news.attempt);
    return {.body = jsonText(json)};
}

}  // namespace

Routes sessionRoutes(SessionParts parts) {
    Routes routes;
    add(routes, {.method = "GET",
                 .suffix = "/sessions",
                 .access = Access::See,
                 .query = {"limit", "after"},
                 .handler = [parts](const ApiRequest& r) { return list(parts, r); }});
    add(routes, {.method = "GET",
                 .suffix = "/attempts",
                 .access = Access::See,
                 .query = {"limit", "after"},
                 .handler = [parts](const ApiRequest& r) { return attempts(parts, r); }});
    add(routes, {.method = "POST",
                 .suffix = "/test",
                 .access = Access::Change,
                 .handler = [parts](const ApiRequest& r) { return test(parts, r); }});
    return routes;
}

}  // namespace runnel::admin
