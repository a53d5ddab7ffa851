// SPDX-License-Identifier: Apache-2.0
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include "fake_api.h"
#include "http_fixture.h"

namespace runnel::http {
namespace {

Downlink downlink(const std::string& id, const std::string& address) {
    Downlink downlink;
    downlink.id = id;
    downlink.device = Eui{0x0080E1150529E258};
    downlink.application = Eui{0x0102030405060708};
    downlink.port = 7;
    downlink.isConfirmed = true;
    downlink.payload = {1, 0xFF, 0};
    downlink.networkDevice = address;
    return downlink;
}

Poco::JSON::Object::Ptr parse(const std::string& body) {
    return Poco::JSON::Parser().parse(body).extract<Poco::JSON::Object::Ptr>();
}

class DownlinkApiTest : public HttpFixture {
  protected:
    void startFor(ApiSettings::Server server, const std::string& prefix = "") {
        settings_.api.server = server;
        settings_.api.url = api_.url() + prefix;
        settings_.api.key = "api-key";
        settings_.api.webhook = "hook-1";
        settings_.api.firstRetry = std::chrono::milliseconds(1);
        start();
    }
    /// Sends an event as the network server would; returns the status.
    int event(const std::string& target, const std::string& members) {
        auto client = connect();
        const std::size_t before = core_.count();
        client->write(
            post(target, R"({"deviceInfo":{"devEui":"0080e1150529e258"},)" + members + '}'));
        EXPECT_TRUE(core_.waitForCount(before + 1));
        commit();
        return statusOf(client->readHttpResponse());
    }

    FakeApi api_;
};

TEST_F(DownlinkApiTest, ChirpstackQueuesAndItsEventsFindTheDownlink) {
    startFor(ApiSettings::Server::Chirpstack, "/prefix");
    ASSERT_TRUE(network_->send(downlink("d-1", "0080e1150529e258")));
    const net::HttpRequest request = api_.waitForRequest();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.path, "/prefix/api/devices/0080e1150529e258/queue");
    EXPECT_EQ(request.header("Grpc-Metadata-Authorization"), "Bearer api-key");
    const auto item = parse(request.body)->getObject("queueItem");
    EXPECT_EQ(item->getValue<std::string>("data"), "Af8A");
    EXPECT_EQ(item->getValue<int>("fPort"), 7);
    EXPECT_TRUE(item->getValue<bool>("confirmed"));

    ASSERT_TRUE(core_.waitForCount(1));
    EXPECT_EQ(event("/?event=txack", R"("queueItemId":"q-1","downlinkId":1)"), 200);
    EXPECT_EQ(event("/?event=ack", R"("queueItemId":"q-1","acknowledged":true)"), 200);
    EXPECT_EQ(event("/?event=ack", R"("queueItemId":"q-1","acknowledged":false)"), 200);
    EXPECT_EQ(event("/?event=log",
                    R"("level":"ERROR","description":"too long","code":"DOWNLINK_PAYLOAD_SIZE",)"
                    R"("context":{"queue_item_id":"q-1"})"),
              200);
    EXPECT_EQ(event("/?event=ack", R"("queueItemId":"foreign","acknowledged":true)"), 200);
    const auto messages = core_.messages();
    const Kind kinds[] = {Kind::Queued, Kind::Sent, Kind::Acknowledged, Kind::NotAcknowledged,
                          Kind::Failed};
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_EQ(messages[i].kind, kinds[i]);
        EXPECT_EQ(messages[i].downlinkId, "d-1");
        EXPECT_EQ(messages[i].device, Eui{0x0080E1150529E258});
    }
    EXPECT_EQ(messages[5].downlinkId, "");
}

TEST_F(DownlinkApiTest, EventThatOvertakesTheAnswerWaitsForIt) {
    api_.hold();
    startFor(ApiSettings::Server::Chirpstack);
    ASSERT_TRUE(network_->send(downlink("d-1", "0080e1150529e258")));
    api_.waitForRequest();
    auto client = connect();
    client->write(post("/?event=txack",
                       R"({"deviceInfo":{"devEui":"0080e1150529e258"},"queueItemId":"q-9"})"));
    EXPECT_EQ(statusOf(ask(post("/", "[]"))), 400);  // the event has been read by now, or soon
    EXPECT_EQ(core_.count(), 0U);
    api_.release(200, R"({"id":"q-9"})");
    ASSERT_TRUE(core_.waitForCount(2));
    commit();
    EXPECT_EQ(statusOf(client->readHttpResponse()), 200);
    const auto messages = core_.messages();
    EXPECT_EQ(messages[0].kind, Kind::Queued);
    EXPECT_EQ(messages[1].kind, Kind::Sent);
    EXPECT_EQ(messages[1].downlinkId, "d-1");
}

TEST_F(DownlinkApiTest, TheThingsStackGetsAWebhookPush) {
    startFor(ApiSettings::Server::TheThings);
    ASSERT_TRUE(network_->send(downlink("d \"1\"", "parking@acme/bay-1")));
    const net::HttpRequest request = api_.waitForRequest();
    EXPECT_EQ(request.path,
              "/api/v3/as/applications/parking/webhooks/hook-1/devices/bay-1/down/push");
    EXPECT_EQ(request.header("Authorization"), "Bearer api-key");
    const auto item = parse(request.body)->getArray("downlinks")->getObject(0);
    EXPECT_EQ(item->getValue<std::string>("frm_payload"), "Af8A");
    EXPECT_EQ(item->getValue<int>("f_port"), 7);
    EXPECT_TRUE(item->getValue<bool>("confirmed"));
    EXPECT_EQ(item->getValue<std::string>("priority"), "NORMAL");
    const auto correlation = item->getArray("correlation_ids")->getElement<std::string>(0);
    EXPECT_EQ(correlation, "runnel:d \"1\"");
    ASSERT_TRUE(core_.waitForCount(1));
    EXPECT_EQ(core_.messages().at(0).kind, Kind::Queued);
    EXPECT_EQ(core_.messages().at(0).downlinkId, "d \"1\"");

    auto client = connect();
    client->write(post("/", R"({"end_device_ids":{"dev_eui":"0080E1150529E258"},"downlink_ack":)"
                            R"({"correlation_ids":["as:downlink:1","runnel:d-2"]}})"));
    ASSERT_TRUE(core_.waitForCount(2));
    commit();
    EXPECT_EQ(statusOf(client->readHttpResponse()), 200);
    EXPECT_EQ(core_.messages().at(1).kind, Kind::Acknowledged);
    EXPECT_EQ(core_.messages().at(1).downlinkId, "d-2");
}

TEST_F(DownlinkApiTest, RefusalByTheServerIsAFailureWithItsWords) {
    api_.answer(404, R"({"code":5,"message":"object does not exist)" + std::string(500, '!'));
    startFor(ApiSettings::Server::Chirpstack);
    ASSERT_TRUE(network_->send(downlink("d-1", "0080e1150529e258")));
    ASSERT_TRUE(core_.waitForCount(1));
    const Message message = core_.messages().at(0);
    EXPECT_EQ(message.kind, Kind::Failed);
    EXPECT_EQ(message.downlinkId, "d-1");
    EXPECT_EQ(message.application, Eui{0x0102030405060708});
    EXPECT_NE(message.text.find("HTTP 404: "), std::string::npos);
    EXPECT_NE(message.text.find("object does not exist"), std::string::npos);
    EXPECT_LE(message.text.size(), 210U);
}

TEST_F(DownlinkApiTest, UnreachableServerIsTriedThreeTimes) {
    settings_.api.server = ApiSettings::Server::Chirpstack;
    settings_.api.url = "http://127.0.0.1:1";  // nobody listens on tcpmux
    settings_.api.key = "api-key";
    settings_.api.firstRetry = std::chrono::milliseconds(1);
    start();
    ASSERT_TRUE(network_->send(downlink("d-1", "0080e1150529e258")));
    ASSERT_TRUE(core_.waitForCount(1));
    const Message message = core_.messages().at(0);
    EXPECT_EQ(message.kind, Kind::Failed);
    EXPECT_NE(message.text.find("cannot be reached"), std::string::npos);
    EXPECT_EQ(message.text.find("api-key"), std::string::npos);
}

TEST_F(DownlinkApiTest, DownlinkExpiresWhileTheServerIsAway) {
    settings_.api.server = ApiSettings::Server::Chirpstack;
    settings_.api.url = "http://127.0.0.1:1";
    settings_.api.key = "api-key";
    settings_.api.firstRetry = std::chrono::milliseconds(1);
    start();
    Downlink expiring = downlink("d-1", "0080e1150529e258");
    expiring.expires = host_.now() + std::chrono::seconds(60);
    ASSERT_TRUE(network_->send(expiring));
    host_.setNow(host_.now() + std::chrono::seconds(61));
    ASSERT_TRUE(core_.waitForCount(1));
    EXPECT_EQ(core_.messages().at(0).kind, Kind::Expired);
}

TEST_F(DownlinkApiTest, WrongAddressIsRefusedAtOnce) {
    startFor(ApiSettings::Server::TheThings);
    const Status status = network_->send(downlink("d-1", "0080e1150529e258"));
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().field, "DeviceEUI");
}

TEST_F(DownlinkApiTest, QueueIsBounded) {
    api_.hold();
    startFor(ApiSettings::Server::Chirpstack);
    ASSERT_TRUE(network_->send(downlink("d-0", "0080e1150529e258")));
    api_.waitForRequest();  // the thread is in a call now
    int taken = 0;
    while (taken < 5000 && network_->send(downlink("d", "0080e1150529e258"))) ++taken;
    EXPECT_EQ(taken, 1024);
}

TEST_F(DownlinkApiTest, StopEndsARunningCall) {
    api_.hold();
    startFor(ApiSettings::Server::Chirpstack);
    ASSERT_TRUE(network_->send(downlink("d-1", "0080e1150529e258")));
    api_.waitForRequest();
    const auto began = std::chrono::steady_clock::now();
    network_->stop();
    EXPECT_LT(std::chrono::steady_clock::now() - began, settings_.api.timeout);
    EXPECT_EQ(core_.count(), 0U);
}

TEST_F(DownlinkApiTest, ServerThatNeverAnswersTimesOut) {
    api_.hold();
    settings_.api.timeout = std::chrono::seconds(1);
    startFor(ApiSettings::Server::Chirpstack);
    Downlink expiring = downlink("d-1", "0080e1150529e258");
    expiring.expires = host_.now() + std::chrono::seconds(60);
    ASSERT_TRUE(network_->send(expiring));
    api_.waitForRequest();
    api_.waitForRequest();  // the second try
    host_.setNow(*expiring.expires);
    ASSERT_TRUE(core_.waitForCount(1));
    EXPECT_EQ(core_.messages().at(0).kind, Kind::Expired);
}

TEST_F(DownlinkApiTest, BusyBrokerGetsTheEventLater) {
    core_.answer(Verdict::Busy);
    startFor(ApiSettings::Server::Chirpstack);
    ASSERT_TRUE(network_->send(downlink("d-1", "0080e1150529e258")));
    ASSERT_TRUE(core_.waitUntil([](const auto& core) { return core.busyCount() > 0; }));
    core_.answer(Verdict::Taken);
    network_->resume();
    ASSERT_TRUE(core_.waitForCount(1));
    EXPECT_EQ(core_.messages().at(0).kind, Kind::Queued);
}

TEST(QueueItemsTest, ForgetsTheOldestAndTheOld) {
    QueueItems items;
    const Instant now{std::chrono::hours(1000)};
    for (std::size_t i = 0; i < QueueItems::kMost + 10; ++i) {
        items.add("q" + std::to_string(i), "d" + std::to_string(i), now);
    }
    EXPECT_EQ(items.size(), QueueItems::kMost);
    EXPECT_EQ(items.downlinkOf("q9"), "");
    EXPECT_EQ(items.downlinkOf("q10"), "d10");
    items.add("new", "d-new", now + QueueItems::kOldest + std::chrono::hours(1));
    EXPECT_EQ(items.size(), 1U);
    EXPECT_EQ(items.downlinkOf("new"), "d-new");
}

}  // namespace
}  // namespace runnel::http
