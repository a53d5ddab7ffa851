// SPDX-License-Identifier: Apache-2.0
#include "protocol_fixture.h"

namespace runnel::websocket {
namespace {

class DoorTest : public ProtocolTest {
  protected:
    std::string upgrade(const std::string& target, const std::string& headers = {}) {
        return ask(TestClient::upgradeRequest(target, headers));
    }
    std::string post(const std::string& token, const std::string& body) {
        return ask("POST /downlink?token=" + token + " HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                   std::to_string(body.size()) + "\r\n\r\n" + body);
    }
};

bool isStatus(const std::string& response, int status) {
    return response.starts_with("HTTP/1.1 " + std::to_string(status) + " ");
}
bool has(const std::string& response, std::string_view text) {
    return response.find(text) != std::string::npos;
}

TEST_F(DoorTest, RefusesWithTheRightStatus) {
    using enum Denial::Why;
    broker.deny("throttled", Throttled);
    broker.deny("disabled", Disabled);
    broker.deny("elsewhere", OtherProtocol);
    broker.denySession("crowded", TooManySessions);
    broker.denySession("stopping", Stopping);
    broker.denySession("revoked", UnknownToken);
    start();
    const std::string missing = upgrade("/");
    EXPECT_TRUE(isStatus(missing, 401) && has(missing, "WWW-Authenticate: Bearer\r\n")) << missing;
    EXPECT_TRUE(has(missing, "?token="));
    const std::string unknown = upgrade("/?token=unknown");
    EXPECT_TRUE(isStatus(unknown, 401) && has(unknown, "WWW-Authenticate: Bearer\r\n")) << unknown;
    EXPECT_TRUE(has(unknown, "not known"));
    EXPECT_TRUE(isStatus(upgrade("/?token="), 401));
    EXPECT_TRUE(isStatus(upgrade("/?token=throttled"), 429));
    EXPECT_TRUE(isStatus(upgrade("/?token=disabled"), 403));
    const std::string elsewhere = upgrade("/?token=elsewhere");
    EXPECT_TRUE(isStatus(elsewhere, 403) && has(elsewhere, "denied for a reason"));
    EXPECT_TRUE(isStatus(upgrade("/?token=crowded"), 503));
    EXPECT_TRUE(isStatus(upgrade("/?token=stopping"), 503));
    EXPECT_TRUE(isStatus(upgrade("/?token=revoked"), 401));
    EXPECT_EQ(broker.sessions(), 0U);
    for (const std::string& peer : broker.peers()) EXPECT_EQ(peer, "127.0.0.1");
}

TEST_F(DoorTest, AnswersWhatIsNoUpgradeWithAHelpfulLine) {
    start();
    const std::string response = ask("GET /?token=good-token HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(isStatus(response, 426)) << response;
    EXPECT_TRUE(has(response, "Sec-WebSocket-Version: 13\r\n") && has(response, "wss://"));
    EXPECT_TRUE(isStatus(ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), 401)) << "the token first";
}

TEST_F(DoorTest, TakesTheTokenFromQueryOrHeaderOnAnyPath) {
    broker.addToken("a/b=&c");
    start();
    for (const auto& [target, headers] : std::vector<std::pair<std::string, std::string>>{
             {"/?token=good-token", ""},
             {"/stream/v1?x=1&token=good-token", ""},
             {"/?token=a%2Fb%3D%26c", ""},
             {"/", "Authorization: Bearer good-token\r\n"},
             {"/any", "authorization: bearer   a/b=&c \r\n"}}) {
        TestClient client(address, target, headers);
        EXPECT_TRUE(client.isUpgraded()) << target << client.response;
        EXPECT_TRUE(has(client.response, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    }
    EXPECT_TRUE(isStatus(upgrade("/", "Authorization: Basic good-token\r\n"), 401));
}

TEST_F(DoorTest, PassesOnWhereToStart) {
    start();
    TestClient client(address, "/?token=good-token&since=9007199254740991&from=1734964219");
    ASSERT_TRUE(client.isUpgraded());
    const SessionRequest& request = broker.session()->request;
    EXPECT_EQ(request.since, 9007199254740991U);
    EXPECT_EQ(request.from, Instant(std::chrono::seconds(1734964219)));
    EXPECT_FALSE(request.isSendOnly);
    EXPECT_TRUE(request.peer.starts_with("127.0.0.1:")) << request.peer;
}

TEST_F(DoorTest, NamesTheParameterThatIsWrong) {
    start();
    for (const std::string query :
         {"since=", "since=x", "since=-1", "since=1.5", "since=9007199254740992", "since=1%20",
          "from=", "from=now", "from=253402300800", "from=99999999999999999999"}) {
        const std::string response = upgrade("/?token=good-token&" + query);
        const std::string expected = query.substr(0, query.find('=')) + " must be";
        EXPECT_TRUE(isStatus(response, 400) && has(response, expected)) << response;
    }
    EXPECT_EQ(broker.sessions(), 0U);
}

TEST_F(DoorTest, MakesASendOnlySessionForATokenThatMayNotReceive) {
    broker.addToken("send-only").mayReceive = false;
    start();
    TestClient client(address, "/?token=send-only");
    ASSERT_TRUE(client.isUpgraded());
    EXPECT_TRUE(broker.session()->request.isSendOnly);
    client.send(1, "{}");
    EXPECT_EQ(client.read().payload, "receipt of {}");
}

TEST_F(DoorTest, TakesADownlinkByPost) {
    start();
    const std::string response = post("good-token", "accepted downlink");
    EXPECT_TRUE(isStatus(response, 200)) << response;
    EXPECT_TRUE(has(response, "Content-Type: application/json\r\n"));
    EXPECT_TRUE(response.ends_with("receipt of accepted downlink\n"));
    const auto session = broker.session();
    EXPECT_TRUE(session->request.isSendOnly);
    EXPECT_EQ(session->received(), std::vector<std::string>{"accepted downlink"});
    EXPECT_TRUE(session->waitForClosed());
    EXPECT_TRUE(isStatus(post("good-token", "rejected downlink"), 422));
    EXPECT_TRUE(isStatus(post("unknown", "x"), 401));
    broker.deny("elsewhere", Denial::Why::OtherProtocol);
    EXPECT_TRUE(isStatus(post("elsewhere", "x"), 403));
    EXPECT_TRUE(isStatus(post("good-token", std::string(65537, 'x')), 413));
    EXPECT_TRUE(isStatus(post("good-token", std::string(65536, 'x')), 200));
}

TEST_F(DoorTest, RefusesADownlinkOfATokenThatMayNotSend) {
    broker.addToken("receive-only").maySend = false;
    start();
    EXPECT_TRUE(isStatus(post("receive-only", "x"), 403));
    EXPECT_EQ(broker.sessions(), 0U);
}

TEST_F(DoorTest, TakesManyDownlinksOverOneConnection) {
    start();
    TestClient client(address);
    for (int i = 0; i < 20; ++i) {
        client.wire.write(
            "POST /downlink HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good-token\r\n"
            "Content-Length: 2\r\n\r\n{}");
        EXPECT_TRUE(isStatus(client.wire.readHttpResponse(), 200));
    }
    EXPECT_EQ(broker.sessions(), 20U);
}

TEST_F(DoorTest, AnswersAWaitingPostWhenTheCoreClosesItsSession) {
    start();
    TestClient client(address);
    client.wire.write(
        "POST /downlink?token=good-token HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nno "
        "answer");
    const auto session = broker.session();
    ASSERT_TRUE(session->wait([&] { return true; }));
    session->session().close(CloseReason::Removed, "");
    EXPECT_TRUE(isStatus(client.wire.readHttpResponse(), 503));
    EXPECT_TRUE(session->waitForClosed());
}

TEST_F(DoorTest, AnswersAWaitingPostWhenItStops) {
    start();
    TestClient client(address);
    client.wire.write(
        "POST /downlink?token=good-token HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nno "
        "answer");
    const auto session = broker.session();
    ASSERT_NE(session, nullptr);
    protocol->stop();
    EXPECT_TRUE(isStatus(client.wire.readHttpResponse(), 503));
    EXPECT_EQ(session->closedText(), "answered");
}

TEST_F(DoorTest, OutlivesWhatIsNotTlsOrNotFinished) {
    start();
    TestClient healthy(address, "/?token=good-token");
    {
        test::BlockingClient plain(address, test::BlockingClient::Mode::Plain);
        plain.write("GET /?token=good-token HTTP/1.1\r\nHost: x\r\n\r\n");
        plain.readAll();
        TestClient half(address);
        half.wire.write(TestClient::upgradeRequest("/?token=good-token").substr(0, 60));
        half.wire.reset();
        TestClient noise(address);
        noise.wire.write("\x01\x02\x03 noise\r\n\r\n");
        EXPECT_TRUE(isStatus(noise.wire.readAll(), 400));
    }
    healthy.send(1, "still here");
    EXPECT_EQ(healthy.read().payload, "receipt of still here");
}

TEST_F(DoorTest, StopsAndStartsAccepting) {
    start();
    TestClient before(address, "/?token=good-token");
    protocol->quiesce();
    before.send(1, "a");
    EXPECT_EQ(before.read().payload, "receipt of a") << "sessions live on";
    protocol->resume();
    TestClient after(address, "/?token=good-token");
    EXPECT_TRUE(after.isUpgraded());
}

}  // namespace
}  // namespace runnel::websocket
