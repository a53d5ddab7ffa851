// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "network_mqtt/mqtt_network.h"
#include "network_mqtt/tests/scripted_broker.h"
#include "tests/support/fake_network_host.h"

namespace runnel::network_mqtt::test {

using mqtt::PacketType;

/// A connector between a fake core and a scripted broker.
class NetworkFixture : public testing::Test {
  protected:
    using Verdict = Admission::Verdict;

    NetworkFixture() {
        settings_.address = {"127.0.0.1", broker_.port(), {}, false, false};
        settings_.clientId = "runnel-test";
        settings_.firstRetry = settings_.lastRetry = std::chrono::milliseconds(20);
    }
    ~NetworkFixture() override {
        broker_.drop();  // else the good-bye takes its two seconds
        if (network_) network_->stop();
    }

    virtual std::unique_ptr<const Dialect> dialect() const = 0;

    /// Starts without waiting for the connection.
    void start() {
        network_ = std::make_unique<MqttNetwork>(host_, core_, settings_, dialect());
        ASSERT_TRUE(network_->start());
    }
    void connect() {
        start();
        broker_.accept();
        waitConnected(true);
    }
    void waitConnected(bool isConnected) {
        ASSERT_TRUE(core_.waitUntil(
            [isConnected](const auto& core) { return core.isConnected() == isConnected; }));
    }
    /// The core commits everything published so far.
    void commit() { network_->committed(core_.takeTickets()); }
    /// The messages once there are as many; at least as many, empty ones if they do not come.
    std::vector<Message> messages(std::size_t count) {
        EXPECT_TRUE(core_.waitForCount(count));
        std::vector<Message> all = core_.messages();
        all.resize(std::max(all.size(), count));
        return all;
    }
    std::size_t linesWith(std::string_view part) const {
        const auto lines = host_.lines();
        return static_cast<std::size_t>(std::count_if(
            lines.begin(), lines.end(),
            [part](const std::string& line) { return line.find(part) != std::string::npos; }));
    }

    runnel::test::FakeHost host_;
    runnel::test::FakeNetworkHost core_;
    mqtt::test::ScriptedBroker broker_;
    mqtt::ClientSettings settings_;
    std::unique_ptr<MqttNetwork> network_;
};

}  // namespace runnel::network_mqtt::test
