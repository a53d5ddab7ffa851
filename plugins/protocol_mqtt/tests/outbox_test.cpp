// SPDX-License-Identifier: Apache-2.0
#include "outbox.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace runnel::mqtt {
namespace {

Parcel parcelOf(std::uint64_t id, std::size_t documents = 1) {
    Parcel parcel;
    parcel.id = id;
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < documents; ++i) {
        texts.push_back(std::to_string(id) + "." + std::to_string(i));
    }
    parcel.documents = std::make_shared<const std::vector<std::string>>(std::move(texts));
    return parcel;
}

/// Publishes the next document; its token.
Outbox::Token publishOne(Outbox& outbox) {
    const Outbox::Token token = outbox.unsent().token;
    outbox.sent();
    return token;
}

TEST(OutboxTest, DocumentsComeInOrderWithTheirTopic) {
    Outbox outbox{false};
    outbox.add(parcelOf(4, 2), "a");
    outbox.add(parcelOf(5), "b");
    std::vector<std::string> seen;
    while (outbox.hasUnsent()) {
        seen.push_back(*outbox.unsent().topic + " " + outbox.unsent().text());
        outbox.sent();
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"a 4.0", "a 4.1", "b 5.0"}));
}

TEST(OutboxTest, AParcelIsCompleteWithItsLastDocument) {
    Outbox outbox{false};
    outbox.add(parcelOf(9, 3));
    const auto first = publishOne(outbox);
    const auto second = publishOne(outbox);
    const auto third = publishOne(outbox);
    EXPECT_EQ(outbox.finished(second), 0U);
    EXPECT_EQ(outbox.finished(third), 0U);
    EXPECT_EQ(outbox.settledThrough(), std::nullopt);
    EXPECT_EQ(outbox.finished(first), 9U);
    EXPECT_EQ(outbox.settledThrough(), 9U);
    EXPECT_EQ(outbox.settledThrough(), std::nullopt) << "no news";
}

TEST(OutboxTest, NothingIsSettledPastAParcelThatIsOnItsWay) {
    Outbox outbox{false};
    for (std::uint64_t id = 1; id <= 3; ++id) outbox.add(parcelOf(id));
    const auto first = publishOne(outbox);
    const auto second = publishOne(outbox);
    outbox.finished(second);
    EXPECT_EQ(outbox.settledThrough(), std::nullopt);
    outbox.finished(first);
    EXPECT_EQ(outbox.settledThrough(), 2U);
}

TEST(OutboxTest, ReceiptsSettleNothing) {
    Outbox outbox{true};
    outbox.add(parcelOf(0), "receipt");
    outbox.add(parcelOf(1));
    const auto receipt = publishOne(outbox);
    const auto message = publishOne(outbox);
    EXPECT_EQ(outbox.parcelOf(receipt), 0U);
    EXPECT_EQ(outbox.parcelOf(message), 1U);
    EXPECT_EQ(outbox.finished(receipt), 0U);
    EXPECT_EQ(outbox.settledThrough(), std::nullopt);
    outbox.finished(message);
    EXPECT_EQ(outbox.settledThrough(), 1U);
}

TEST(OutboxTest, OnlyWhoResendsKeepsWhatIsPublished) {
    for (const bool isResending : {false, true}) {
        Outbox outbox{isResending};
        Parcel parcel = parcelOf(1);
        const std::weak_ptr<const std::vector<std::string>> documents = parcel.documents;
        outbox.add(std::move(parcel));
        const auto token = publishOne(outbox);
        EXPECT_EQ(documents.expired(), !isResending);
        EXPECT_TRUE(!isResending || outbox.at(token).text() == "1.0");
        outbox.finished(token);
        EXPECT_TRUE(documents.expired());
    }
}

TEST(OutboxTest, RewindingPublishesAgainInOrder) {
    Outbox outbox{true};
    for (std::uint64_t id = 1; id <= 3; ++id) outbox.add(parcelOf(id));
    const auto first = publishOne(outbox);
    const auto second = publishOne(outbox);
    outbox.finished(first);
    outbox.rewind(second);
    EXPECT_EQ(outbox.unsentCount(), 2U);
    EXPECT_EQ(outbox.unsent().text(), "2.0");
    EXPECT_EQ(publishOne(outbox), second);
    EXPECT_EQ(outbox.unsent().text(), "3.0");
}

TEST(OutboxTest, AbandoningForgetsButTokensGoOn) {
    Outbox outbox{false};
    outbox.add(parcelOf(7, 2));
    outbox.add(parcelOf(8));
    const auto old = publishOne(outbox);
    outbox.abandon();
    EXPECT_FALSE(outbox.hasUnsent());
    EXPECT_EQ(outbox.finished(old), 0U);
    EXPECT_EQ(outbox.settledThrough(), std::nullopt);
    outbox.add(parcelOf(1));
    EXPECT_EQ(outbox.unsentCount(), 1U);
    EXPECT_EQ(outbox.finished(old), 0U);
    EXPECT_EQ(outbox.parcelOf(old), 0U);
    const auto token = publishOne(outbox);
    EXPECT_GT(token, old);
    EXPECT_EQ(outbox.finished(token), 1U);
    EXPECT_EQ(outbox.settledThrough(), 1U);
}

/// What an Outbox should do, in the simplest way.
class Model {
  public:
    explicit Model(unsigned seed, bool isResending) : dice_(seed), outbox_(isResending) {}

    void step() {
        switch (dice_() % 8) {
            case 0:
            case 1:
                return add();
            case 2:
            case 3:
            case 4:
                return publish();
            case 5:
            case 6:
                return finish();
            default:
                return settle();
        }
    }
    void drain() {
        while (outbox_.hasUnsent()) publish();
        while (!onWire_.empty()) finish();
        settle();
        EXPECT_TRUE(open_.empty());
        EXPECT_EQ(told_, lastId_);
    }

  private:
    void add() {
        const std::size_t count = 1 + dice_() % 3;
        ++lastId_;
        outbox_.add(parcelOf(lastId_, count), "topic " + std::to_string(lastId_));
        open_.emplace_back(lastId_, count);
        for (std::size_t i = 0; i < count; ++i) {
            unsent_.push_back(std::to_string(lastId_) + "." + std::to_string(i));
        }
    }
    void publish() {
        ASSERT_EQ(outbox_.hasUnsent(), !unsent_.empty());
        ASSERT_EQ(outbox_.unsentCount(), unsent_.size());
        if (unsent_.empty()) return;
        const Outbox::Document document = outbox_.unsent();
        ASSERT_EQ(document.text(), unsent_.front());
        const std::uint64_t id = document.parcel->id;
        ASSERT_EQ(*document.topic, "topic " + std::to_string(id));
        onWire_.emplace_back(document.token, id);
        outbox_.sent();
        unsent_.pop_front();
    }
    void finish() {
        if (onWire_.empty()) return;
        const auto place = onWire_.begin() + static_cast<std::ptrdiff_t>(dice_() % onWire_.size());
        const auto [token, id] = *place;
        onWire_.erase(place);
        ASSERT_EQ(outbox_.parcelOf(token), id);
        const auto parcel = std::find_if(open_.begin(), open_.end(),
                                         [id = id](const auto& one) { return one.first == id; });
        const bool isLast = --parcel->second == 0;
        ASSERT_EQ(outbox_.finished(token), isLast ? id : 0);
        while (!open_.empty() && open_.front().second == 0) {
            through_ = open_.front().first;
            open_.pop_front();
        }
    }
    void settle() {
        const auto told = outbox_.settledThrough();
        ASSERT_EQ(told.has_value(), through_ != told_);
        ASSERT_EQ(told.value_or(through_), through_);
        told_ = through_;
    }

    std::mt19937 dice_;
    Outbox outbox_;
    std::uint64_t lastId_ = 0, through_ = 0, told_ = 0;
    std::deque<std::pair<std::uint64_t, std::size_t>> open_;  // parcel, unfinished documents
    std::deque<std::string> unsent_;
    std::vector<std::pair<Outbox::Token, std::uint64_t>> onWire_;
};

TEST(OutboxTest, DoesWhatASimpleModelDoes) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    for (const bool isResending : {false, true}) {
        Model model{seed, isResending};
        for (int i = 0; i < 20'000 && !testing::Test::HasFatalFailure(); ++i) model.step();
        model.drain();
    }
}

}  // namespace
}  // namespace runnel::mqtt
