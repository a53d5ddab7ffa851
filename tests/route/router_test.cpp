// SPDX-License-Identifier: Apache-2.0
#include "route/router.h"

#include <gmock/gmock.h>

#include "tests/delivery/delivery_fakes.h"
#include "tests/support/template_bench.h"

namespace runnel::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Eui kGateway{0xA1}, kOtherGateway{0xA2};

/// Documents are "<frame counter>@<gateway>"; counts how often it runs.
class CountingFormat final : public Format {
  public:
    std::string_view contentType() const override { return "text/plain"; }
    bool isText() const override { return true; }
    bool wantsFields() const override { return false; }
    Result<std::string> encode(const EncodeInput& input) const override {
        ++runs;
        const Eui gateway = input.reception ? input.reception->gateway.value_or(Eui{}) : Eui{};
        return std::to_string(input.message.frameCounter) + "@" + std::to_string(gateway.value);
    }
    std::string encode(const Receipt&) const override { return {}; }
    std::string encode(const Gap&) const override { return {}; }
    std::vector<Request> decode(const DecodeInput&) const override { return {}; }

    mutable int runs = 0;
};

class RouterTest : public ::testing::Test {
  protected:
    struct Listener {
        std::shared_ptr<Stream> stream;
        std::shared_ptr<FakeSession> session = std::make_shared<FakeSession>();
        std::shared_ptr<SessionHost> host;
        std::vector<Parcel> parcels;

        std::vector<std::string> documents() {
            host->take(parcels, 1000, 1'000'000);
            std::vector<std::string> all;
            for (const Parcel& parcel : parcels) {
                all.insert(all.end(), parcel.documents->begin(), parcel.documents->end());
            }
            return all;
        }
    };

    /// A stream with one live session.
    Listener add(Scope scope, View view = {}, const std::vector<Kind>& kinds = {Kind::Uplink}) {
        auto config = std::make_shared<StreamConfig>();
        config->stream = ++lastStream_;
        config->name = "stream " + std::to_string(lastStream_);
        std::uint32_t bits = 0;
        for (const Kind kind : kinds) bits |= 1U << static_cast<unsigned>(kind);
        Listener listener;
        listener.stream = std::make_shared<Stream>(
            StreamSetup{
                .config = config, .scope = scope, .format = &use_, .view = view, .kinds = bits},
            StreamParts{journal_, catchUp_, desk_, changed_, log_},
            startingBehind(journal_.head()));
        listener.host = listener.stream->attach(Grant{1, true, true, config}, {}, listener.session);
        router_.add(listener.stream);
        return listener;
    }

    std::shared_ptr<Message> uplink(std::uint32_t counter, Eui application = kApplication,
                                    Eui device = kDevice) {
        auto message = std::make_shared<Message>();
        message->application = application;
        message->device = device;
        message->frameCounter = counter;
        message->receptions = {{.gateway = kGateway, .rssiDbm = -50, .snrDb = 5, .time = {}},
                               {.gateway = kOtherGateway, .rssiDbm = -60, .snrDb = 9, .time = {}}};
        return message;
    }
    void route(std::vector<std::shared_ptr<Message>> batch) {
        ASSERT_TRUE(journal_.append(batch));
        router_.route(batch);
    }

    /// A stream whose documents show fields by this template.
    Listener addDecoded(const std::string& reference, View view) {
        auto config = std::make_shared<StreamConfig>();
        config->stream = ++lastStream_;
        config->name = "stream " + std::to_string(lastStream_);
        Listener listener;
        listener.stream =
            std::make_shared<Stream>(StreamSetup{.config = config,
                                                 .scope = kWhole,
                                                 .format = templates_.base,
                                                 .view = view,
                                                 .kinds = 1U << static_cast<unsigned>(Kind::Uplink),
                                                 .transform = templates_.transform(reference)},
                                     StreamParts{journal_, catchUp_, desk_, changed_, log_},
                                     startingBehind(journal_.head()));
        listener.host = listener.stream->attach(Grant{1, true, true, config}, {}, listener.session);
        router_.add(listener.stream);
        return listener;
    }

    static constexpr Scope kWhole{Scope::Level::Application, kApplication};
    static constexpr Scope kOneDevice{Scope::Level::Device, kDevice};
    static constexpr Scope kOneGateway{Scope::Level::Gateway, kGateway};
    static constexpr View kBest{View::Which::Best, {}};
    static constexpr View kByGateway{View::Which::Gateway, kGateway};

    TemplateBench templates_;  // outlives what the streams hold
    QuietLog log_;
    AcceptingDesk desk_;
    FormatUse use_{"format_counting", std::make_unique<CountingFormat>()};
    const CountingFormat& format_ = static_cast<const CountingFormat&>(*use_.format);
    MemoryJournal journal_{1000};
    CatchUp catchUp_{journal_, log_};
    ChangedStreams changed_;
    Router router_;
    std::uint64_t lastStream_ = 0;
};

TEST_F(RouterTest, SendsAnUplinkToDeviceApplicationAndGatewayStreams) {
    auto application = add(kWhole, kBest);
    auto device = add(kOneDevice);
    auto gateway = add(kOneGateway, kByGateway);
    route({uplink(1)});
    EXPECT_THAT(application.documents(), ElementsAre("1@162"));
    EXPECT_THAT(device.documents(), ElementsAre("1@161", "1@162"));
    EXPECT_THAT(gateway.documents(), ElementsAre("1@161"));
}

TEST_F(RouterTest, SendsNothingToOtherScopes) {
    auto application = add({Scope::Level::Application, Eui{1}});
    auto device = add({Scope::Level::Device, Eui{2}});
    auto gateway = add({Scope::Level::Gateway, Eui{3}});
    auto sameNumber = add({Scope::Level::Gateway, kDevice});
    route({uplink(1)});
    for (auto* listener : {&application, &device, &gateway, &sameNumber}) {
        EXPECT_THAT(listener->documents(), IsEmpty());
        EXPECT_EQ(listener->stream->books().matched, 0U);
    }
}

TEST_F(RouterTest, SendsAnUplinkWithoutApplicationToDeviceAndGatewayStreams) {
    auto application = add({Scope::Level::Application, Eui{0}});
    auto device = add(kOneDevice, kBest);
    auto gateway = add(kOneGateway, kByGateway);
    auto message = uplink(1);
    message->application.reset();
    route({message});
    EXPECT_THAT(application.documents(), IsEmpty()) << "0 is an EUI, not 'none'";
    EXPECT_THAT(device.documents(), ElementsAre("1@162"));
    EXPECT_THAT(gateway.documents(), ElementsAre("1@161"));
}

TEST_F(RouterTest, KeepsToTheKindsOfAStream) {
    auto uplinks = add(kWhole, kBest);
    auto joins = add(kWhole, kBest, {Kind::Join});
    auto both = add(kWhole, kBest, {Kind::Join, Kind::Uplink});
    auto join = uplink(2);
    join->kind = Kind::Join;
    route({uplink(1), join});
    EXPECT_THAT(uplinks.documents(), ElementsAre("1@162"));
    EXPECT_THAT(joins.documents(), ElementsAre("2@162"));
    EXPECT_THAT(both.documents(), ElementsAre("1@162", "2@162"));
}

TEST_F(RouterTest, SendsADownlinksEventsToTheStreamThatItCameThrough) {
    auto sender = add(kWhole, kBest);
    auto other = add(kWhole, kBest);
    auto device = add(kOneDevice, kBest);
    auto sent = uplink(1);
    sent->kind = Kind::Sent;
    sent->downlinkStream = sender.stream->setup().config->name;
    auto foreign = uplink(2);
    foreign->kind = Kind::Sent;
    route({sent, foreign});
    EXPECT_THAT(sender.documents(), ElementsAre("1@162"));
    EXPECT_THAT(other.documents(), IsEmpty());
    EXPECT_THAT(device.documents(), IsEmpty());
}

TEST_F(RouterTest, CountsAnUplinkThatAGatewayHeardTwiceOnce) {
    auto gateway = add(kOneGateway, kByGateway);
    auto message = uplink(1);
    message->receptions.push_back(message->receptions[0]);
    message->receptions.push_back({.gateway = {}, .rssiDbm = 0, .snrDb = 0, .time = {}});
    route({message, uplink(2)});
    EXPECT_THAT(gateway.documents(), ElementsAre("1@161", "2@161"));
    EXPECT_EQ(gateway.stream->books().matched, 2U);
}

TEST_F(RouterTest, EncodesOnceForStreamsOfTheSameFormatAndView) {
    auto application = add(kWhole, kBest);
    auto twin = add(kWhole, kBest);
    auto device = add(kOneDevice, kBest);
    route({uplink(1)});
    EXPECT_THAT(application.documents(), ElementsAre("1@162"));
    EXPECT_EQ(twin.documents(), application.documents());
    EXPECT_EQ(device.documents(), application.documents());
    EXPECT_EQ(format_.runs, 1);
    EXPECT_EQ(twin.parcels[0].documents.get(), device.parcels[0].documents.get());
}

TEST_F(RouterTest, EncodesAnewForAnotherView) {
    auto best = add(kWhole, kBest);
    auto all = add(kWhole);
    auto gateway = add(kOneGateway, kByGateway);
    auto other = add({Scope::Level::Gateway, kOtherGateway}, {View::Which::Gateway, kOtherGateway});
    route({uplink(1)});
    EXPECT_THAT(best.documents(), ElementsAre("1@162"));
    EXPECT_THAT(all.documents(), ElementsAre("1@161", "1@162"));
    EXPECT_THAT(gateway.documents(), ElementsAre("1@161"));
    EXPECT_THAT(other.documents(), ElementsAre("1@162"));
    EXPECT_EQ(format_.runs, 5);
}

TEST_F(RouterTest, KeepsTheOrderWithinAndBetweenBatches) {
    auto application = add(kWhole, kBest);
    route({uplink(1), uplink(2, Eui{9}, Eui{8}), uplink(3, kApplication, Eui{7})});
    route({uplink(4)});
    EXPECT_THAT(application.documents(), ElementsAre("1@162", "3@162", "4@162"));
}

TEST_F(RouterTest, WakesASessionOncePerBatch) {
    auto application = add(kWhole, kBest);
    route({uplink(1), uplink(2), uplink(3)});
    EXPECT_EQ(application.session->readies(), 1);
}

TEST_F(RouterTest, GivesARemovedStreamNothingMore) {
    auto removed = add(kWhole, kBest);
    auto kept = add(kWhole, kBest);
    route({uplink(1)});
    router_.remove(removed.stream->setup().config->stream);
    router_.remove(77);
    route({uplink(2)});
    EXPECT_THAT(removed.documents(), ElementsAre("1@162"));
    EXPECT_THAT(kept.documents(), ElementsAre("1@162", "2@162"));
}

TEST_F(RouterTest, DecodesOnceForStreamsThatShowTheSameFieldsWhateverTheirView) {
    templates_.configure({TemplateBench::spec("acme"), TemplateBench::spec("other")});
    auto best = addDecoded("acme", kBest);
    auto twin = addDecoded("acme@1", kBest);
    auto all = addDecoded("acme", {});
    auto other = addDecoded("other", kBest);
    auto message = uplink(1);
    message->port = 2;
    message->payload = {7};
    route({message});
    EXPECT_THAT(best.documents(), ElementsAre("plain 7"));
    EXPECT_EQ(twin.documents(), best.documents());
    EXPECT_EQ(twin.parcels[0].documents.get(), best.parcels[0].documents.get());
    EXPECT_THAT(all.documents(), ElementsAre("plain 7", "plain 7"));
    EXPECT_EQ(templates_.codec.jobs().size(), 1U);
    EXPECT_THAT(other.documents(), ElementsAre("plain 7"));
    EXPECT_EQ(templates_.codec.jobs().size(), 2U);
}

}  // namespace
}  // namespace runnel::test
