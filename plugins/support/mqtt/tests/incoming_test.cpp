// SPDX-License-Identifier: Apache-2.0
#include "mqtt/incoming.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <set>
#include <vector>

namespace runnel::mqtt {
namespace {

using enum Incoming::Arrival::Is;

std::vector<std::uint16_t> nextIds(Incoming& incoming) {
    std::vector<std::uint16_t> ids;
    while (const auto ack = incoming.next()) ids.push_back(ack->packetId);
    return ids;
}

/// Takes a message of QoS 2 until its PUBREC is out.
void receive(Incoming& incoming, std::uint16_t packetId) {
    const auto arrival = incoming.arrived(packetId, 2);
    ASSERT_EQ(arrival.is, New);
    incoming.done(arrival.receipt, Reason::Success);
    ASSERT_EQ(incoming.next()->type, PacketType::Pubrec);
}

TEST(IncomingTest, AcknowledgesInTheOrderOfArrivalWhateverIsDoneFirst) {
    Incoming incoming{10};
    const Receipt first = incoming.arrived(7, 1).receipt;
    const Receipt second = incoming.arrived(3, 1).receipt;
    const Receipt third = incoming.arrived(5, 2).receipt;
    incoming.done(third, Reason::Success);
    incoming.done(second, Reason::NoMatchingSubscribers);
    EXPECT_FALSE(incoming.next());
    EXPECT_EQ(incoming.unacknowledged(), 3U);
    incoming.done(first, Reason::Success);
    const auto acks = {incoming.next(), incoming.next(), incoming.next()};
    EXPECT_FALSE(incoming.next());
    const auto* ack = acks.begin();
    EXPECT_EQ((*ack)->type, PacketType::Puback);
    EXPECT_EQ((*ack)->packetId, 7);
    ++ack;
    EXPECT_EQ((*ack)->packetId, 3);
    EXPECT_EQ((*ack)->reason, Reason::NoMatchingSubscribers);
    ++ack;
    EXPECT_EQ((*ack)->type, PacketType::Pubrec);
    EXPECT_EQ((*ack)->packetId, 5);
    EXPECT_EQ(incoming.unacknowledged(), 0U);
}

TEST(IncomingTest, IgnoresReceiptsThatItDoesNotKnow) {
    Incoming incoming{10};
    incoming.done(0, Reason::Success);
    incoming.done(1, Reason::Success);
    const Receipt receipt = incoming.arrived(1, 1).receipt;
    incoming.done(receipt + 1, Reason::Success);
    incoming.done(receipt - 1, Reason::Success);
    EXPECT_FALSE(incoming.next());
    incoming.done(receipt, Reason::Success);
    EXPECT_TRUE(incoming.next());
    incoming.done(receipt, Reason::Success);
    EXPECT_FALSE(incoming.next());
}

TEST(IncomingTest, RefusesMoreThanItsReceiveMaximum) {
    Incoming incoming{2};
    const Receipt first = incoming.arrived(1, 1).receipt;
    EXPECT_EQ(incoming.arrived(2, 2).is, New);
    EXPECT_EQ(incoming.arrived(3, 1).is, TooMany);
    incoming.done(first, Reason::Success);
    EXPECT_EQ(incoming.arrived(3, 1).is, TooMany) << "its PUBACK is not out yet";
    EXPECT_TRUE(incoming.next());
    EXPECT_EQ(incoming.arrived(3, 1).is, New);
}

TEST(IncomingTest, AMessageOfQos2CountsUntilItIsReleased) {
    Incoming incoming{1};
    receive(incoming, 1);
    EXPECT_EQ(incoming.arrived(2, 2).is, TooMany);
    const Ack released = incoming.released(1);
    EXPECT_EQ(released.type, PacketType::Pubcomp);
    EXPECT_EQ(released.packetId, 1);
    EXPECT_EQ(released.reason, Reason::Success);
    EXPECT_EQ(incoming.arrived(2, 2).is, New);
}

TEST(IncomingTest, AMessageOfQos2IsHandedOverOnceUntilItIsReleased) {
    Incoming incoming{10};
    const Receipt receipt = incoming.arrived(1, 2).receipt;
    EXPECT_EQ(incoming.arrived(1, 2).is, Known) << "before its PUBREC";
    EXPECT_FALSE(incoming.next());
    incoming.done(receipt, Reason::Success);
    EXPECT_EQ(nextIds(incoming), (std::vector<std::uint16_t>{1}));
    EXPECT_EQ(incoming.arrived(1, 2).is, Known) << "after its PUBREC";
    EXPECT_EQ(nextIds(incoming), (std::vector<std::uint16_t>{1}));
    incoming.released(1);
    EXPECT_EQ(incoming.arrived(1, 2).is, New) << "after its PUBREL";
}

TEST(IncomingTest, AMessageOfQos1IsHandedOverEachTime) {
    Incoming incoming{10};
    EXPECT_EQ(incoming.arrived(1, 1).is, New);
    EXPECT_EQ(incoming.arrived(1, 1).is, New);
    EXPECT_EQ(incoming.arrived(1, 2).is, New);
}

TEST(IncomingTest, AFailureEndsAMessageOfQos2) {
    Incoming incoming{1};
    const Receipt receipt = incoming.arrived(1, 2).receipt;
    incoming.done(receipt, Reason::QuotaExceeded);
    EXPECT_EQ(incoming.next()->reason, Reason::QuotaExceeded);
    EXPECT_EQ(incoming.released(1).reason, Reason::PacketIdentifierNotFound);
    EXPECT_EQ(incoming.arrived(1, 2).is, New);
}

TEST(IncomingTest, AnswersAPubrelThatItDoesNotKnow) {
    Incoming incoming{1};
    EXPECT_EQ(incoming.released(9).reason, Reason::PacketIdentifierNotFound);
    EXPECT_EQ(incoming.released(9).packetId, 9);
}

TEST(IncomingTest, RepeatsPubrecsInTheOrderInWhichTheMessagesCameAgain) {
    Incoming incoming{10};
    for (const std::uint16_t id : {1, 2, 3}) receive(incoming, id);
    incoming.restart(true);
    for (const std::uint16_t id : {1, 2, 3}) EXPECT_EQ(incoming.arrived(id, 2).is, Known);
    EXPECT_EQ(nextIds(incoming), (std::vector<std::uint16_t>{1, 2, 3}));
}

TEST(IncomingTest, ForgetsItsMessagesOnRestartAndNeverGivesAReceiptTwice) {
    Incoming incoming{2};
    const Receipt first = incoming.arrived(1, 1).receipt;
    const Receipt second = incoming.arrived(2, 2).receipt;
    incoming.restart(true);
    EXPECT_EQ(incoming.unacknowledged(), 0U);
    incoming.done(first, Reason::Success);
    EXPECT_FALSE(incoming.next());
    const Receipt third = incoming.arrived(1, 1).receipt;
    EXPECT_GT(third, second);
    incoming.done(second, Reason::Success);
    EXPECT_FALSE(incoming.next());
}

TEST(IncomingTest, KnowsIdsOfQos2AfterARestartOnlyWithTheSession) {
    for (const bool isSessionPresent : {true, false}) {
        Incoming incoming{10};
        receive(incoming, 1);
        incoming.restart(isSessionPresent);
        EXPECT_EQ(incoming.arrived(1, 2).is, isSessionPresent ? Known : New);
    }
}

/// Says what Incoming promises with the simplest means.
struct Model {
    struct Message {
        std::uint16_t packetId;
        Qos qos;
        Receipt receipt;
        std::optional<Reason> reason;
    };
    std::deque<Message> messages;
    std::set<std::uint16_t> held;
    std::deque<std::uint16_t> again;

    bool isUnderWay(std::uint16_t packetId) const {
        for (const Message& message : messages) {
            if (message.qos == 2 && message.packetId == packetId) return true;
        }
        return false;
    }
};

/// One thing after another at random, on both sides.
class Walk final {
  public:
    Walk(unsigned seed, std::uint16_t limit) : random_(seed), limit_(limit), incoming_(limit) {}

    void step() {
        const unsigned what = pick(100);
        if (what < 45) {
            arrive();
        } else if (what < 70) {
            finish();
        } else if (what < 85) {
            acknowledge();
        } else if (what < 99) {
            release();
        } else {
            restart();
        }
        ASSERT_EQ(incoming_.unacknowledged(), model_.messages.size());
    }

  private:
    unsigned pick(unsigned count) { return random_() % count; }
    std::uint16_t anyId() { return static_cast<std::uint16_t>(1 + pick(12)); }

    void arrive() {
        const std::uint16_t id = anyId();
        const auto qos = static_cast<Qos>(1 + pick(2));
        const auto arrival = incoming_.arrived(id, qos);
        const bool isHeld = qos == 2 && model_.held.contains(id);
        if (isHeld || (qos == 2 && model_.isUnderWay(id))) {
            const bool isTooMuch = isHeld && model_.again.size() >= limit_;
            ASSERT_EQ(arrival.is, isTooMuch ? TooMany : Known);
            if (isHeld && !isTooMuch) model_.again.push_back(id);
        } else if (model_.messages.size() + model_.held.size() >= limit_) {
            ASSERT_EQ(arrival.is, TooMany);
        } else {
            ASSERT_EQ(arrival.is, New);
            ASSERT_GT(arrival.receipt, last_);
            last_ = arrival.receipt;
            model_.messages.push_back({id, qos, last_, {}});
        }
    }

    void finish() {
        const Receipt receipt = last_ - std::min<Receipt>(last_, pick(limit_ * 2U));
        const Reason reason = pick(4) == 0 ? Reason::QuotaExceeded : Reason::Success;
        incoming_.done(receipt, reason);
        for (auto& message : model_.messages) {
            if (message.receipt == receipt) message.reason = reason;
        }
    }

    void acknowledge() {
        const auto ack = incoming_.next();
        if (!model_.again.empty()) {
            ASSERT_TRUE(ack);
            ASSERT_EQ(ack->type, PacketType::Pubrec);
            ASSERT_EQ(ack->packetId, model_.again.front());
            model_.again.pop_front();
        } else if (model_.messages.empty() || !model_.messages.front().reason) {
            ASSERT_FALSE(ack);
        } else {
            const Model::Message message = model_.messages.front();
            model_.messages.pop_front();
            ASSERT_TRUE(ack);
            ASSERT_EQ(ack->packetId, message.packetId);
            ASSERT_EQ(ack->reason, *message.reason);
            ASSERT_EQ(ack->type, message.qos == 2 ? PacketType::Pubrec : PacketType::Puback);
            if (message.qos == 2 && !isFailure(*message.reason)) model_.held.insert(ack->packetId);
        }
    }

    void release() {
        const std::uint16_t id = anyId();
        const bool isKnown = model_.held.erase(id) > 0;
        ASSERT_EQ(incoming_.released(id).reason,
                  isKnown ? Reason::Success : Reason::PacketIdentifierNotFound);
    }

    void restart() {
        const bool isSessionPresent = pick(2) == 0;
        incoming_.restart(isSessionPresent);
        model_.messages.clear();
        model_.again.clear();
        if (!isSessionPresent) model_.held.clear();
    }

    std::mt19937 random_;
    std::uint16_t limit_;
    Incoming incoming_;
    Model model_;
    Receipt last_ = 0;
};

TEST(IncomingTest, DoesAsItsModelThroughAnyOrderOfEvents) {
    const unsigned seed = std::random_device{}();
    RecordProperty("seed", std::to_string(seed));
    SCOPED_TRACE("seed " + std::to_string(seed));
    for (const std::uint16_t limit : {1, 3, 8, 100}) {
        Walk walk{seed, limit};
        for (int i = 0; i < 20'000 && !HasFatalFailure(); ++i) walk.step();
    }
}

}  // namespace
}  // namespace runnel::mqtt
