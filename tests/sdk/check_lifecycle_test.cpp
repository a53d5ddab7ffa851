// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "runnel/testing.h"

namespace runnel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SampleProtocol final : public Protocol {
  public:
    Status start() override { return startStatus; }
    Status open(const Grant& grant) override {
        calls += grant.stream ? "o" : "?";
        return openStatus;
    }
    void close(std::uint64_t, CloseReason) override { calls += "c"; }
    void quiesce() override { calls += "q"; }
    void resume() override {
        if (calls.ends_with("qq") && failsOnResume) throw std::runtime_error{"not quiet"};
        calls += "r";
    }
    void stop() override {
        if (calls.ends_with("s") && failsOnSecondStop) throw std::runtime_error{"gone"};
        calls += "s";
    }

    Status startStatus = Done{};
    Status openStatus = Done{};
    bool failsOnResume{};
    bool failsOnSecondStop{};
    std::string calls;
};

TEST(CheckProtocolTest, CallsEverythingInTheBrokersOrder) {
    SampleProtocol protocol;
    EXPECT_THAT(checkProtocol(protocol), IsEmpty());
    EXPECT_EQ(protocol.calls, "qqrroccss");
}

TEST(CheckProtocolTest, FindsBrokenPromises) {
    SampleProtocol protocol;
    protocol.openStatus = Error{"url", ""};
    protocol.failsOnResume = true;
    protocol.failsOnSecondStop = true;
    EXPECT_THAT(checkProtocol(protocol),
                ElementsAre("resume() throws: not quiet", "the second resume() throws: not quiet",
                            "open() fails without a reason", "the second stop() throws: gone"));
}

TEST(CheckProtocolTest, StopsAProtocolThatDoesNotStart) {
    SampleProtocol protocol;
    protocol.startStatus = Error{"listen", "has no free port"};
    EXPECT_THAT(checkProtocol(protocol), ElementsAre("start() fails: listen has no free port"));
    EXPECT_EQ(protocol.calls, "ss");
}

class SampleNetwork final : public Network {
  public:
    Status start() override { return Done{}; }
    void committed(std::span<const Ticket> tickets) override {
        if (failsOnUnknown && !tickets.empty()) throw std::out_of_range{"ticket"};
        if (failsAfterStop && isStopped) throw std::runtime_error{"stopped"};
    }
    void resume() override {}
    Status send(const Downlink& downlink) override {
        return downlink.id == "check" ? sendStatus : Status{Error{"", "not mine"}};
    }
    void stop() override { isStopped = true; }

    Status sendStatus = Done{};
    bool failsOnUnknown{};
    bool failsAfterStop{};
    bool isStopped{};
};

TEST(CheckNetworkTest, IsContentWithAGoodNetwork) {
    SampleNetwork network;
    network.sendStatus = Error{"DeviceEUI", "is not known to the network server"};
    EXPECT_THAT(checkNetwork(network), IsEmpty());
    EXPECT_TRUE(network.isStopped);
}

TEST(CheckNetworkTest, FindsBrokenPromises) {
    SampleNetwork network;
    network.sendStatus = Error{"DeviceEUI", ""};
    network.failsOnUnknown = true;
    network.failsAfterStop = true;
    EXPECT_THAT(checkNetwork(network), ElementsAre("committed() of unknown tickets throws: ticket",
                                                   "send() fails without a reason",
                                                   "committed() after stop() throws: stopped"));
}

}  // namespace
}  // namespace runnel
