// SPDX-License-Identifier: Apache-2.0
#include "network_mqtt/downlinks.h"

#include <iterator>
#include <utility>

namespace runnel::network_mqtt {

namespace {

constexpr const char* kExpired = "expired before the MQTT broker took it";

}  // namespace

Downlinks::Downlinks(const Parts& parts)
    : parts_(parts),
      origin_("mqtt:" + std::to_string(parts.host.now().time_since_epoch().count()) + ':') {}

Status Downlinks::send(const Downlink& downlink) {
    auto command = parts_.dialect.write(downlink);
    if (!command) return command.error();
    const std::lock_guard lock(mutex_);
    if (arrivals_.underWay >= kMost) {
        return Error{"", std::to_string(kMost) +
                             " downlinks already wait for the MQTT broker: send it again later"};
    }
    ++arrivals_.underWay;
    arrivals_.jobs.push_back({downlink, *std::move(command)});
    if (arrivals_.jobs.size() == 1) parts_.loop.post([this] { pump(); });
    return Done{};
}

void Downlinks::pump() {
    {
        const std::lock_guard lock(mutex_);
        std::move(arrivals_.jobs.begin(), arrivals_.jobs.end(), std::back_inserter(waiting_));
        arrivals_.jobs.clear();
    }
    while (!waiting_.empty() && parts_.client.room() > 0 && !parts_.publisher.isBusy()) {
        Job job = std::move(waiting_.front());
        waiting_.pop_front();
        const std::uint64_t token = ++lastToken_;
        if (isExpired(job)) {
            report(job, Kind::Expired, kExpired);
        } else if (publish(job, token)) {
            onTheWay_.emplace(token, std::move(job));
        }
    }
}

void Downlinks::resend(std::uint64_t token) {
    const auto place = onTheWay_.find(token);
    if (place == onTheWay_.end()) return parts_.client.forget(token);
    if (!isExpired(place->second)) {
        if (publish(place->second, token)) return;
    } else {
        parts_.client.forget(token);
        report(place->second, Kind::Expired, kExpired);
    }
    onTheWay_.erase(place);
}

void Downlinks::published(std::uint64_t token, mqtt::Reason reason, std::string_view text) {
    const auto place = onTheWay_.find(token);
    if (place == onTheWay_.end()) return;
    const Job job = std::move(place->second);
    onTheWay_.erase(place);
    if (reason == mqtt::Reason::NoMatchingSubscribers) {
        report(job, Kind::Failed, "nobody listens on the MQTT topic " + job.command.topic);
    } else if (mqtt::isFailure(reason)) {
        report(job, Kind::Failed, "the MQTT broker refuses it: " + std::string(text));
    } else {
        report(job, Kind::Queued, "");
    }
}

bool Downlinks::isExpired(const Job& job) const {
    return job.downlink.expires && parts_.host.now() >= *job.downlink.expires;
}

/// False: it has ended, and that is reported.
bool Downlinks::publish(const Job& job, std::uint64_t token) {
    mqtt::Publish packet;
    packet.topic = job.command.topic;
    packet.payload = job.command.payload;
    packet.qos = 1;
    if (parts_.client.publish(packet, token)) return true;
    report(job, Kind::Failed, "the MQTT broker takes no packets of this size");
    return false;
}

void Downlinks::report(const Job& job, Kind kind, std::string text) {
    Message message;
    message.kind = kind;
    message.device = job.downlink.device;
    message.application = job.downlink.application;
    message.port = job.downlink.port;
    message.isConfirmed = job.downlink.isConfirmed;
    message.networkDevice = job.downlink.networkDevice;
    message.networkTime = parts_.host.now();
    message.downlinkId = job.downlink.id;
    message.originId = origin_ + std::to_string(++reports_);
    message.text = std::move(text);
    {
        const std::lock_guard lock(mutex_);
        --arrivals_.underWay;
    }
    parts_.publisher.publish(std::move(message), 0);
}

}  // namespace runnel::network_mqtt
