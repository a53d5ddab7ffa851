// SPDX-License-Identifier: Apache-2.0
#include "broker/recovery.h"

#include <gmock/gmock.h>

#include "broker/audit.h"
#include "tests/delivery/delivery_fakes.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temporary_directory.h"

namespace runnel::test {
namespace {

using ::testing::ElementsAre;

constexpr std::uint32_t kUplinks = 1U << static_cast<unsigned>(Kind::Uplink);
const Scope kWholeApplication{Scope::Level::Application, kApplication};
const Scope kOneDevice{Scope::Level::Device, Eui{7}};

/// A journal of which reading behind some position finds damage.
class RottenJournal final : public ForwardingJournal {
  public:
    RottenJournal(Position start, Position rottenBehind)
        : ForwardingJournal(start, 1'000'000), rottenBehind_(rottenBehind) {}
    Result<Slice> read(const ReadRequest& request) const override {
        if (head() > rottenBehind_) isDamaged_ = true;
        if (isDamaged_) return Error{"", "a wrong checksum"};
        return ForwardingJournal::read(request);
    }
    bool isDamaged() const override { return isDamaged_; }
    Status replace() override {
        isDamaged_ = false;
        rottenBehind_ = UINT64_MAX;
        return ForwardingJournal::replace();
    }

  private:
    mutable bool isDamaged_ = false;
    Position rottenBehind_;
};

/// What lives on when a broker dies: the journal (in memory here) and state.db.
struct Disk {
    TemporaryDirectory directory;
    std::unique_ptr<Journal> journal = std::make_unique<MemoryJournal>(1000, 1'000'000);

    void publish(std::size_t count, Eui device = kDevice) {
        std::vector<std::shared_ptr<Message>> batch;
        for (std::size_t i = 0; i < count; ++i) {
            auto message = std::make_shared<Message>();
            message->application = kApplication;
            message->device = device;
            batch.push_back(std::move(message));
        }
        if (!journal->append(batch)) throw std::runtime_error("append");
    }
};

/// One life of a broker: its streams, brought up to date from the disk.
class Life {
  public:
    explicit Life(Disk& disk)
        : disk_(disk),
          state_(disk.directory.path() / "state.db", clock_, log_),
          catchUp_(*disk.journal, log_),
          recovery_({.journal = *disk.journal, .state = state_, .clock = clock_, .log = log_}) {}

    std::shared_ptr<Stream> add(const std::string& name, Scope scope = kWholeApplication) {
        auto config = std::make_shared<StreamConfig>();
        config->stream = ++lastStream_;
        config->name = name;
        const StreamRecord saved = recovery_.recordOf(*config, scope, kUplinks);
        StreamSetup setup{.config = std::move(config),
                          .scope = scope,
                          .format = &use_,
                          .view = {},
                          .kinds = kUplinks};
        auto stream = std::make_shared<Stream>(
            std::move(setup), StreamParts{*disk_.journal, catchUp_, desk_, changed_, log_}, saved);
        streams_.add({stream, true});
        router_.add(stream);
        return stream;
    }
    void await(const std::string& name) { recovery_.await(name); }
    void recover() { recovery_.run(streams_, router_); }
    std::vector<MessagePtr> remind() {
        Devices devices;
        Ingress ingress({.journal = *disk_.journal,
                         .devices = devices,
                         .clock = clock_,
                         .log = log_,
                         .identify = [](Message&) { return true; },
                         .route = [](Ingress::Batch) {}});
        return recovery_.remind(devices, ingress);
    }

    /// Journaled and routed, as ingress does.
    void publish(std::size_t count, Eui device = kDevice) {
        const Position before = disk_.journal->head();
        disk_.publish(count, device);
        const auto slice = disk_.journal->read({before, std::nullopt, count});
        router_.route(std::span<const MessagePtr>(slice->messages));
    }
    /// The streams' records as of now. What comes later is lost when the broker dies.
    void save(std::optional<Position> checkpoint = std::nullopt) {
        State::Changes changes;
        changes.checkpoint = checkpoint.value_or(disk_.journal->head());
        for (const auto& stream : changed_.takeAll()) stream->collect(changes, clock_.now());
        ASSERT_TRUE(state_.begin(changes, {}, {}));
    }
    /// A client that takes and settles so many.
    void deliver(Stream& stream, std::size_t count) {
        const auto session = std::make_shared<FakeSession>();
        const auto host = stream.attach(Grant{1, true, true, stream.setup().config}, {}, session);
        std::vector<Parcel> parcels;
        int seen = 0;
        while (parcels.size() < count) {
            if (host->take(parcels, count - parcels.size(), 1 << 30) == 0) {
                seen = session->waitReady(seen);
            }
        }
        host->settleThrough(parcels.back().id);
        host->closed("");
    }
    const State& state() const { return state_; }
    bool isBalanced() const {
        for (const Audit& one : audit(streams_, *disk_.journal)) {
            if (!one.isBalanced()) return false;
        }
        return true;
    }

  private:
    Disk& disk_;
    ManualClock clock_;
    QuietLog log_;
    AcceptingDesk desk_;
    FormatUse use_{"format_counter", std::make_unique<CounterFormat>()};
    State state_;
    ChangedStreams changed_;
    CatchUp catchUp_;
    Recovery recovery_;
    Streams streams_;
    Router router_;
    std::uint64_t lastStream_ = 0;
};

/// A broker that lived and died: its stream "a/cloud" got so many messages and delivered some.
void liveAndDie(Disk& disk, std::size_t published, std::size_t delivered = 0) {
    Life life(disk);
    const auto stream = life.add("a/cloud");
    life.recover();
    life.publish(published);
    if (delivered > 0) life.deliver(*stream, delivered);
    life.save();
}

TEST(RecoveryTest, ANewStreamStartsBehindTheNewestMessage) {
    Disk disk;
    {
        Life first(disk);
        first.recover();
        first.publish(10);
        first.save();
    }
    Life life(disk);
    const auto stream = life.add("a/new");
    life.recover();
    EXPECT_EQ(stream->books(), Books{});
    EXPECT_EQ(stream->record().cursor, 1010U);
}

TEST(RecoveryTest, GoesOnAtTheCursorAndCountsWhatCameAfterTheCheckpointOnce) {
    Disk disk;
    {
        Life first(disk);
        const auto stream = first.add("a/cloud");
        first.recover();
        first.publish(10);
        first.deliver(*stream, 4);
        first.save();
        first.publish(5);  // not saved
    }
    for (int restarts = 0; restarts < 3; ++restarts) {
        Life life(disk);
        const auto stream = life.add("a/cloud");
        life.recover();
        EXPECT_EQ(stream->books().matched, 15U);
        EXPECT_EQ(stream->books().settled, 4U);
        EXPECT_EQ(stream->record().cursor, 1004U);
        EXPECT_TRUE(life.isBalanced());
    }
}

TEST(RecoveryTest, SkipsWhatARecordCountsBehindTheCheckpoint) {
    Disk disk;
    {
        Life first(disk);
        first.add("a/cloud");
        first.recover();
        first.publish(10);
        first.save(1003);  // the record was taken a little later than the checkpoint
    }
    Life life(disk);
    const auto stream = life.add("a/cloud");
    life.recover();
    EXPECT_EQ(stream->books().matched, 10U);
    EXPECT_TRUE(life.isBalanced());
}

TEST(RecoveryTest, AStreamThatWasAwayForAWhileMissesNothing) {
    Disk disk;
    liveAndDie(disk, 10);
    for (int without = 0; without < 2; ++without) {
        Life life(disk);
        life.recover();
        life.publish(20);
        life.save();
    }
    Life life(disk);
    const auto stream = life.add("a/cloud");
    life.recover();
    EXPECT_EQ(stream->books().matched, 50U);
    EXPECT_EQ(stream->books().pending(), 50U);
    EXPECT_TRUE(life.isBalanced());
}

TEST(RecoveryTest, CountsAnewWhatAStreamCoversAfterAChange) {
    Disk disk;
    {
        Life first(disk);
        const auto stream = first.add("a/cloud");
        first.recover();
        first.publish(10);
        first.deliver(*stream, 2);
        first.publish(3, Eui{7});
        first.save();
    }
    Life life(disk);
    const auto stream = life.add("a/cloud", kOneDevice);
    life.recover();
    EXPECT_EQ(stream->books().settled, 2U);
    EXPECT_EQ(stream->books().pending(), 3U);
    EXPECT_TRUE(life.isBalanced());
}

TEST(RecoveryTest, ExpiresExactlyWhatRetentionTookMeanwhile) {
    Disk disk;
    liveAndDie(disk, 100, 10);
    ASSERT_TRUE(disk.journal->trim(1030));
    disk.publish(7);
    Life life(disk);
    const auto stream = life.add("a/cloud");
    life.recover();
    EXPECT_EQ(stream->books().matched, 107U);
    EXPECT_EQ(stream->books().expired, 20U);
    EXPECT_EQ(stream->books().pending(), 77U);
    const auto gap = stream->record().gap;
    ASSERT_TRUE(gap);
    EXPECT_THAT((std::vector<Position>{gap->from, gap->to, gap->messages}),
                ElementsAre(1011, 1030, 20));
    EXPECT_EQ(gap->reason, "retention");
    EXPECT_TRUE(life.isBalanced());
}

TEST(RecoveryTest, SaysThatAnotherJournalHadWhatIsGone) {
    Disk disk;
    liveAndDie(disk, 100);
    disk.journal = std::make_unique<MemoryJournal>(5000, 1'000'000);
    disk.publish(3);
    Life life(disk);
    const auto stream = life.add("a/cloud");
    life.recover();
    EXPECT_EQ(stream->books().expired, 100U);
    EXPECT_EQ(stream->books().pending(), 3U);
    EXPECT_EQ(stream->record().gap->reason, "journal lost");
    EXPECT_TRUE(life.isBalanced());
}

TEST(RecoveryTest, ReplacesAJournalInWhichDamageShowsOnlyNow) {
    Disk disk;
    disk.journal = std::make_unique<RottenJournal>(1000, 1030);
    liveAndDie(disk, 20, 5);
    disk.publish(20);
    Life life(disk);
    const auto stream = life.add("a/cloud");
    life.recover();
    EXPECT_FALSE(disk.journal->isDamaged());
    EXPECT_EQ(stream->books().settled, 5U);
    EXPECT_EQ(stream->books().expired, 15U);
    ASSERT_TRUE(stream->record().gap);
    EXPECT_EQ(stream->record().gap->reason, "journal damaged");
    life.publish(4);
    EXPECT_EQ(stream->books().pending(), 4U);
    EXPECT_TRUE(life.isBalanced());
}

TEST(RecoveryTest, ReplacesADamagedJournalWhileItIsReminded) {
    Disk disk;
    disk.journal = std::make_unique<RottenJournal>(1000, 1030);
    liveAndDie(disk, 20);
    disk.publish(20);
    Life life(disk);
    EXPECT_THAT(life.remind(), ::testing::IsEmpty());
    const auto stream = life.add("a/cloud");
    life.recover();
    EXPECT_EQ(stream->books().expired, 20U);
    EXPECT_TRUE(life.isBalanced());
}

TEST(RecoveryTest, WithoutAStateEverythingIsSentAgain) {
    Disk disk;
    disk.publish(30);
    Life life(disk);
    const auto stream = life.add("a/cloud");
    life.recover();
    EXPECT_EQ(stream->books().pending(), 30U);
    EXPECT_TRUE(life.isBalanced());
}

TEST(RecoveryTest, ForgetsAStreamThatRetentionHasPassed) {
    Disk disk;
    {
        Life first(disk);
        first.add("a/old");
        first.add("a/kept");
        first.recover();
        first.publish(10);
        first.save();
    }
    {
        Life life(disk);
        life.add("a/kept");
        life.recover();
        EXPECT_EQ(life.state().saved().streams.size(), 2U);
        life.publish(10);
        life.save();
    }
    ASSERT_TRUE(disk.journal->trim(1015));
    {
        Life life(disk);
        life.add("a/kept");
        life.recover();
    }
    const Life life(disk);
    ASSERT_EQ(life.state().saved().streams.size(), 1U);
    EXPECT_EQ(life.state().saved().streams.front().name, "a/kept");
}

TEST(RecoveryTest, KeepsThePlaceOfAStreamThatCannotBeMadeYet) {
    Disk disk;
    liveAndDie(disk, 5);
    for (int i = 0; i < 2; ++i) {
        Life life(disk);
        life.await("a/waiting");
        life.recover();
        life.publish(10);
        life.save();
    }
    ASSERT_TRUE(disk.journal->trim(1009));
    {
        Life life(disk);
        life.await("a/waiting");
        life.recover();
    }
    Life life(disk);
    const auto stream = life.add("a/waiting");
    life.recover();
    EXPECT_EQ(stream->books().pending(), 16U) << "all but what retention took";
    EXPECT_TRUE(life.isBalanced());
}

TEST(RecoveryTest, StartsAbovePositionsThatWereEverSaved) {
    State::Saved saved;
    saved.checkpoint = 10;
    saved.streams.resize(2);
    saved.streams[0].cursor = 7;
    saved.streams[1].counted = 12;
    EXPECT_EQ(Recovery::highest(saved), 12U);
}

}  // namespace
}  // namespace runnel::test
