// SPDX-License-Identifier: Apache-2.0
// What is below …/streams/{stream}: sessions, tests, dead letters, replays; and an application's
// messages.
#include <gmock/gmock.h>

#include "admin/routes/dead_letter_routes.h"
#include "admin/routes/message_routes.h"
#include "admin/routes/of_stream.h"
#include "admin/routes/replay_routes.h"
#include "admin/routes/session_routes.h"
#include "tests/admin/route_call.h"
#include "tests/delivery/delivery_fakes.h"
#include "tests/support/manual_clock.h"
#include "tests/support/state_files.h"
#include "tests/support/temporary_directory.h"

namespace runnel::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kStreams = "/api/v1/applications/{application}/streams/{stream}";

/// The stream 70B3D57ED0000001/cloud; message n was received at second n, the first one is 100.
class StreamRoutesTest : public ::testing::Test {
  protected:
    StreamRoutesTest() {
        auto config = std::make_shared<StreamConfig>(*bench_.stream->setup().config);
        config->name = "70B3D57ED0000001/cloud";
        StreamSetup setup = bench_.setup();
        setup.config = std::move(config);
        bench_.stream = std::make_shared<Stream>(
            setup,
            StreamParts{bench_.journal, bench_.catchUp, bench_.desk, bench_.changed, bench_.log},
            startingBehind(1000));
        streams_.add({bench_.stream});
        state_.start([this] { return bench_.collect(); });
    }
    ~StreamRoutesTest() override { state_.stop(); }

    RouteCall call(const std::string& method, const std::string& suffix) const {
        return {.method = method,
                .pattern = kStreams + suffix,
                .path = {{"application", "70b3d57ed0000001"}, {"stream", "cloud"}}};
    }
    RouteCall replayCall(const std::string& body) const {
        RouteCall made = call("POST", "/replays");
        made.body = body;
        return made;
    }
    std::vector<Position> positions(const RouteCall& wanted) {
        std::vector<Position> list;
        const auto items = wanted.json(messages_)->getArray("items");
        for (std::size_t i = 0; i < items->size(); ++i) {
            list.push_back(
                items->getObject(static_cast<unsigned>(i))->getValue<Position>("position"));
        }
        return list;
    }
    RouteCall messages(net::Query query) const {
        return {.method = "GET",
                .pattern = "/api/v1/applications/{application}/messages",
                .path = {{"application", "70B3D57ED0000001"}},
                .query = std::move(query)};
    }
    /// Two messages that cannot be said become dead letters, on disk.
    void makeDeadLetters() {
        Bench::Client client = bench_.attach();
        for (int i = 0; i < 2; ++i) {
            bench_.nextCounter = 14;
            bench_.publish(1);
        }
        client.take();
        client.host->closed("gone");
        settle(state_);
        while (*state_.countDeadLetters("70B3D57ED0000001/cloud") < 2) settle(state_);
    }

    Bench bench_;
    ManualClock clock_;
    TemporaryDirectory directory_;
    State state_{directory_.path() / "state.db", clock_, bench_.log};
    Streams streams_;
    Replays replays_{{bench_.journal, streams_, bench_.catchUp, clock_, bench_.log}};
    admin::Routes letters_ = admin::deadLetterRoutes({streams_, state_});
    admin::Routes replayRoutes_ = admin::replayRoutes({streams_, replays_});
    admin::Routes sessions_ = admin::sessionRoutes({streams_, clock_});
    admin::Routes messages_ = admin::messageRoutes(bench_.journal);
};

TEST_F(StreamRoutesTest, AreThereForApplicationsAndGatewaysWithTheirNeeds) {
    const auto need = [&](const char* method, const std::string& pattern) {
        return RouteCall{.method = method, .pattern = pattern}.routeOf(replayRoutes_).need;
    };
    const std::string gateways = "/api/v1/gateways/{gateway}/streams/{stream}/replays";
    EXPECT_EQ(need("GET", std::string(kStreams) + "/replays"), admin::Need::SeeApplication);
    EXPECT_EQ(need("POST", std::string(kStreams) + "/replays"), admin::Need::ChangeApplication);
    EXPECT_EQ(need("GET", gateways), admin::Need::SeeEverything);
    EXPECT_EQ(need("POST", gateways), admin::Need::Admin);
}

TEST_F(StreamRoutesTest, DoNotFindWhatIsNotThere) {
    RouteCall wanted = call("GET", "/sessions");
    wanted.path["stream"] = "other";
    EXPECT_EQ(wanted.refusal(sessions_), 404);
    RouteCall gateway{.method = "GET",
                      .pattern = "/api/v1/gateways/{gateway}/streams/{stream}/sessions",
                      .path = {{"gateway", "70B3D57ED0000001"}, {"stream", "cloud"}}};
    EXPECT_EQ(gateway.refusal(sessions_), 404) << "it is an application's";
    RouteCall letter = call("GET", "/dead-letters/{letter}");
    for (const char* id : {"1", "0", "-1", "x", "99999999999999999999"}) {
        letter.path["letter"] = id;
        EXPECT_EQ(letter.refusal(letters_), 404) << id;
    }
}

TEST_F(StreamRoutesTest, ListSessions) {
    SessionRequest request;
    request.peer = "192.0.2.7";
    Bench::Client client = bench_.attach(request);
    const admin::ApiAnswer answer = call("GET", "/sessions").answer(sessions_);
    EXPECT_EQ(answer.body, R"({"items":[{"peer":"192.0.2.7","since":"1970-01-01T00:00:00.000Z",)"
                           R"("isHolder":true,"isSendOnly":false,"token":1,"unsettled":0,)"
                           R"("waiting":0}]})");
}

TEST_F(StreamRoutesTest, SendATestToTheHolder) {
    auto answer = call("POST", "/test").json(sessions_);
    EXPECT_FALSE(answer->getValue<bool>("sent"));
    EXPECT_EQ(answer->getValue<std::string>("health"), "waiting");
    EXPECT_THAT(answer->getValue<std::string>("text"), HasSubstr("no session"));
    Bench::Client client = bench_.attach();
    answer = call("POST", "/test").json(sessions_);
    EXPECT_TRUE(answer->getValue<bool>("sent"));
    client.takeUntil(1);
    EXPECT_TRUE(client.parcels.front().isReplay);
}

TEST_F(StreamRoutesTest, ListShowResendAndRemoveDeadLetters) {
    makeDeadLetters();
    RouteCall list = call("GET", "/dead-letters");
    list.query = {{"limit", "1"}};
    const auto page = list.json(letters_);
    const auto first = page->getArray("items")->getObject(0);
    EXPECT_EQ(first->getValue<std::string>("reason"), "fourteen");
    list.query["after"] = page->getValue<std::string>("next");
    const auto second = list.json(letters_)->getArray("items")->getObject(0);
    EXPECT_FALSE(list.json(letters_)->has("next"));

    RouteCall one = call("POST", "/dead-letters/{letter}/resend");
    one.path["letter"] = first->getValue<std::string>("id");
    EXPECT_EQ(one.answer(letters_).status, 202);
    one = call("DELETE", "/dead-letters/{letter}");
    one.path["letter"] = second->getValue<std::string>("id");
    EXPECT_EQ(one.answer(letters_).status, 204);
    EXPECT_EQ(one.refusal(letters_), 404) << "it is gone when the answer comes";
    EXPECT_EQ(call("DELETE", "/dead-letters").answer(letters_).status, 204);
    EXPECT_EQ(call("GET", "/dead-letters").answer(letters_).body, R"({"items":[]})");
}

TEST_F(StreamRoutesTest, StartShowAndCancelReplays) {
    bench_.publish(10);
    const auto replay =
        replayCall(R"({"from":"1970-01-01T00:01:43Z","to":"1970-01-01T00:01:46Z"})");
    const admin::ApiAnswer answer = replay.answer(replayRoutes_);
    EXPECT_EQ(answer.status, 202);
    EXPECT_THAT(answer.body, HasSubstr(R"("state":"running")"));
    RouteCall one = call("DELETE", "/replays/{replay}");
    one.path["replay"] = "1";
    EXPECT_EQ(one.answer(replayRoutes_).status, 204);
    EXPECT_EQ(one.refusal(replayRoutes_), 409);
    EXPECT_THAT(call("GET", "/replays").answer(replayRoutes_).body,
                HasSubstr(R"("state":"cancelled")"));
    one.method = "GET";
    one.path["replay"] = "2";
    EXPECT_EQ(one.refusal(replayRoutes_), 404);
}

TEST_F(StreamRoutesTest, RefuseReplaysWithAllThatIsWrong) {
    try {
        replayCall(R"({"from":"yesterday","too":1,"toStream":7})").answer(replayRoutes_);
        FAIL();
    } catch (const admin::Problem& problem) {
        EXPECT_EQ(problem.status(), 422);
        std::vector<std::string> pointers;
        for (const auto& field : problem.errors()) pointers.push_back(field.pointer);
        EXPECT_THAT(pointers, ::testing::UnorderedElementsAre("/from", "/too", "/toStream", "/to"));
    }
    const std::string times = R"({"from":"2026-01-01T00:00:00Z","to":"2026-01-02T00:00:00Z",)";
    RouteCall foreign = replayCall(times + R"("toStream":"70B3D57ED0000002/cloud"})");
    EXPECT_EQ(foreign.refusal(replayRoutes_), 422);
    EXPECT_EQ(replayCall(times + R"("toStream":"none"})").refusal(replayRoutes_), 422);
    EXPECT_EQ(replayCall(R"({"from":"2026-01-02T00:00:00Z","to":"2026-01-01T00:00:00Z"})")
                  .refusal(replayRoutes_),
              422);
}

TEST_F(StreamRoutesTest, ShowTheNewestMessagesFirst) {
    bench_.append(3000);
    EXPECT_THAT(positions(messages({{"limit", "2"}})), ElementsAre(4000, 3999));
    EXPECT_THAT(positions(messages({{"limit", "2"}, {"before", "1003"}})), ElementsAre(1002, 1001));
    const auto last = messages({{"limit", "2"}, {"before", "1003"}}).json(messages_);
    EXPECT_FALSE(last->has("next")) << "there is nothing before";
    EXPECT_THAT(positions(messages({{"kind", "join"}})), IsEmpty());
    EXPECT_THAT(positions(messages({{"device", "0080E1150529E259"}})), IsEmpty());
    EXPECT_THAT(
        positions(messages({{"from", "1970-01-01T00:01:41Z"}, {"to", "1970-01-01T00:01:43Z"}})),
        ElementsAre(1003, 1002));
}

TEST_F(StreamRoutesTest, ShowEveryMessageOnceOverPages) {
    bench_.append(2500);
    net::Query query{{"limit", "999"}, {"device", "0080E1150529E258"}};
    std::vector<Position> all;
    while (true) {
        const auto page = positions(messages(query));
        all.insert(all.end(), page.begin(), page.end());
        const auto body = messages(query).json(messages_);
        if (!body->has("next")) break;
        query["before"] = body->getValue<std::string>("next");
    }
    ASSERT_EQ(all.size(), 2500U);
    EXPECT_TRUE(std::is_sorted(all.rbegin(), all.rend()));
}

TEST_F(StreamRoutesTest, RefuseWrongQueriesOfMessages) {
    for (const auto& [name, value] : net::Query{{"device", "x"},
                                                {"kind", "up"},
                                                {"before", "0"},
                                                {"from", "now"},
                                                {"limit", "1001"}}) {
        EXPECT_EQ(messages({{name, value}}).refusal(messages_), 400) << name;
    }
}

}  // namespace
}  // namespace runnel::test
