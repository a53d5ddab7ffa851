// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mqtt/client.h"
#include "net/dialer.h"
#include "plugins/support/mqtt/tests/scripted_broker.h"

namespace runnel::mqtt::test {

/// Writes down what a client tells; does what the test's functions say.
class Owner final : public ClientEvents {
  public:
    void connected(bool isSessionPresent) override {
        note(isSessionPresent ? "connected present" : "connected");
        if (onConnected) onConnected();
    }
    void message(const Publish& publish, Receipt receipt) override {
        note("message " + std::string(publish.payload));
        receipts.push_back(receipt);
        if (onMessage) onMessage();
    }
    bool published(std::uint64_t token, Reason reason, std::string_view text) override {
        std::string line = "published " + std::to_string(token) + behind(reason);
        if (!text.empty()) line.append(" ").append(text);
        note(line);
        return !isFailure(reason) || isTakingRefusals;
    }
    void resend(std::uint64_t token) override {
        note("resend " + std::to_string(token));
        if (onResend) onResend(token);
    }
    void writable() override { ++writables; }
    void disconnected(std::string_view why, std::chrono::milliseconds retry) override {
        note("disconnected");
        whys.emplace_back(why);
        retries.push_back(retry);
        if (onDisconnected) onDisconnected();
    }
    void refused(std::string_view filter, Reason reason) override {
        note("refused " + std::string(filter) + behind(reason));
    }
    bool has(const std::string& line) const {
        return std::find(lines.begin(), lines.end(), line) != lines.end();
    }
    std::size_t count(const std::string& start) const {
        return static_cast<std::size_t>(
            std::count_if(lines.begin(), lines.end(),
                          [&](const std::string& line) { return line.starts_with(start); }));
    }

    std::vector<std::string> lines;
    std::vector<Receipt> receipts;
    std::vector<std::string> whys;
    std::vector<std::chrono::milliseconds> retries;
    std::function<void()> onConnected, onMessage, onDisconnected;
    std::function<void(std::uint64_t)> onResend;
    int writables = 0;
    bool isTakingRefusals = true;
    bool isStopped = false;

  private:
    void note(std::string line) {
        EXPECT_FALSE(isStopped) << "after stop(): " << line;
        lines.push_back(std::move(line));
    }
};

/// A client and a scripted broker on one loop, which runs on the test's own thread.
class ClientTest : public testing::TestWithParam<Version> {
  protected:
    ClientTest() : broker(loop, versionOfTest()) {
        settings.address = *parseAddress("mqtt://" + broker.address());
        settings.version = versionOfTest();
        settings.clientId = "gateway 7";
        settings.firstRetry = std::chrono::milliseconds(20);
        settings.lastRetry = std::chrono::milliseconds(100);
        owner.onResend = [this](std::uint64_t token) {
            EXPECT_TRUE(client->publish(document(token), token));
        };
    }
    static Version versionOfTest() {
        const auto* test = testing::UnitTest::GetInstance()->current_test_info();
        return test->value_param() != nullptr ? GetParam() : Version::V5;
    }
    bool isV5() const { return settings.version == Version::V5; }

    void start(std::vector<std::pair<std::string, Qos>> filters = {}) {
        client = std::make_unique<Client>(loop, dialer, settings, owner);
        client->start(std::move(filters));
    }
    void connect(std::vector<std::pair<std::string, Qos>> filters = {}) {
        start(std::move(filters));
        ASSERT_TRUE(until([this] { return client->isConnected(); }));
        EXPECT_EQ(broker.next(), "CONNECT gateway 7");
    }
    void reconnect() {
        const int before = broker.connects;
        broker.hangUp();
        ASSERT_TRUE(until([&] { return broker.connects > before && client->isConnected(); }));
        broker.nextLike("CONNECT");
    }
    bool until(const std::function<bool()>& isDone) { return runUntil(loop, isDone); }
    bool untilLine(const std::string& line) {
        return until([&] { return owner.has(line); });
    }
    /// Lets come what is on its way.
    void turn() {
        for (int i = 0; i < 10; ++i) {
            loop.stop();
            loop.run();
        }
    }
    Publish document(std::uint64_t token, Qos qos = 1) {
        documents_.push_back(std::make_unique<std::string>("document " + std::to_string(token)));
        return {"t", *documents_.back(), 0, qos, false, false, {}};
    }
    void publish(std::uint64_t token) {
        ASSERT_GT(client->room(), 0U);
        ASSERT_TRUE(client->publish(document(token), token));
    }
    bool stop() {
        bool isDone = false;
        client->stop([&] {
            EXPECT_FALSE(isDone) << "done twice";
            isDone = true;
        });
        owner.isStopped = true;
        const bool isInTime = runUntil(
            loop, [&] { return isDone; }, std::chrono::seconds(3));
        turn();
        return isInTime;
    }
    /// The first reason for a connection that failed.
    std::string firstWhy() {
        EXPECT_TRUE(until([this] { return !owner.whys.empty(); }));
        return owner.whys.empty() ? "" : owner.whys.front();
    }

    net::EventLoop loop;
    net::Dialer dialer{loop};
    ScriptedBroker broker;
    ClientSettings settings;
    Owner owner;
    std::unique_ptr<Client> client;

  private:
    std::vector<std::unique_ptr<std::string>> documents_;
};

inline std::string versionName(const testing::TestParamInfo<Version>& version) {
    return version.param == Version::V5 ? "Mqtt5" : "Mqtt311";
}

}  // namespace runnel::mqtt::test
