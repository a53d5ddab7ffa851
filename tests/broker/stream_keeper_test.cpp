// SPDX-License-Identifier: Apache-2.0
// Streams come, change and go while messages are journaled, routed, delivered and removed.
#include "broker/stream_keeper.h"

#include <gmock/gmock.h>

#include <random>
#include <thread>

#include "broker/audit.h"
#include "tests/delivery/delivery_fakes.h"
#include "tests/support/fake_hosts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temporary_directory.h"

namespace runnel::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Eui kOtherDevice{7};
constexpr Position kStart = 1000;

Result<std::unique_ptr<Format>> makeFormat(Host&, const Fields& options) {
    if (!options.empty()) return Error{options.front().name, "is not for me"};
    return std::unique_ptr<Format>(std::make_unique<CounterFormat>());
}

const Plugin kFormat = [] {
    Plugin plugin;
    plugin.format = makeFormat;
    return plugin;
}();

StreamSpec spec(const std::string& token = "a-token-of-sixteen") {
    StreamSpec spec;
    spec.application = kApplication;
    spec.format = "counter";
    if (!token.empty()) spec.tokens.emplace_back().text = token;
    spec.place = {"app.yaml", 3, 5};
    return spec;
}

std::string tokenOf(const StreamSpec& spec) {
    return spec.tokens.front().text;
}

/// A broker's streams, without networks, doors and disks.
class World {
  public:
    explicit World(std::size_t capacity = MemoryJournal::kDefaultCapacity)
        : journal(kStart, capacity) {}

    void add(const std::string& name, const StreamSpec& spec) {
        apply({.added = {{name, kApplication, &spec}}});
    }
    void change(const std::string& name, const StreamSpec& spec,
                std::vector<std::string> what = {"options"}) {
        apply({.changed = {{{name, kApplication, &spec}, std::move(what)}}});
    }
    void remove(const std::string& name) { apply({.removed = {name}}); }
    void apply(const ConfigDiff::Streams& diff) {
        std::vector<Complaint> complaints;
        const auto plan = keeper.prepare(diff, complaints);
        ASSERT_THAT(complaints, IsEmpty());
        keeper.apply(plan);
    }

    /// Journals them only, from one device or the other.
    void append(std::size_t count) {
        std::vector<std::shared_ptr<Message>> batch;
        for (std::size_t i = 0; i < count; ++i) {
            auto message = std::make_shared<Message>();
            message->application = kApplication;
            message->frameCounter = 100 + ++appended;
            message->device = appended % 3 == 0 ? kOtherDevice : kDevice;
            batch.push_back(std::move(message));
        }
        ASSERT_TRUE(journal.append(batch));
        unrouted.push_back(std::move(batch));
    }
    /// As the ingress thread does.
    void route() {
        for (const auto& batch : unrouted) {
            router.route(std::span<const std::shared_ptr<Message>>(batch));
            routed = batch.back()->position;
        }
        unrouted.clear();
    }
    void sweep() {
        const auto quiet = router.betweenBatches();
        while (sweeper.work()) {
        }
    }
    State::Changes collect() {
        State::Changes changes;
        for (const auto& stream : changed.takeAll()) stream->collect(changes, {});
        keeper.collect(changes);
        return changes;
    }
    std::shared_ptr<Stream> find(const std::string& name) const {
        for (const Streams::Entry& entry : streams.all()) {
            if (entry.stream->setup().config->name == name) return entry.stream;
        }
        return nullptr;
    }
    void expectBalance() const {
        for (const Audit& one : audit(streams, journal)) {
            EXPECT_TRUE(one.isBalanced()) << text(one);
        }
    }

    TemporaryDirectory directory;
    QuietLog log;
    ManualClock clock;
    AcceptingDesk desk;
    FakeHost host;
    WatchedJournal journal;
    ChangedStreams changed;
    CatchUp catchUp{journal, log};
    Formats formats;
    Vault vault{directory.path() / "key"};
    RegistryFile registryFile{directory.path() / "registry.db", log};
    Tokens tokens{registryFile, vault, clock};
    Streams streams;
    Router router;
    HealthBoard health;
    Sweeper sweeper{{journal, streams, router, clock, log}};
    StreamKeeper::Doors doors;
    std::atomic<Position> routed{kStart};
    Plugins plugins{{{PluginKind::Format, "counter", "1", {}, &kFormat}}, {}};
    Devices devices;
    Templates templates{{.plugins = plugins,
                         .formats = formats,
                         .hostFor = [this](const std::string&) -> Host& { return host; }}};
    StreamKeeper keeper{{.stream = {journal, catchUp, desk, changed, log},
                         .tokens = tokens,
                         .streams = streams,
                         .router = router,
                         .sweeper = sweeper,
                         .health = health,
                         .doors = doors,
                         .routed = routed},
                        {.plugins = plugins,
                         .formats = formats,
                         .templates = templates,
                         .devices = devices,
                         .hostFor = [this](const std::string&) -> Host& { return host; }}};
    std::vector<std::vector<std::shared_ptr<Message>>> unrouted;
    std::uint32_t appended = 0;
};

/// A client that connects again whenever its stream is another object, as its protocol would make
/// it do, and remembers what came.
class Client {
  public:
    Client(const World& world, std::string name) : world_(world), name_(std::move(name)) {}
    ~Client() { leave(); }

    /// False if the stream is not there.
    bool connect() {
        const std::shared_ptr<Stream> stream = world_.find(name_);
        if (stream == stream_ && host_) return true;
        leave();
        stream_ = stream;
        if (!stream) return false;
        host_ = stream->attach(Grant{1, true, true, stream->setup().config}, {}, session_);
        return host_ != nullptr;
    }
    void take(std::size_t max) {
        if (!host_) return;
        const std::size_t before = parcels_.size();
        host_->take(parcels_, max, 1 << 30);
        for (std::size_t i = before; i < parcels_.size(); ++i) note(parcels_[i]);
    }
    void settle(std::size_t count) {
        if (!host_ || parcels_.empty() || count == 0) return;
        count = std::min(count, parcels_.size());
        host_->settleThrough(parcels_[count - 1].id);
        parcels_.erase(parcels_.begin(), parcels_.begin() + static_cast<std::ptrdiff_t>(count));
    }
    void settleAll() { settle(parcels_.size()); }
    void leave() {
        if (host_) host_->closed("");
        host_.reset();
        stream_.reset();
        parcels_.clear();
    }
    /// Takes and settles all there is; waits for what is read from the journal.
    void finish() {
        while (connect() && stream_->books().pending() > 0) {
            take(1000);
            if (parcels_.empty()) seen_ = session_->waitReady(seen_);
            settleAll();
        }
    }

    std::multiset<Position> got;

  private:
    void note(const Parcel& parcel) {
        if (!parcel.message) return;
        got.insert(parcel.message->position);
    }

    const World& world_;
    const std::string name_;
    std::shared_ptr<Stream> stream_;
    std::shared_ptr<FakeSession> session_ = std::make_shared<FakeSession>();
    std::shared_ptr<SessionHost> host_;
    std::vector<Parcel> parcels_;
    int seen_ = 0;  ///< calls of ready()
};

TEST(StreamKeeperTest, ANewStreamStartsBehindTheNewestMessageEvenIfThatIsStillToBeRouted) {
    World world;
    world.append(5);
    const StreamSpec cloud = spec();
    world.add("a/cloud", cloud);
    world.route();
    EXPECT_EQ(world.find("a/cloud")->books(), Books{});
    world.append(2);
    world.route();
    EXPECT_EQ(world.find("a/cloud")->books().matched, 2U);
    EXPECT_THAT(world.collect().streams, SizeIs(1)) << "it is saved before anything comes";
}

TEST(StreamKeeperTest, AChangedStreamCountsEveryMessageOnceWhereverItWasOnItsWay) {
    World world;
    const StreamSpec cloud = spec();
    world.add("a/cloud", cloud);
    world.append(5);
    world.route();
    world.append(3);  // journaled and not routed
    const auto old = world.find("a/cloud");
    world.change("a/cloud", cloud);
    EXPECT_NE(world.find("a/cloud"), old);
    world.route();
    world.append(2);
    world.route();
    EXPECT_EQ(world.find("a/cloud")->books().matched, 10U);
    EXPECT_EQ(old->books().matched, 5U);
    world.expectBalance();
    EXPECT_EQ(world.tokens.find(tokenOf(cloud))->stream,
              world.find("a/cloud")->setup().config->stream);
}

TEST(StreamKeeperTest, SessionsOfAChangedStreamCountForNothingAndTheNextOneGetsTheRest) {
    World world;
    const StreamSpec cloud = spec();
    world.add("a/cloud", cloud);
    Client before(world, "a/cloud"), after(world, "a/cloud");
    ASSERT_TRUE(before.connect());
    world.append(6);
    world.route();
    before.take(4);
    before.settle(2);
    world.change("a/cloud", cloud);
    before.settleAll();
    before.take(10);
    before.leave();
    EXPECT_THAT(before.got, SizeIs(4));
    after.connect();
    after.finish();
    EXPECT_THAT(after.got, ElementsAre(1003, 1004, 1005, 1006));
    EXPECT_EQ(world.find("a/cloud")->books().settled, 6U);
}

TEST(StreamKeeperTest, OnlyTheLastRecordOfARemovedStreamIsSavedAsAbsent) {
    World world;
    const StreamSpec cloud = spec();
    world.add("a/cloud", cloud);
    Client client(world, "a/cloud");
    client.connect();
    world.append(4);
    world.route();
    world.collect();
    world.remove("a/cloud");
    const State::Changes changes = world.collect();
    EXPECT_THAT(changes.streams, IsEmpty());
    ASSERT_THAT(changes.absent, SizeIs(1));
    EXPECT_EQ(changes.absent[0].name, "a/cloud");
    EXPECT_EQ(changes.absent[0].counted, 1004U);
    EXPECT_EQ(changes.absent[0].books.matched, 4U);
    client.leave();
    EXPECT_TRUE(world.collect().isEmpty()) << "what its sessions do later";
    EXPECT_FALSE(world.tokens.find(tokenOf(cloud)));
}

TEST(StreamKeeperTest, ANewObjectsRecordIsSavedWithOrAfterTheOldOnes) {
    World world;
    const StreamSpec cloud = spec();
    world.add("a/cloud", cloud);
    world.append(4);
    world.route();
    world.change("a/cloud", cloud);
    const State::Changes changes = world.collect();
    EXPECT_THAT(changes.absent, SizeIs(1));
    EXPECT_THAT(changes.streams, SizeIs(1));
}

TEST(StreamKeeperTest, ARemovedStreamThatComesBackMissesNothing) {
    World world;
    const StreamSpec cloud = spec();
    world.add("a/cloud", cloud);
    world.append(4);
    world.route();
    world.remove("a/cloud");
    world.append(10'000);  // so many are counted while routing goes on
    world.route();
    world.add("a/cloud", cloud);
    EXPECT_EQ(world.find("a/cloud")->books().pending(), 10'004U);
    world.expectBalance();
}

TEST(StreamKeeperTest, WhatRetentionTookMeanwhileIsExpiredAndTold) {
    World world(20);
    const StreamSpec cloud = spec();
    world.add("a/cloud", cloud);
    world.append(10);
    world.route();
    world.remove("a/cloud");
    world.append(15);
    world.route();
    world.sweep();
    world.add("a/cloud", cloud);
    EXPECT_EQ(world.find("a/cloud")->books().expired, 5U);
    EXPECT_EQ(world.find("a/cloud")->books().pending(), 20U);
    world.expectBalance();
}

TEST(StreamKeeperTest, RetentionLooksAgainWhenAStreamComesThatNeedsOldMessages) {
    World world(20);
    const StreamSpec cloud = spec();
    world.add("a/cloud", cloud);
    world.append(10);
    world.route();
    world.remove("a/cloud");
    world.append(12);
    world.route();
    world.sweep();  // nobody needs anything
    world.add("a/cloud", cloud);
    world.append(10);
    world.route();
    world.sweep();
    EXPECT_EQ(world.find("a/cloud")->books().expired, 12U);
    world.expectBalance();
}

TEST(StreamKeeperTest, AnotherScopeCountsAnewWhatIsPending) {
    World world;
    const StreamSpec cloud = spec();
    world.add("a/cloud", cloud);
    world.append(9);
    world.route();
    StreamSpec narrow = cloud;
    narrow.application.reset();
    narrow.device = kOtherDevice;
    world.append(3);
    world.change("a/cloud", narrow, {"scope"});
    world.route();
    EXPECT_EQ(world.find("a/cloud")->books().pending(), 4U);
    world.expectBalance();
}

TEST(StreamKeeperTest, AFormatsComplaintRefusesThePlanAndNamesThePlace) {
    World world;
    StreamSpec bad = spec("");
    bad.formatOptions = {{"colour", {true}}};
    const StreamSpec good = spec("");
    std::vector<Complaint> complaints;
    world.keeper.prepare(
        {.added = {{"a/bad", kApplication, &bad}, {"a/good", kApplication, &good}}}, complaints);
    ASSERT_THAT(complaints, SizeIs(1));
    EXPECT_EQ(complaints[0].text, "stream a/bad: colour: is not for me");
    EXPECT_EQ(complaints[0].place.line, 3);
    EXPECT_THAT(world.tokens.list("a/good"), IsEmpty()) << "nothing is made";
}

TEST(StreamKeeperTest, AStreamWhoseFormatIsMissingWaitsWithItsRecord) {
    World world;
    const StreamSpec cloud = spec();
    world.add("a/cloud", cloud);
    world.append(4);
    world.route();
    StreamSpec missing = cloud;
    missing.format = "cbor";
    world.change("a/cloud", missing, {"format"});
    EXPECT_EQ(world.find("a/cloud"), nullptr);
    EXPECT_THAT(world.health.all().at("stream a/cloud").text, HasSubstr("'cbor'"));
    world.append(2);
    world.route();
    world.change("a/cloud", cloud, {"format"});
    EXPECT_EQ(world.find("a/cloud")->books().pending(), 6U);
    EXPECT_THAT(world.health.all().at("stream a/cloud").text, HasSubstr("is not running"));
}

TEST(StreamKeeperTest, WhatComesForANewStreamWhoseFormatIsMissingWaitsForIt) {
    World world;
    StreamSpec missing = spec();
    missing.format = "cbor";
    world.append(3);
    world.route();
    world.add("a/cloud", missing);
    const auto saved = world.collect().absent;
    ASSERT_THAT(saved, SizeIs(1));
    EXPECT_EQ(saved[0].name, "a/cloud");
    EXPECT_EQ(saved[0].cursor, kStart + 3);
    EXPECT_THAT(world.collect().absent, IsEmpty());
    world.append(4);
    world.route();
    const StreamSpec cloud = spec();
    world.change("a/cloud", cloud, {"plugin"});
    EXPECT_EQ(world.find("a/cloud")->books().pending(), 4U);
    world.expectBalance();
}

TEST(StreamKeeperTest, AJournalThatCannotBeReadKeepsTheStreamOutWithItsRecord) {
    World world;
    const StreamSpec cloud = spec();
    world.add("a/cloud", cloud);
    world.append(4);
    world.journal.failures = 1;
    world.change("a/cloud", cloud);
    EXPECT_EQ(world.find("a/cloud"), nullptr);
    EXPECT_THAT(world.health.all().at("stream a/cloud").text, HasSubstr("disk on fire"));
    world.route();
    world.add("a/cloud", cloud);
    EXPECT_EQ(world.find("a/cloud")->books().pending(), 4U);
}

TEST(StreamKeeperTest, TokensMayBeExchanged) {
    World world;
    const StreamSpec one = spec("the-token-of-the-one"), two = spec("the-token-of-the-two");
    world.apply({.added = {{"a/one", kApplication, &one}, {"a/two", kApplication, &two}}});
    world.apply({.changed = {{{"a/one", kApplication, &two}, {"token"}},
                             {{"a/two", kApplication, &one}, {"token"}}}});
    EXPECT_EQ(world.tokens.find(tokenOf(two))->stream, world.find("a/one")->setup().config->stream);
    EXPECT_EQ(world.tokens.find(tokenOf(one))->stream, world.find("a/two")->setup().config->stream);
}

/// One seed's order of events, in one thread: every message is settled at least once, and the books
/// know each exactly once.
void runInterleaved(unsigned seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto below = [&](unsigned end) { return static_cast<unsigned>(random() % end); };
    World world;
    const StreamSpec specs[] = {spec(), [] {
                                    StreamSpec best = spec();
                                    best.duplicates = Duplicates::Best;
                                    return best;
                                }()};
    const StreamSpec steady = spec("the-token-of-another");
    world.apply(
        {.added = {{"a/cloud", kApplication, &specs[0]}, {"a/steady", kApplication, &steady}}});
    Client cloud(world, "a/cloud"), other(world, "a/steady");
    other.connect();
    for (int step = 0; step < 300; ++step) {
        switch (below(8)) {
            case 0:
                world.append(1 + below(20));
                break;
            case 1:
                world.route();
                break;
            case 2:
                world.change("a/cloud", specs[below(2)]);
                break;
            case 3:
                world.find("a/cloud") ? world.remove("a/cloud")
                                      : world.add("a/cloud", specs[below(2)]);
                break;
            case 4:
                cloud.connect();
                break;
            case 5:
                cloud.take(1 + below(10));
                other.take(1 + below(10));
                break;
            case 6:
                cloud.settle(below(10));
                other.settle(below(10));
                break;
            default:
                world.collect();
        }
        if (world.unrouted.empty()) world.expectBalance();
        if (::testing::Test::HasFailure()) return;
    }
    world.route();
    world.change("a/cloud", specs[0]);
    cloud.finish();
    other.finish();
    const Books all{.matched = world.appended, .settled = world.appended};
    EXPECT_EQ(world.find("a/cloud")->books(), all);
    EXPECT_EQ(world.find("a/steady")->books(), all);
    EXPECT_EQ(std::set<Position>(cloud.got.begin(), cloud.got.end()).size(), world.appended);
    EXPECT_THAT(other.got, SizeIs(world.appended)) << "it noticed nothing";
}

TEST(StreamKeeperTest, BooksAreExactWhateverTheOrderOfEvents) {
    const unsigned first = std::random_device()();
    for (unsigned seed = first; seed < first + 200 && !::testing::Test::HasFailure(); ++seed) {
        runInterleaved(seed);
    }
}

TEST(StreamKeeperTest, SwapsWhileAnotherThreadRoutesLoseAndRepeatNothing) {
    constexpr std::uint32_t kMessages = 30'000;
    World world;
    const StreamSpec cloud = spec(), steady = spec("the-token-of-another");
    world.apply(
        {.added = {{"a/cloud", kApplication, &cloud}, {"a/steady", kApplication, &steady}}});
    std::atomic<bool> isDone{false};
    std::thread ingress([&] {
        while (world.appended < kMessages) {
            world.append(7);
            world.route();
            world.sweep();
        }
        isDone = true;
    });
    std::thread saver([&] {
        while (!isDone) world.collect();
    });
    Client client(world, "a/cloud"), other(world, "a/steady");
    other.connect();
    while (!isDone) {
        world.change("a/cloud", cloud);
        client.connect();
        client.take(50);
        client.settle(20);
        other.take(50);
        other.settleAll();
    }
    ingress.join();
    saver.join();
    client.finish();
    other.finish();
    const Books all{.matched = world.appended, .settled = world.appended};
    EXPECT_EQ(world.find("a/cloud")->books(), all);
    EXPECT_EQ(world.find("a/steady")->books(), all);
    EXPECT_EQ(std::set<Position>(client.got.begin(), client.got.end()).size(), world.appended);
    EXPECT_THAT(other.got, SizeIs(world.appended)) << "it noticed nothing";
}

}  // namespace
}  // namespace runnel::test
