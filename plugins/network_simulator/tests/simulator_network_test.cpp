// SPDX-License-Identifier: Apache-2.0
#include "simulator_network.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/fake_network_host.h"

namespace runnel::simulator {
namespace {

using test::FakeHost;
using test::FakeNetworkHost;
using Verdict = Admission::Verdict;

Settings quick(std::uint64_t count, double rate = 100'000) {
    Settings settings;
    settings.devices = 100;
    settings.gateways = 20;
    settings.rate = rate;
    settings.count = count;
    settings.application = Eui{0x0102030405060708};
    settings.region = findRegion("EU868");
    return settings;
}

Downlink downlinkTo(std::uint64_t device, bool isConfirmed) {
    Downlink downlink;
    downlink.id = "d-1";
    downlink.device = Eui{kFirstDevice + device};
    downlink.isConfirmed = isConfirmed;
    downlink.port = 7;
    downlink.payload = {1, 2};
    return downlink;
}

std::vector<Message> eventsOf(const FakeNetworkHost& network) {
    std::vector<Message> events;
    for (const Message& message : network.messages()) {
        if (message.kind != Kind::Uplink) events.push_back(message);
    }
    return events;
}

class SimulatorNetworkTest : public testing::Test {
  protected:
    FakeHost host_;
    FakeNetworkHost network_;
};

TEST_F(SimulatorNetworkTest, PublishesExactlyCountUplinksInOrder) {
    SimulatorNetwork simulator(host_, network_, quick(20'000));
    ASSERT_TRUE(simulator.start());
    ASSERT_TRUE(network_.waitForCount(20'000));
    simulator.stop();
    const auto messages = network_.messages();
    ASSERT_EQ(messages.size(), 20'000U);
    const UplinkSource source(quick(20'000), "1734964219000");
    for (std::size_t i = 0; i < messages.size(); ++i) {
        ASSERT_EQ(messages[i].originId, source.uplink(i).originId);
        ASSERT_EQ(messages[i].payload, source.uplink(i).payload);
        ASSERT_TRUE(messages[i].networkTime);
    }
    EXPECT_TRUE(network_.isConnected());
}

TEST_F(SimulatorNetworkTest, KeepsThePaceOfTheRate) {
    SimulatorNetwork simulator(host_, network_, quick(0, 2000));
    const auto began = std::chrono::steady_clock::now();
    ASSERT_TRUE(simulator.start());
    ASSERT_TRUE(network_.waitForCount(1000));
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - began;
    simulator.stop();
    EXPECT_GT(elapsed.count(), 0.49);  // never early
}

TEST_F(SimulatorNetworkTest, BusyBrokerLosesNothing) {
    network_.answer(Verdict::Taken, 500);
    SimulatorNetwork simulator(host_, network_, quick(3000));
    ASSERT_TRUE(simulator.start());
    for (std::size_t room = 500; room <= 3000; room += 500) {
        ASSERT_TRUE(network_.waitUntil([room](const FakeNetworkHost& host) {
            return host.count() == room && (host.busyCount() > 0 || room == 3000);
        }));
        network_.answer(Verdict::Taken, room + 500);
        simulator.resume();
    }
    simulator.stop();
    std::set<std::string> ids;
    for (const Message& message : network_.messages()) ids.insert(message.originId);
    EXPECT_EQ(ids.size(), 3000U);
}

TEST_F(SimulatorNetworkTest, StopsWhileTheBrokerIsBusy) {
    network_.answer(Verdict::Busy);
    SimulatorNetwork simulator(host_, network_, quick(0));
    ASSERT_TRUE(simulator.start());
    ASSERT_TRUE(network_.waitUntil([](const auto& host) { return host.busyCount() > 0; }));
    simulator.stop();
    EXPECT_EQ(network_.count(), 0U);
}

TEST_F(SimulatorNetworkTest, ConfirmedDownlinkIsQueuedSentAndAcknowledged) {
    SimulatorNetwork simulator(host_, network_, quick(1, 0.001));
    ASSERT_TRUE(simulator.start());
    ASSERT_TRUE(simulator.send(downlinkTo(3, true)));
    ASSERT_TRUE(network_.waitForCount(3));
    simulator.stop();
    const auto events = eventsOf(network_);
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events[0].kind, Kind::Queued);
    EXPECT_EQ(events[1].kind, Kind::Sent);
    EXPECT_EQ(events[2].kind, Kind::Acknowledged);
    for (const Message& event : events) {
        EXPECT_EQ(event.downlinkId, "d-1");
        EXPECT_EQ(event.device, Eui{kFirstDevice + 3});
        EXPECT_EQ(event.application, Eui{0x0102030405060708});
        EXPECT_EQ(event.port, 7);
        EXPECT_TRUE(event.receptions.empty());
    }
    EXPECT_NE(events[0].originId, events[1].originId);
}

TEST_F(SimulatorNetworkTest, UnconfirmedDownlinkIsNotAcknowledged) {
    SimulatorNetwork simulator(host_, network_, quick(1, 0.001));
    ASSERT_TRUE(simulator.start());
    ASSERT_TRUE(simulator.send(downlinkTo(3, false)));
    ASSERT_TRUE(simulator.send(downlinkTo(4, true)));
    ASSERT_TRUE(network_.waitForCount(5));
    simulator.stop();
    int ofThree = 0;
    for (const Message& event : eventsOf(network_)) {
        ofThree += event.device == Eui{kFirstDevice + 3} ? 1 : 0;
    }
    EXPECT_EQ(ofThree, 2);
}

TEST_F(SimulatorNetworkTest, LossyDeviceDoesNotAcknowledge) {
    Settings settings = quick(1, 0.001);
    settings.lossyShare = 1;
    SimulatorNetwork simulator(host_, network_, settings);
    ASSERT_TRUE(simulator.start());
    ASSERT_TRUE(simulator.send(downlinkTo(0, true)));
    ASSERT_TRUE(network_.waitForCount(3));
    simulator.stop();
    EXPECT_EQ(eventsOf(network_).back().kind, Kind::NotAcknowledged);
}

TEST_F(SimulatorNetworkTest, DownlinkToUnknownDeviceIsRefused) {
    SimulatorNetwork simulator(host_, network_, quick(1));
    const Status status = simulator.send(downlinkTo(100, false));
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().field, "DeviceEUI");
}

TEST_F(SimulatorNetworkTest, TooManyDownlinksAreRefused) {
    SimulatorNetwork simulator(host_, network_, quick(1));  // not started: nothing drains
    int taken = 0;
    while (taken < 5000 && simulator.send(downlinkTo(0, true))) ++taken;
    EXPECT_EQ(taken, 1024);
}

}  // namespace
}  // namespace runnel::simulator
