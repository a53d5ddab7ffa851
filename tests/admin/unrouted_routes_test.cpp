// SPDX-License-Identifier: Apache-2.0
// Uplinks that reach no stream, and why.
#include "admin/routes/unrouted_routes.h"

#include <gmock/gmock.h>

#include "admin/newest_messages.h"
#include "tests/admin/route_call.h"
#include "tests/admin/routed_world.h"

namespace runnel::test {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kNothingThere = "application 70B3D57ED0000001 has no stream that takes uplinks";

class UnroutedRoutesTest : public ::testing::Test {
  protected:
    UnroutedRoutesTest() {
        world_.catalogue.putOwner({Scope::Level::Application, kApplication}, {"Parking", {}, {}});
    }

    static RouteCall call(net::Query query = {}) {
        return {.method = "GET", .pattern = "/api/v1/unrouted", .query = std::move(query)};
    }
    std::vector<std::string> values(const std::string& name = "reason", net::Query query = {}) {
        std::vector<std::string> list;
        const auto items = call(std::move(query)).json(routes_)->getArray("items");
        for (unsigned i = 0; i < items->size(); ++i) {
            list.push_back(items->getObject(i)->get(name).convert<std::string>());
        }
        return list;
    }
    void append(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) world_.append({world_.uplink(next_++)});
    }
    static StreamSpec ofApplication() {
        return RoutedWorld::specOf({Scope::Level::Application, kApplication});
    }

    RoutedWorld world_;
    std::uint32_t next_ = 100;
    admin::Routes routes_ = admin::unroutedRoutes(
        {world_.journal, world_.router, world_.streams, world_.catalogue, world_.devices});
};

TEST_F(UnroutedRoutesTest, IsEmptyWhereAnyStreamTakesUplinks) {
    append(2);
    EXPECT_THAT(values("position"), ElementsAre("1002", "1001"));
    for (const Scope scope :
         {Scope{Scope::Level::Application, kApplication}, Scope{Scope::Level::Device, kDevice},
          Scope{Scope::Level::Gateway, kOtherGateway}}) {
        const Eui owner = scope.level == Scope::Level::Gateway ? scope.eui : kApplication;
        const auto stream = world_.add(owner, "cloud", RoutedWorld::specOf(scope));
        EXPECT_THAT(values(), IsEmpty()) << static_cast<int>(scope.level);
        world_.router.remove(stream->setup().config->stream);
    }
    EXPECT_THAT(values(), SizeIs(2));
}

TEST_F(UnroutedRoutesTest, IsOfUplinksOnly) {
    Message join = world_.uplink(1);
    join.kind = Kind::Join;
    world_.append({join});
    EXPECT_THAT(values(), IsEmpty());
}

TEST_F(UnroutedRoutesTest, SaysThatTheApplicationHasNoStream) {
    append(1);
    EXPECT_THAT(values(), ElementsAre(kNothingThere + "; add one"));
}

TEST_F(UnroutedRoutesTest, SaysThatTheApplicationsStreamsAreForSomethingElse) {
    StreamSpec joins = ofApplication();
    joins.events = {Kind::Join};
    world_.add(kApplication, "joins", joins);
    world_.add(kApplication, "other", RoutedWorld::specOf({Scope::Level::Device, Eui{7}}));
    append(1);
    EXPECT_THAT(values(), ElementsAre(kNothingThere +
                                      " of device 0080E1150529E258, found 2 for other devices or "
                                      "events; add one"));
}

TEST_F(UnroutedRoutesTest, SaysThatTheApplicationIsNotConfigured) {
    Message message = world_.uplink(1);
    message.application = kOtherApplication;
    world_.append({message});
    EXPECT_THAT(values(), ElementsAre("application 00000000000000B2 is not configured; add it, and "
                                      "a stream that takes uplinks"));
}

TEST_F(UnroutedRoutesTest, SaysThatStreamsAreSwitchedOff) {
    StreamSpec spec = ofApplication();
    spec.isEnabled = false;
    world_.add(kApplication, "cloud", spec);
    append(1);
    EXPECT_THAT(values(), ElementsAre("application 70B3D57ED0000001: its stream "
                                      "70B3D57ED0000001/cloud is switched off; switch it on"));
    world_.add(kApplication, "second", spec);
    EXPECT_THAT(values(),
                ElementsAre("application 70B3D57ED0000001: its 2 streams are switched off, "
                            "70B3D57ED0000001/cloud among them; switch one on"));
}

TEST_F(UnroutedRoutesTest, SaysThatAStreamWaitsForItsPlugin) {
    world_.configure(kApplication, "cloud", ofApplication());
    append(1);
    EXPECT_THAT(values(), ElementsAre("application 70B3D57ED0000001: its stream "
                                      "70B3D57ED0000001/cloud is not running; its state says why, "
                                      "such as a missing plugin"));
}

TEST_F(UnroutedRoutesTest, SaysWhatTheConnectorCallsAnUnknownApplication) {
    Message message = world_.uplink(1);
    message.application.reset();
    world_.append({message});
    message.networkApplication = "12";
    world_.append({message});
    EXPECT_THAT(values(),
                ElementsAre("its application is not known: connector 'hooks' calls it '12'; name "
                            "it in networks.hooks.options.applications or register device "
                            "0080E1150529E258",
                            "its application is not known: connector 'hooks' names none; register "
                            "device 0080E1150529E258"));
}

TEST_F(UnroutedRoutesTest, SaysThatTheDeviceHasBeenRegisteredSince) {
    Message message = world_.uplink(1);
    message.application.reset();
    world_.append({message});
    DeviceSpec bay;
    bay.eui = kDevice;
    world_.devices.add(kApplication, bay);
    EXPECT_THAT(values(),
                ElementsAre("its application was not known when it came; device 0080E1150529E258 "
                            "belongs to application 70B3D57ED0000001 now, whose streams get what "
                            "comes from now on"));
}

TEST_F(UnroutedRoutesTest, OfAnUnknownApplicationNamesAGatewaysStreamThatIsOff) {
    Message message = world_.uplink(1);
    message.application.reset();
    message.networkApplication = "12";
    world_.append({message});
    StreamSpec spec = RoutedWorld::specOf({Scope::Level::Gateway, kGateway});
    spec.isEnabled = false;
    world_.add(kGateway, "roof", spec);
    EXPECT_THAT(values(),
                Each(::testing::EndsWith("register device 0080E1150529E258; and its stream "
                                         "00000000000000A1/roof is switched off; switch it on")));
}

TEST_F(UnroutedRoutesTest, ShowsEveryMessageOnceOverPages) {
    world_.add(kOtherGateway, "roof", RoutedWorld::specOf({Scope::Level::Gateway, kOtherGateway}));
    for (std::uint32_t i = 0; i < 2000; ++i) {
        Message message = world_.uplink(i);
        if (i % 2 == 0) message.receptions.pop_back();  // unheard by the stream's gateway
        world_.append({message});
    }
    net::Query query{{"limit", "99"}};
    std::vector<std::string> all;
    for (bool hasMore = true; hasMore;) {
        const auto page = values("frameCounter", query);
        all.insert(all.end(), page.begin(), page.end());
        const auto body = call(query).json(routes_);
        hasMore = body->has("next");
        if (hasMore) query["before"] = body->getValue<std::string>("next");
    }
    ASSERT_THAT(all, SizeIs(1000));
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], std::to_string(1998 - 2 * i));
}

TEST_F(UnroutedRoutesTest, StopsAfterSoManyReadsAndSaysWhereToGoOn) {
    append(1);
    world_.add(kApplication, "cloud", RoutedWorld::specOf({Scope::Level::Device, Eui{7}}));
    Message routed = world_.uplink(1);
    routed.device = Eui{7};
    for (int i = 0; i < 100; ++i) world_.append(std::vector<Message>(1000, routed));
    std::size_t reads = 0;
    world_.journal.onRead = [&](const Journal::ReadRequest&) { ++reads; };
    auto body = call().json(routes_);
    EXPECT_EQ(body->getArray("items")->size(), 0U);
    EXPECT_LE(reads, admin::kMaxReads);
    ASSERT_TRUE(body->has("next"));
    EXPECT_THAT(values("position", {{"before", body->getValue<std::string>("next")}}),
                ElementsAre("1001"));
}

TEST_F(UnroutedRoutesTest, RefusesWrongQueriesAndNeedsToSeeEverything) {
    EXPECT_EQ(call().routeOf(routes_).need, admin::Need::SeeEverything);
    EXPECT_EQ(call({{"limit", "1001"}}).refusal(routes_), 400);
    EXPECT_EQ(call({{"before", "x"}}).refusal(routes_), 400);
}

}  // namespace
}  // namespace runnel::test
