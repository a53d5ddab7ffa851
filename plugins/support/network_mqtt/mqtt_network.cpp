// SPDX-License-Identifier: Apache-2.0
#include "network_mqtt/mqtt_network.h"

#include <span>
#include <utility>
#include <vector>

#include "mqtt/reason.h"

namespace runnel::network_mqtt {

MqttNetwork::MqttNetwork(Host& host, NetworkHost& network, mqtt::ClientSettings settings,
                         std::unique_ptr<const Dialect> dialect)
    : host_(host),
      network_(network),
      dialect_(std::move(dialect)),
      dialer_(loop_),
      client_(loop_, dialer_, std::move(settings), *this),
      log_(loop_, host),
      publisher_(network, client_, log_),
      downlinks_({loop_, host, *dialect_, client_, publisher_}) {}

MqttNetwork::~MqttNetwork() {
    stop();
}

Status MqttNetwork::start() {
    std::vector<std::pair<std::string, mqtt::Qos>> subscriptions;
    for (std::string& filter : dialect_->subscriptions()) {
        subscriptions.emplace_back(std::move(filter), mqtt::Qos{1});
    }
    host_.health("broker", Health::Connecting, client_.settings().address.text());
    client_.start(std::move(subscriptions));
    thread_ = std::thread([this] { loop_.run(); });
    return Done{};
}

void MqttNetwork::committed(std::span<const Ticket> tickets) {
    // One wake-up per commit.
    loop_.post([this, receipts = std::vector<Ticket>(tickets.begin(), tickets.end())] {
        for (const mqtt::Receipt receipt : receipts) client_.acknowledge(receipt);
    });
}

void MqttNetwork::resume() {
    loop_.post([this] {
        publisher_.resume();
        downlinks_.pump();
    });
}

Status MqttNetwork::send(const Downlink& downlink) {
    return downlinks_.send(downlink);
}

void MqttNetwork::stop() {
    if (!thread_.joinable()) return;
    // Behind the acknowledgements of commits that have been told.
    loop_.post([this] { client_.stop([this] { loop_.stop(); }); });
    thread_.join();
}

void MqttNetwork::connected(bool isSessionPresent) {
    host_.health("broker", Health::Working,
                 "connected to " + client_.settings().address.text() +
                     (isSessionPresent ? ", which kept the session" : ", a new session"));
    network_.connected(true);
}

void MqttNetwork::message(const mqtt::Publish& publish, mqtt::Receipt receipt) {
    auto event = dialect_->read(publish.topic, publish.payload);
    if (event && event->ignored.empty()) {
        return publisher_.publish(std::move(event->message), receipt);
    }
    if (!event) {
        const Error& error = event.error();
        log_.warn("not understood: " + error.field + ' ' + error.reason + " (topic " +
                  std::string(publish.topic.substr(0, 200)) + ')');
    }
    if (receipt != 0) client_.acknowledge(receipt);
}

bool MqttNetwork::published(std::uint64_t token, mqtt::Reason reason, std::string_view text) {
    downlinks_.published(token, reason, text);
    return true;
}

void MqttNetwork::resend(std::uint64_t token) {
    downlinks_.resend(token);
}

void MqttNetwork::writable() {
    downlinks_.pump();
}

void MqttNetwork::disconnected(std::string_view why, std::chrono::milliseconds) {
    // Logged when it is news, so no time of the next attempt in it.
    host_.health("broker", Health::Failing,
                 client_.settings().address.text() + ": " + std::string(why) + "; trying again");
    network_.connected(false);
}

void MqttNetwork::refused(std::string_view filter, mqtt::Reason reason) {
    host_.health("broker", Health::Failing,
                 "the broker refuses the subscription " + std::string(filter) + ": " +
                     std::string(mqtt::text(reason)));
}

}  // namespace runnel::network_mqtt
