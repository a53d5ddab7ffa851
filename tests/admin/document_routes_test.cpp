// SPDX-License-Identifier: Apache-2.0
// What a stream's format makes of the newest messages.
#include "admin/routes/document_routes.h"

#include <gmock/gmock.h>

#include "tests/admin/route_call.h"
#include "tests/admin/routed_world.h"

namespace runnel::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DocumentRoutesTest : public ::testing::Test {
  protected:
    static RouteCall call(const std::string& stream, net::Query query = {},
                          Eui application = kApplication) {
        return {.method = "GET",
                .pattern = "/api/v1/applications/{application}/streams/{stream}/documents",
                .path = {{"application", text(application)}, {"stream", stream}},
                .query = std::move(query)};
    }
    static RouteCall gatewayCall(const std::string& stream) {
        return {.method = "GET",
                .pattern = "/api/v1/gateways/{gateway}/streams/{stream}/documents",
                .path = {{"gateway", text(kGateway)}, {"stream", stream}}};
    }
    std::vector<std::string> values(const RouteCall& wanted, const std::string& name = "text") {
        std::vector<std::string> list;
        const auto items = wanted.json(routes_)->getArray("items");
        for (unsigned i = 0; i < items->size(); ++i) {
            const auto item = items->getObject(i);
            list.push_back(item->has(name) ? item->get(name).convert<std::string>() : "-");
        }
        return list;
    }
    struct Pages {
        std::vector<std::string> positions;
        std::size_t count = 0;
    };
    /// All of the stream "cloud", page by page.
    Pages pages(const std::string& limit) {
        Pages all;
        net::Query query{{"limit", limit}};
        for (bool hasMore = true; hasMore; ++all.count) {
            const auto body = call("cloud", query).json(routes_);
            const auto items = body->getArray("items");
            for (unsigned i = 0; i < items->size(); ++i) {
                all.positions.push_back(
                    items->getObject(i)->get("position").convert<std::string>());
            }
            hasMore = body->has("next");
            if (hasMore) query["before"] = body->getValue<std::string>("next");
        }
        return all;
    }
    void append(std::uint32_t first, std::uint32_t count) {
        std::vector<Message> batch;
        for (std::uint32_t i = 0; i < count; ++i) batch.push_back(world_.uplink(first + i));
        world_.append(std::move(batch));
    }
    static StreamSpec ofApplication() {
        return RoutedWorld::specOf({Scope::Level::Application, kApplication});
    }

    RoutedWorld world_;
    HealthBoard health_;
    admin::Routes routes_ =
        admin::documentRoutes({world_.catalogue, world_.streams, health_, world_.journal});
};

TEST_F(DocumentRoutesTest, ShowsADocumentPerGatewayNewestMessageFirst) {
    world_.add(kApplication, "cloud", ofApplication());
    append(100, 2);
    EXPECT_THAT(values(call("cloud")), ElementsAre("101@161", "101@162", "100@161", "100@162"));
    EXPECT_THAT(call("cloud", {{"limit", "1"}}).answer(routes_).body,
                HasSubstr(R"({"items":[{"position":1002,"kind":"uplink",)"
                          R"("device":"0080E1150529E258","received":"1970-01-01T00:01:41.000Z",)"
                          R"("text":"101@161","contentType":"text/plain"},)"));
}

TEST_F(DocumentRoutesTest, ShowsOnlyTheBestDocumentIfTheStreamDoes) {
    StreamSpec spec = ofApplication();
    spec.duplicates = Duplicates::Best;
    world_.add(kApplication, "cloud", spec);
    append(100, 2);
    EXPECT_THAT(values(call("cloud")), ElementsAre("101@162", "100@162"));
}

TEST_F(DocumentRoutesTest, ShowsWhatTheStreamsScopeAndEventsCover) {
    world_.add(kApplication, "bay", RoutedWorld::specOf({Scope::Level::Device, kDevice}));
    world_.add(kApplication, "other", RoutedWorld::specOf({Scope::Level::Device, Eui{7}}));
    world_.add(kGateway, "roof", RoutedWorld::specOf({Scope::Level::Gateway, kGateway}));
    StreamSpec joins = ofApplication();
    joins.events = {Kind::Join};
    world_.add(kApplication, "joins", joins);
    append(100, 1);
    Message moved = world_.uplink(101);
    moved.application = kOtherApplication;
    Message join = world_.uplink(102);
    join.kind = Kind::Join;
    join.receptions.clear();
    world_.append({moved, join});
    EXPECT_THAT(values(call("bay")), ElementsAre("100@161", "100@162"))
        << "a device that moved to another application is none of its business";
    EXPECT_THAT(values(call("other")), IsEmpty());
    EXPECT_THAT(values(gatewayCall("roof")), ElementsAre("101@161", "100@161"));
    EXPECT_THAT(values(call("joins")), ElementsAre("102@0"));
    EXPECT_THAT(values(call("joins"), "kind"), ElementsAre("join"));
}

TEST_F(DocumentRoutesTest, SaysWhyTheFormatRefusesAndLeavesOutWhatItFilters) {
    world_.add(kApplication, "cloud", ofApplication());
    append(13, 3);
    EXPECT_THAT(values(call("cloud")), ElementsAre("-", "13@161", "13@162"));
    EXPECT_THAT(values(call("cloud"), "error"), ElementsAre("FrameCounter: fourteen", "-", "-"));
}

TEST_F(DocumentRoutesTest, ShowsWhatAThrowingFormatWasBlamedFor) {
    world_.use.plugin = "format_counter";
    world_.use.format = std::make_unique<CounterFormat>();
    world_.add(kApplication, "cloud", ofApplication());
    append(13, 1);
    EXPECT_THAT(values(call("cloud"), "error"),
                ElementsAre("plugin format_counter failed: thirteen"));
}

TEST_F(DocumentRoutesTest, ShowsBinaryDocumentsAsHexadecimalDigits) {
    StreamSpec spec = ofApplication();
    spec.duplicates = Duplicates::Best;
    world_.add(kApplication, "cloud", spec);
    world_.add(kApplication, "binary", spec, false);
    append(16, 2);
    EXPECT_THAT(values(call("cloud"), "data"), ElementsAre("-", "C328")) << "no UTF-8 after all";
    EXPECT_THAT(values(call("binary"), "data"), ElementsAre("313740313632", "C328"));
    EXPECT_THAT(values(call("binary"), "contentType"), ElementsAre("-", "-"));
}

TEST_F(DocumentRoutesTest, WorksForAStreamThatIsSwitchedOffAndLeavesItsBooksAlone) {
    StreamSpec spec = ofApplication();
    spec.isEnabled = false;
    const auto stream = world_.add(kApplication, "cloud", spec);
    append(100, 1);
    EXPECT_THAT(values(call("cloud")), SizeIs(2));
    EXPECT_EQ(stream->books().matched, 0U);
    EXPECT_EQ(stream->record().cursor, 1000U);
    EXPECT_TRUE(world_.changed.takeAll().empty());
}

TEST_F(DocumentRoutesTest, RefusesStreamsThatAreNotThereOrDoNotRun) {
    EXPECT_EQ(call("cloud").refusal(routes_), 404);
    world_.configure(kApplication, "cloud", ofApplication());
    EXPECT_EQ(call("cloud").refusal(routes_), 409);
    health_.set("stream " + text(kApplication) + "/cloud", Health::Failing,
                "format: there is no format plugin 'acme'");
    try {
        call("cloud").answer(routes_);
        FAIL();
    } catch (const admin::Problem& problem) {
        EXPECT_THAT(problem.what(), HasSubstr("there is no format plugin 'acme'"));
    }
    RouteCall gateway = gatewayCall("cloud");
    gateway.path["gateway"] = text(kApplication);
    EXPECT_EQ(gateway.refusal(routes_), 404) << "it is an application's";
}

TEST_F(DocumentRoutesTest, ShowsEveryMessageOnceOverPages) {
    StreamSpec spec = ofApplication();
    spec.duplicates = Duplicates::Best;
    world_.add(kApplication, "cloud", spec);
    append(100, 1000);
    const Pages all = pages("37");
    ASSERT_THAT(all.positions, SizeIs(1000));
    for (std::size_t i = 0; i < 1000; ++i) EXPECT_EQ(all.positions[i], std::to_string(2000 - i));
    EXPECT_EQ(all.count, (1000U + 36) / 37);
    EXPECT_THAT(values(call("cloud")), SizeIs(20)) << "if nobody says how many";
}

TEST_F(DocumentRoutesTest, EndsAPageEarlyBehindAMessageWhenItGetsLarge) {
    world_.add(kApplication, "cloud", ofApplication());
    std::vector<Message> batch(100, world_.uplink(100));
    for (Message& message : batch) message.receptions.resize(256, message.receptions.front());
    world_.append(std::move(batch));
    const Pages all = pages("100");
    EXPECT_GT(all.count, 1U);
    ASSERT_THAT(all.positions, SizeIs(100 * 256));
    for (std::size_t i = 0; i < all.positions.size(); ++i) {
        ASSERT_EQ(all.positions[i], std::to_string(1100 - i / 256));
    }
}

TEST_F(DocumentRoutesTest, RefusesWrongQueriesAndAJournalThatCannotBeRead) {
    world_.add(kApplication, "cloud", ofApplication());
    append(100, 1);
    for (const auto& [name, value] : net::Query{{"limit", "101"}, {"before", "0"}}) {
        EXPECT_EQ(call("cloud", {{name, value}}).refusal(routes_), 400) << name;
    }
    EXPECT_EQ(call("cloud", {{"limit", "100"}}).refusal(routes_), 0);
    world_.journal.failures = 1;
    EXPECT_EQ(call("cloud").refusal(routes_), 503);
}

}  // namespace
}  // namespace runnel::test
