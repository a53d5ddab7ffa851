// SPDX-License-Identifier: Apache-2.0
#include "stream_topics.h"

#include <algorithm>
#include <array>

#include "mqtt/topic.h"

namespace runnel::mqtt {

namespace {

constexpr std::string_view kNone = "-";

std::string orNone(const std::optional<Eui>& eui) {
    return eui ? text(*eui) : std::string(kNone);
}

/// Takes the first level off the front of `rest`.
std::string_view takeLevel(std::string_view& rest) {
    const std::size_t slash = rest.find('/');
    const std::string_view level = rest.substr(0, slash);
    rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    return level;
}

/// Can this level of a filter be an EUI of the scope? `scope`: the only one, or nullopt for any.
bool canBeEui(std::string_view level, const std::optional<Eui>& scope) {
    if (level == "+" || level == "#") return true;
    if (scope) return level == text(*scope);
    if (level == kNone) return true;
    const std::optional<Eui> eui = parseEui(level);
    return eui && level == text(*eui);  // topics match byte by byte, and ours are upper case
}

}  // namespace

std::string topicOf(const StreamConfig& stream, const Message* message) {
    const bool isUplink = message != nullptr && message->kind == Kind::Uplink;
    std::string topic = orNone(message ? message->application : stream.application);
    topic += '/';
    topic += message ? text(message->device) : orNone(stream.device);
    topic += isUplink ? "/up" : "/event";
    return topic;
}

Verdict judge(const StreamConfig& stream, const Subscription& subscription) {
    constexpr Verdict kNotAuthorized{Reason::NotAuthorized, false};
    if (isShared(subscription.filter)) return {Reason::SharedSubscriptionsNotSupported, false};
    std::string_view rest = subscription.filter;
    const std::string_view application = takeLevel(rest);
    if (!canBeEui(application, stream.application)) return kNotAuthorized;
    if (subscription.filter.ends_with('/')) return kNotAuthorized;  // an empty last level
    const Reason granted = subscription.qos == 0 ? Reason::Success : Reason::GrantedQos1;
    if (application == "#") return {granted, true};
    const std::string_view device = takeLevel(rest);
    if (!canBeEui(device, stream.device)) return kNotAuthorized;
    if (device == "#") return {granted, true};
    const std::string_view what = takeLevel(rest);
    if (!rest.empty() && rest != "#") return kNotAuthorized;
    constexpr std::array<std::string_view, 4> kParcels{"+", "#", "up", "event"};
    if (std::find(kParcels.begin(), kParcels.end(), what) != kParcels.end()) return {granted, true};
    return what == "receipt" ? Verdict{granted, false} : kNotAuthorized;
}

std::optional<DownTopic> parseDownTopic(const StreamConfig& stream, std::string_view topic) {
    std::string_view rest = topic;
    const std::string_view application = takeLevel(rest);
    const std::string_view device = takeLevel(rest);
    if (rest != "down") return std::nullopt;
    const std::optional<Eui> applicationEui = parseEui(application);
    const std::optional<Eui> deviceEui = parseEui(device);
    if (!deviceEui || (!applicationEui && application != kNone)) return std::nullopt;
    if (stream.application && applicationEui != stream.application) return std::nullopt;
    if (stream.device && deviceEui != stream.device) return std::nullopt;
    return DownTopic{*deviceEui, orNone(applicationEui) + "/" + text(*deviceEui) + "/receipt"};
}

}  // namespace runnel::mqtt
