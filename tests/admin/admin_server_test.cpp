// SPDX-License-Identifier: Apache-2.0
#include "admin/admin_server.h"

#include <openssl/ssl.h>

#include <vector>

#include "admin/json_body.h"
#include "base/config_error.h"
#include "tests/admin/server_fixture.h"

namespace runnel::admin {
namespace {

using std::chrono::milliseconds;

class AdminServerTest : public ServerFixture {
  protected:
    /// The serial number of the certificate that a new connection is shown.
    std::string certificate() {
        test::BlockingClient client(address(), Mode::Tls);
        X509* const shown = SSL_get1_peer_certificate(client.ssl());
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned int size = 0;
        X509_digest(shown, EVP_sha256(), digest, &size);
        X509_free(shown);
        return {reinterpret_cast<const char*>(digest), size};
    }
};

TEST_F(AdminServerTest, ServesWhatIsPublicByHttpsAndByItsSocket) {
    start({});
    for (const auto& response :
         {https(head("GET /health/live")), local(head("GET /health/live"))}) {
        EXPECT_EQ(bodyOf(response), R"({"status":"live"})");
    }
    const std::string document = https(head("GET /api/v1/openapi.json"));
    const std::size_t tag = document.find("\r\nETag: ") + 8;
    const std::string etag = document.substr(tag, document.find("\r\n", tag) - tag);
    EXPECT_EQ(parseJson(bodyOf(document))
                  .extract<Poco::JSON::Object::Ptr>()
                  ->getValue<std::string>("openapi")
                  .substr(0, 3),
              "3.1");
    EXPECT_EQ(
        statusOf(https(head("GET /api/v1/openapi.json", "If-None-Match: " + etag + "\r\n"), false)),
        "304");
}

TEST_F(AdminServerTest, ItsSocketIsForTheGroupAndGoesWithIt) {
    start({});
    using std::filesystem::perms;
    EXPECT_EQ(std::filesystem::status(socket_).permissions(),
              perms::owner_read | perms::owner_write | perms::group_read | perms::group_write);
    stop();
    EXPECT_FALSE(std::filesystem::exists(socket_));
}

TEST_F(AdminServerTest, SaysWhatKeepsItFromStarting) {
    socket_ = directory_.path() / "no" / "admin.sock";
    try {
        start({});
        FAIL() << "there is no such directory";
    } catch (const ConfigError& error) {
        EXPECT_EQ(std::string(error.what()),
                  "admin: cannot listen on " + socket_.string() + ": No such file or directory");
    }
}

TEST_F(AdminServerTest, SilentAndIdleClientsDelayNobody) {
    start({});
    std::vector<std::unique_ptr<test::BlockingClient>> clients;
    clients.reserve(118);
    for (int i = 0; i < 18; ++i) {
        clients.push_back(std::make_unique<test::BlockingClient>(address(), Mode::Plain));
    }
    for (int i = 0; i < 100; ++i) {
        clients.push_back(std::make_unique<test::BlockingClient>(address(), Mode::Tls));
        clients.back()->write(head("GET /health/live"));
        ASSERT_EQ(statusOf(clients.back()->readHttpResponse()), "200");
    }
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(statusOf(https(head("GET /health/live"))), "200");
        EXPECT_EQ(statusOf(local(head("GET /health/live"))), "200");
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(9))
        << "as long as one that is silent may be";
}

TEST_F(AdminServerTest, WhoNeverSpeaksIsCutOff) {
    AdminLimits limits;
    limits.handshake = milliseconds(50);
    limits.http.headDeadline = milliseconds(50);
    limits.http.bodyDeadline = milliseconds(50);
    limits.http.idleDeadline = milliseconds(50);
    start({}, limits);
    test::BlockingClient silent(address(), Mode::Plain);
    EXPECT_EQ(silent.readAll(), "");
    test::BlockingClient shaken(address(), Mode::Tls);
    EXPECT_EQ(shaken.readAll(), "");
    test::BlockingClient half(address(), Mode::Tls);
    half.write("GET / HTTP/1.1\r\n");
    EXPECT_EQ(statusOf(half.readAll()), "408");
    test::BlockingClient bodiless(socket_.string(), Mode::Plain);
    bodiless.write(head("POST /", "Content-Length: 5\r\n"));
    EXPECT_EQ(statusOf(bodiless.readAll()), "408");
    test::BlockingClient idle(socket_.string(), Mode::Plain);
    idle.write(head("GET /health/live"));
    EXPECT_EQ(statusOf(idle.readAll()), "200");
    EXPECT_TRUE(idle.hasEndedCleanly());
}

TEST_F(AdminServerTest, TheSocketHasPlacesOfItsOwn) {
    AdminLimits limits;
    limits.connections = 1;
    start({}, limits);
    test::BlockingClient only(address(), Mode::Tls);
    test::BlockingClient refused(address(), Mode::Plain);
    EXPECT_EQ(refused.readAll(), "");
    EXPECT_EQ(statusOf(local(head("GET /health/live"))), "200");
}

TEST_F(AdminServerTest, NewConnectionsGetANewCertificate) {
    start({});
    const std::string before = certificate();
    EXPECT_EQ(certificate(), before);
    setTls(2);
    std::string after = before;
    while (after == before) after = certificate();
    setBadTls(3);
    EXPECT_EQ(certificate(), after);
    const auto said = [&] { return log_.linesWithout("admin: routes"); };
    while (said().empty()) EXPECT_EQ(certificate(), after);
    EXPECT_EQ(said().front().substr(0, 34), "admin: keeping the old certificate");
}

TEST_F(AdminServerTest, StopsWhileClientsWait) {
    start({});
    test::BlockingClient idle(address(), Mode::Tls);
    test::BlockingClient events(socket_.string(), Mode::Plain);
    events.write(head("GET /api/v1/events"));
    events.readUntil(": runnel\n\n");
    stop();
    EXPECT_EQ(events.readAll(), "");
    EXPECT_FALSE(feed_.isWatched());
}

}  // namespace
}  // namespace runnel::admin
