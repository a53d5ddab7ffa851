// SPDX-License-Identifier: Apache-2.0
#include "retention/sweeper.h"

#include <gmock/gmock.h>

#include "tests/delivery/delivery_fakes.h"
#include "tests/support/manual_clock.h"

namespace runnel::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Counts what is read, and can say that it is damaged.
class SpoiltJournal final : public ForwardingJournal {
  public:
    using ForwardingJournal::ForwardingJournal;
    Result<Slice> read(const ReadRequest& request) const override {
        ++reads;
        if (isDamaged_) return Error{"", "rubbish"};
        return ForwardingJournal::read(request);
    }
    bool isDamaged() const override { return isDamaged_; }
    Status replace() override {
        isDamaged_ = false;
        return ForwardingJournal::replace();
    }
    Status trim(Position through) override {
        if (isFull) return Error{"", "disk full"};
        trims.push_back(through);
        return ForwardingJournal::trim(through);
    }

    bool isDamaged_ = false;
    bool isFull = false;
    std::vector<Position> trims;
    mutable int reads = 0;
};

/// A journal that keeps 100 messages, starting behind position 1000.
class SweeperTest : public ::testing::Test {
  protected:
    std::shared_ptr<Stream> addStream(Scope scope, const std::string& name) {
        auto config = std::make_shared<StreamConfig>();
        config->stream = ++lastStream_;
        config->name = name;
        StreamSetup setup{.config = std::move(config),
                          .scope = scope,
                          .format = &use_,
                          .view = {},
                          .kinds = 1U << static_cast<unsigned>(Kind::Uplink)};
        StreamRecord saved;
        saved.cursor = saved.counted = journal_.head();
        auto stream = std::make_shared<Stream>(
            std::move(setup), StreamParts{journal_, catchUp_, desk_, changed_, log_}, saved);
        streams_.add({stream, true});
        router_.add(stream);
        return stream;
    }
    void publish(std::size_t count, Eui device = kDevice, Kind kind = Kind::Uplink) {
        std::vector<std::shared_ptr<Message>> batch;
        for (std::size_t i = 0; i < count; ++i) {
            auto message = std::make_shared<Message>();
            message->kind = kind;
            message->application = kApplication;
            message->device = device;
            batch.push_back(std::move(message));
        }
        ASSERT_TRUE(journal_.append(batch));
        router_.route(std::span<const std::shared_ptr<Message>>(batch));
    }
    void retain() {
        while (sweeper_.work()) {
        }
    }

    const Scope wholeApplication_{Scope::Level::Application, kApplication};
    ManualClock clock_;
    QuietLog log_;
    AcceptingDesk desk_;
    FormatUse use_{"format_counter", std::make_unique<CounterFormat>()};
    SpoiltJournal journal_{1000, 100};
    ChangedStreams changed_;
    CatchUp catchUp_{journal_, log_};
    Streams streams_;
    Router router_;
    Sweeper sweeper_{{.journal = journal_,
                      .streams = streams_,
                      .router = router_,
                      .clock = clock_,
                      .log = log_}};
    std::uint64_t lastStream_ = 0;
};

TEST_F(SweeperTest, RemovesNothingThatIsNotDue) {
    publish(100);
    EXPECT_FALSE(sweeper_.work());
    EXPECT_EQ(journal_.oldest(), 1001U);
}

TEST_F(SweeperTest, TellsAStreamExactlyWhatItLost) {
    const auto all = addStream(wholeApplication_, "all");
    const auto one = addStream({Scope::Level::Device, Eui{7}}, "one");
    publish(60);
    publish(10, Eui{7});
    publish(10, kDevice, Kind::Join);  // of a kind that the streams do not carry
    publish(90);
    retain();
    EXPECT_EQ(journal_.oldest(), 1071U);
    EXPECT_EQ(all->books().expired, 70U);
    EXPECT_EQ(all->books().pending(), 90U);
    EXPECT_EQ(one->books().expired, 10U);
    EXPECT_EQ(one->books().pending(), 0U);
    const auto gap = one->record().gap;
    ASSERT_TRUE(gap);
    EXPECT_EQ(gap->from, 1001U);
    EXPECT_EQ(gap->to, 1070U);
    EXPECT_EQ(gap->messages, 10U);
    EXPECT_EQ(gap->reason, "retention");
}

TEST_F(SweeperTest, LooksAtTheMessagesOnlyWhenAStreamNeedsThem) {
    publish(100);
    const auto stream = addStream(wholeApplication_, "all");
    publish(50);
    retain();
    EXPECT_THAT(journal_.trims, ElementsAre(1050));
    EXPECT_EQ(journal_.reads, 0) << "the stream is newer than what goes";
    publish(60);
    retain();
    EXPECT_GT(journal_.reads, 0);
    EXPECT_EQ(stream->books().expired, 10U);
}

TEST_F(SweeperTest, TellsAStreamOnceThoughTheRemovalTakesTwoTries) {
    const auto stream = addStream(wholeApplication_, "all");
    publish(150);
    journal_.isFull = true;
    EXPECT_FALSE(sweeper_.work()) << "nothing more to do now";
    EXPECT_EQ(journal_.oldest(), 1001U);
    journal_.isFull = false;
    retain();
    EXPECT_EQ(stream->books().expired, 50U) << "told once, although it took two tries";
    EXPECT_EQ(journal_.oldest(), 1051U);
}

TEST_F(SweeperTest, ReplacesADamagedJournalAndSaysWhatIsLost) {
    const auto stream = addStream(wholeApplication_, "all");
    publish(20);
    journal_.isDamaged_ = true;
    retain();
    EXPECT_FALSE(journal_.isDamaged());
    EXPECT_EQ(stream->books().expired, 20U);
    EXPECT_EQ(stream->books().pending(), 0U);
    EXPECT_EQ(stream->record().gap->reason, "journal damaged");
    publish(5);
    EXPECT_EQ(stream->books().pending(), 5U);
    EXPECT_THAT(journal_.trims, IsEmpty());
}

}  // namespace
}  // namespace runnel::test
