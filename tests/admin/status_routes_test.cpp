// SPDX-License-Identifier: Apache-2.0
#include "admin/routes/status_routes.h"

#include <gmock/gmock.h>

#include "admin/routes/metrics_routes.h"
#include "admin/routes/plugin_routes.h"
#include "tests/admin/route_call.h"
#include "tests/delivery/delivery_fakes.h"
#include "tests/support/manual_clock.h"
#include "tests/support/template_bench.h"
#include "tests/support/temporary_directory.h"

namespace runnel::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Eui kOther{0x70B3D57ED0000002};

/// Streams 70B3D57ED0000001/a, …/b and 70B3D57ED0000002/c.
class StatusRoutesTest : public ::testing::Test {
  protected:
    StatusRoutesTest() {
        std::uint64_t number = 0;
        for (const auto& [owner, name] :
             {std::pair{kApplication, "/a"}, {kApplication, "/b"}, {kOther, "/c"}}) {
            auto config = std::make_shared<StreamConfig>();
            config->stream = ++number;
            config->name = text(owner) + name;
            config->application = owner;
            StreamSetup setup = bench_.setup();
            setup.config = std::move(config);
            const auto stream =
                std::make_shared<Stream>(setup,
                                         StreamParts{bench_.journal, bench_.catchUp, bench_.desk,
                                                     bench_.changed, bench_.log},
                                         startingBehind(1000));
            streams_.add({stream});
            const auto messages = bench_.append(number);
            std::vector<EncodedPtr> items;
            for (const MessagePtr& message : messages) {
                items.push_back(std::make_shared<const Encoded>(message, bench_.use, View{}));
            }
            stream->deliver(items);
        }
        health_.set("stream 70B3D57ED0000001/a", Health::Failing, "is secret");
        health_.set("websocket/listener", Health::Working, "listening");
    }
    static Principal viewer(Eui application) {
        return {.name = "user v", .role = Role::Viewer, .applications = {application}};
    }
    admin::StatusParts parts() {
        return {.version = "1.2.3",
                .started = clock_.now(),
                .clock = clock_,
                .journal = bench_.journal,
                .ingress = ingress_,
                .streams = streams_,
                .devices = devices_,
                .health = health_,
                .networks = [this] { return networks_; }};
    }
    std::string metrics(std::size_t limit) {
        const auto routes = admin::metricsRoutes({.status = parts(),
                                                  .replays = replays_,
                                                  .downlinks = downlinks_,
                                                  .latencies = latencies_,
                                                  .templates = templates_.templates,
                                                  .streamLimit = [limit] { return limit; }});
        return RouteCall{.method = "GET", .pattern = "/metrics"}.answer(routes).body;
    }

    Bench bench_;
    ManualClock clock_;
    Devices devices_;
    TemporaryDirectory directory_;
    State state_{directory_.path() / "state.db", clock_, bench_.log};
    Downlinks downlinks_{{.devices = devices_,
                          .clock = clock_,
                          .log = bench_.log,
                          .state = state_,
                          .announce = [](Message&&) {}}};
    Ingress ingress_{{.journal = bench_.journal,
                      .devices = devices_,
                      .clock = clock_,
                      .log = bench_.log,
                      .identify = [](Message&) { return true; },
                      .route = [](Ingress::Batch) {}}};
    Streams streams_;
    HealthBoard health_;
    std::vector<NetworkSpec> networks_;
    Latencies latencies_{clock_};
    TemplateBench templates_;
    Replays replays_{{bench_.journal, streams_, bench_.catchUp, clock_, bench_.log}};
};

TEST_F(StatusRoutesTest, ShowTheWholeToWhoSeesEverything) {
    clock_.advance(std::chrono::seconds(61));
    const auto status =
        RouteCall{.method = "GET", .pattern = "/api/v1/status"}.json(admin::statusRoutes([&] {
            auto made = parts();
            made.started -= std::chrono::seconds(61);
            return made;
        }()));
    EXPECT_EQ(status->getValue<std::string>("version"), "1.2.3");
    EXPECT_EQ(status->getValue<int>("uptimeSeconds"), 61);
    EXPECT_EQ(status->getValue<int>("streams"), 3);
    EXPECT_EQ(status->getObject("journal")->getValue<int>("head"), 1006);
    EXPECT_TRUE(status->has("counters"));
    EXPECT_EQ(status->getArray("health")->size(), 2U);
}

TEST_F(StatusRoutesTest, ShowOthersOnlyWhatTheyMaySee) {
    RouteCall call{.method = "GET", .pattern = "/api/v1/status"};
    call.who = viewer(kOther);
    const auto routes = admin::statusRoutes(parts());
    EXPECT_EQ(call.json(routes)->getValue<int>("streams"), 1);
    EXPECT_EQ(call.json(routes)->getArray("health")->size(), 0U);
    EXPECT_FALSE(call.json(routes)->has("counters"));
    call.who = viewer(kApplication);
    EXPECT_EQ(call.json(routes)->getValue<int>("streams"), 2);
    EXPECT_EQ(call.json(routes)->getArray("health")->size(), 1U);
}

TEST_F(StatusRoutesTest, SayReadyAndNeverNameAStream) {
    const RouteCall call{.method = "GET", .pattern = "/health/ready"};
    const auto routes = admin::statusRoutes(parts());
    EXPECT_EQ(call.answer(routes).body, R"({"status":"ready","problems":[]})");
    health_.set("protocol mqtt", Health::Failing, "port taken");
    const auto answer = call.answer(routes);
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.body, R"({"status":"notReady","problems":[{"part":"protocol mqtt",)"
                           R"("text":"port taken"}]})");
}

TEST_F(StatusRoutesTest, SayReadyWhileANetworkServerIsAway) {
    NetworkSpec network;
    network.name = "chirp";
    networks_ = {network};
    health_.set("chirp/broker", Health::Failing, "no route");
    const auto answer =
        RouteCall{.method = "GET", .pattern = "/health/ready"}.answer(admin::statusRoutes(parts()));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, R"({"status":"ready","problems":[{"part":"chirp/broker",)"
                           R"("text":"no route"}]})");
}

TEST_F(StatusRoutesTest, ListNetworksWithTheirWorstPart) {
    NetworkSpec network;
    network.name = "chirp";
    network.plugin = "chirpstack";
    networks_ = {network};
    health_.set("chirp/broker", Health::Connecting, "10.0.0.1");
    health_.set("chirp/api", Health::Working, "fine");
    const RouteCall call{.method = "GET", .pattern = "/api/v1/networks"};
    EXPECT_EQ(call.answer(admin::statusRoutes(parts())).body,
              R"({"items":[{"name":"chirp","plugin":"chirpstack","region":"",)"
              R"("health":"connecting","text":"10.0.0.1"}]})");
}

TEST_F(StatusRoutesTest, MeasureStreamsUpToTheLimitAndSumUpTheOthers) {
    const std::string all = metrics(1000);
    EXPECT_THAT(all, HasSubstr("runnel_info{version=\"1.2.3\"} 1\n"));
    EXPECT_THAT(all, HasSubstr("\nrunnel_stream_matched_total{application=\"70B3D57ED0000002\","
                               "stream=\"c\"} 3\n"));
    EXPECT_THAT(all, HasSubstr("\nrunnel_stream_pending{application=\"70B3D57ED0000001\","
                               "stream=\"b\"} 2\n"));
    EXPECT_THAT(all, Not(HasSubstr("stream=\"\"")));
    EXPECT_THAT(all, Not(HasSubstr("is secret")));
    const std::string none = metrics(1);
    EXPECT_THAT(none, HasSubstr("application=\"70B3D57ED0000001\",stream=\"a\"} 1\n"));
    EXPECT_THAT(none, HasSubstr("runnel_stream_matched_total{application=\"70B3D57ED0000001\","
                                "stream=\"\"} 2\n"));
    EXPECT_THAT(none, Not(HasSubstr("stream=\"c\"")));
}

TEST_F(StatusRoutesTest, WriteMetricsThatAreNamedByTheRules) {
    std::istringstream lines(metrics(2));
    std::set<std::string> counters;
    for (std::string line; std::getline(lines, line);) {
        ASSERT_FALSE(line.empty());
        if (!line.starts_with("# TYPE ")) continue;
        std::istringstream words(line.substr(7));
        std::string name, type;
        words >> name >> type;
        EXPECT_TRUE(counters.insert(name).second) << name << " is there twice";
        EXPECT_EQ(type == "counter", name.ends_with("_total")) << name;
        EXPECT_TRUE(name.starts_with("runnel_")) << name;
    }
    EXPECT_GT(counters.size(), 15U);
}

TEST(PluginRoutesTest, ListPluginsRefusedOnesAndOptions) {
    static constexpr Option kOptions[] = {
        {"url", "text", nullptr, "Where to.", true, false},
        {"secret", "text", "", "What only we know.", false, true}};
    Plugin descriptor;
    descriptor.summary = "Posts.";
    descriptor.options = kOptions;
    descriptor.optionCount = 2;
    const Plugins plugins({{PluginKind::Protocol, "http", "1.0", "/p/http.so", &descriptor}},
                          {{"/p/bad.so", "is no plugin"}});
    const auto routes = admin::pluginRoutes(plugins);
    const RouteCall list{.method = "GET", .pattern = "/api/v1/plugins"};
    EXPECT_EQ(list.answer(routes).body,
              R"({"items":[{"kind":"protocol","name":"http","version":"1.0","summary":"Posts.",)"
              R"("file":"/p/http.so"},{"file":"/p/bad.so","isRefused":true,)"
              R"("reason":"is no plugin"}]})");
    RouteCall one{.method = "GET",
                  .pattern = "/api/v1/plugins/{kind}/{name}",
                  .path = {{"kind", "protocol"}, {"name", "http"}}};
    const auto options = one.json(routes)->getArray("options");
    ASSERT_EQ(options->size(), 2U);
    EXPECT_TRUE(options->getObject(0)->getValue<bool>("required"));
    EXPECT_FALSE(options->getObject(0)->has("default"));
    one.path["kind"] = "format";
    EXPECT_EQ(one.refusal(routes), 404);
}

TEST_F(StatusRoutesTest, MetricsCountWhatCodecsWereAskedAndCouldNotDo) {
    EXPECT_THAT(metrics(0), ::testing::Not(HasSubstr("codec=")));
    templates_.configure({TemplateBench::spec("acme")});
    std::vector<DecodingPtr> decodings;
    for (const Bytes& payload : {Bytes{1}, Bytes{2}, Bytes{}}) {
        decodings.push_back(std::make_shared<Decoding>(templates_.templates.find("acme"),
                                                       TemplateBench::uplink(payload)));
    }
    Decoding::begin(decodings);
    const std::string text = metrics(0);
    EXPECT_THAT(text, HasSubstr("runnel_codec_answers_total{codec=\"codec_fake\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("runnel_codec_errors_total{codec=\"codec_fake\"} 1\n"));
}

}  // namespace
}  // namespace runnel::test
