// SPDX-License-Identifier: Apache-2.0
#include "admin/event_stream.h"

#include "tests/admin/server_fixture.h"

namespace runnel::admin {
namespace {

using std::chrono::milliseconds;

class EventStreamTest : public ServerFixture {
  protected:
    /// A client that has read the head and is subscribed.
    std::unique_ptr<test::BlockingClient> watch(std::string_view target, std::string_view key,
                                                int receiveBuffer = 0) {
        auto client = std::make_unique<test::BlockingClient>(
            address(), Mode::Tls, std::chrono::seconds(10), receiveBuffer);
        client->write(head("GET " + std::string(target), as(key)));
        head_ = client->readUntil(": runnel\n\n");
        return client;
    }
    void publish(std::string data, std::optional<Eui> application, std::string kind = "message") {
        feed_.publish([&] { return LiveEvent{kind, application, data}; });
    }

    std::string head_;
};

TEST_F(EventStreamTest, SendsWhatHappensAsServerSentEvents) {
    start({});
    const auto client = watch("/api/v1/events", "admin");
    EXPECT_EQ(head_,
              "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
              "X-Content-Type-Options: nosniff\r\n"
              "Strict-Transport-Security: max-age=31536000\r\nConnection: close\r\n\r\n"
              ": runnel\n\n");
    publish(R"({"a":1})", kMine);
    publish(R"({"b":2})", std::nullopt, "health");
    EXPECT_EQ(client->readUntil("}\n\n"), "event: message\nid: 1\ndata: {\"a\":1}\n\n");
    EXPECT_EQ(client->readUntil("}\n\n"), "event: health\nid: 2\ndata: {\"b\":2}\n\n");
}

TEST_F(EventStreamTest, ShowsOnlyWhatTheLoginMaySeeAndHasChosen) {
    start({});
    const auto guest = watch("/api/v1/events", "guest");
    const auto chosen =
        watch("/api/v1/events?application=0102030405060708&kinds=stream,health", "viewer");
    publish("1", kOther);
    publish("2", std::nullopt, "health");
    publish("3", kMine);
    publish("4", kMine, "stream");
    EXPECT_EQ(guest->readUntil("data: 4\n\n"),
              "event: message\nid: 3\ndata: 3\n\nevent: stream\nid: 4\ndata: 4\n\n");
    EXPECT_EQ(chosen->readUntil("data: 4\n\n"), "event: stream\nid: 4\ndata: 4\n\n");
}

TEST_F(EventStreamTest, RefusesWhatCannotBeWatched) {
    start({});
    const auto status = [&](std::string_view target, std::string_view key) {
        return statusOf(https(head("GET " + std::string(target), as(key))));
    };
    EXPECT_EQ(status("/api/v1/events", "nobody"), "401");
    EXPECT_EQ(status("/api/v1/events?kinds=weather", "admin"), "400");
    EXPECT_EQ(status("/api/v1/events?application=x", "admin"), "400");
    EXPECT_EQ(status("/api/v1/events?application=1112131415161718", "guest"), "404");
    const std::string headOnly = https(head("HEAD /api/v1/events", as("admin")), false);
    EXPECT_EQ(statusOf(headOnly), "200");
    EXPECT_FALSE(feed_.isWatched());
}

TEST_F(EventStreamTest, HasRoomForSoManyAndForMoreWhenOneGoes) {
    AdminLimits limits;
    limits.events.streams = 2;
    start({}, limits);
    const auto first = watch("/api/v1/events", "admin");
    auto second = watch("/api/v1/events", "admin");
    EXPECT_EQ(statusOf(https(head("GET /api/v1/events", as("admin")))), "503");
    second.reset();
    std::string status = "503";
    while (status == "503") {
        second = watch("/api/v1/events", "admin");
        status = statusOf(head_);
    }
    EXPECT_EQ(status, "200");
}

TEST_F(EventStreamTest, TellsASlowClientWhatItHasLost) {
    start({});
    const auto client = watch("/api/v1/events", "admin", 4096);
    const std::string large(5'000, 'x');
    for (int i = 0; i < 3000; ++i) publish(large, kMine);
    publish("end", kMine);
    std::uint64_t lost = 0;
    std::size_t seen = 0;
    while (true) {
        const std::string event = client->readUntil("\n\n");
        ASSERT_FALSE(event.empty());
        constexpr std::string_view kLost = "event: lost\ndata: {\"count\":";
        if (event.starts_with(kLost))
            lost += std::stoull(event.substr(kLost.size()));
        else
            ++seen;
        if (event.ends_with("data: end\n\n")) break;
    }
    EXPECT_GT(lost, 0U);
    EXPECT_EQ(lost + seen, 3001U);
}

TEST_F(EventStreamTest, BeatsWhenNothingHappens) {
    AdminLimits limits;
    limits.events.beat = milliseconds(5);
    start({}, limits);
    const auto client = watch("/api/v1/events", "admin");
    EXPECT_EQ(client->readUntil("\n\n"), ": \n\n");
}

TEST_F(EventStreamTest, EndsWhenTheLoginIsNoLongerGood) {
    AdminLimits limits;
    limits.events.beat = milliseconds(5);
    start({}, limits);
    const auto client = watch("/api/v1/events", "viewer");
    const auto other = watch("/api/v1/events", "admin");
    *ended_.lock() = "viewer";
    client->readAll();
    EXPECT_TRUE(client->hasEndedCleanly());
    EXPECT_EQ(other->readUntil("\n\n"), ": \n\n");
}

TEST_F(EventStreamTest, GivesUpAClientThatReadsNothing) {
    AdminLimits limits;
    limits.events.beat = milliseconds(20);
    start({}, limits);
    const auto client = watch("/api/v1/events", "admin", 4096);
    const std::string large(100'000, 'x');
    while (feed_.isWatched()) publish(large, kMine);
    client->readAll();
    EXPECT_FALSE(client->hasEndedCleanly());
}

}  // namespace
}  // namespace runnel::admin
