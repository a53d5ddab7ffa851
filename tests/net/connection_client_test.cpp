// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "tests/net/net_fixture.h"

namespace runnel::net {
namespace {

using Peer = TestServer::Peer;

/// A client-side Connection on the server's loop that sends `greeting` and collects the answer.
class Client final : public ConnectionHandler {
  public:
    Client(EventLoop& loop, const std::string& address, ConnectionOptions options) {
        options.isClient = true;
        connection_ = Connection::open(loop, connectTo(address), options);
        connection_->setHandler(*this);
    }
    void opened() override { connection_->send("ping"); }
    void received(std::span<const std::uint8_t> bytes) override {
        input_ += asText(bytes);
        if (input_.size() == 4) done_.set_value(input_);
    }
    void closed(CloseReason reason, std::string_view detail) override {
        done_.set_value(std::string(text(reason)) + ": " + std::string(detail));
    }
    std::string outcome() { return done_.get_future().get(); }

  private:
    Connection::Ptr connection_;
    std::string input_;
    std::promise<std::string> done_;
};

std::string pingThrough(TestServer& server, const std::string& address,
                        const ConnectionOptions& options) {
    auto client = server.thread.call(
        [&] { return std::make_unique<Client>(server.thread.loop(), address, options); });
    std::string outcome = client->outcome();
    server.thread.call([&] { client.reset(); });
    return outcome;
}

ConnectionOptions trusting(const TlsTrust& trust, const std::string& name) {
    ConnectionOptions options;
    options.tls = TlsContext::client(trust);
    options.serverName = name;
    return options;
}

class ConnectionClientTest : public testing::Test {
  protected:
    void SetUp() override {
        server_.onReceived = [](Peer& peer, std::span<const std::uint8_t> bytes) {
            peer.connection->send(bytes);
        };
        address_ = server_.start();
    }
    std::string ping(const ConnectionOptions& options) {
        return pingThrough(server_, address_, options);
    }
    TestServer server_{TestServer::tls()};
    std::string address_;
};

TEST_F(ConnectionClientTest, VerifiesTheNameAndTheAuthority) {
    const TlsTrust trust{true, testIdentity().certificatePem, {}};
    EXPECT_EQ(ping(trusting(trust, "localhost")), "ping");
    EXPECT_EQ(ping(trusting(trust, "127.0.0.1")), "ping");
    EXPECT_EQ(ping(trusting(trust, "other.example")),
              "handshake failed: certificate verify failed: hostname mismatch");
    const TlsTrust stranger{true, makeSelfSigned("stranger", 1).certificatePem, {}};
    EXPECT_EQ(ping(trusting(stranger, "localhost")).substr(0, 42),
              "handshake failed: certificate verify faile");
    EXPECT_EQ(ping(trusting({false, {}, {}}, "other.example")), "ping");
}

TEST(ConnectionClientPlainTest, PlainClientOfATlsServerFailsCleanly) {
    ConnectionOptions quick = TestServer::tls();
    quick.handshakeDeadline = std::chrono::milliseconds(30);
    TestServer server(quick);
    EXPECT_EQ(pingThrough(server, server.start(), {}), "closed by peer: ");
}

TEST(ConnectionClientPlainTest, ConnectsAndIsRefusedWithReason) {
    TestServer server;
    server.onReceived = [](Peer& peer, std::span<const std::uint8_t> bytes) {
        peer.connection->send(bytes);
    };
    const std::string address = server.start();
    EXPECT_EQ(pingThrough(server, address, {}), "ping");
    server.thread.call([&] { server.listener.reset(); });
    EXPECT_EQ(pingThrough(server, address, {}), "connect failed: Connection refused");
}

TEST(ConnectionClientPlainTest, TlsClientOfASilentServerTimesOut) {
    TestServer server;
    ConnectionOptions options = trusting({false, {}, {}}, "localhost");
    options.handshakeDeadline = std::chrono::milliseconds(30);
    EXPECT_EQ(pingThrough(server, server.start(), options), "handshake too slow: ");
}

TEST(ConnectionClientCertificateTest, ServerCanRequireOne) {
    const TlsIdentity device = makeSelfSigned("device", 1);
    ConnectionOptions options;
    options.tls = TlsContext::server(testIdentity(), device.certificatePem);
    TestServer server(options);
    server.onReceived = [](Peer& peer, std::span<const std::uint8_t> bytes) {
        peer.connection->send(bytes);
    };
    const std::string address = server.start();
    EXPECT_EQ(pingThrough(server, address, trusting({false, {}, device}, "localhost")), "ping");
    EXPECT_NE(pingThrough(server, address, trusting({false, {}, {}}, "localhost")), "ping");
}

/// Agrees to "mqtt" only, and otherwise refuses the handshake.
int chooseMqtt(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* offered,
               unsigned offeredSize, void*) {
    static constexpr unsigned char kMqtt[] = "\x04mqtt";
    unsigned char* chosen = nullptr;
    const int result =
        SSL_select_next_proto(&chosen, size, kMqtt, sizeof kMqtt - 1, offered, offeredSize);
    *out = chosen;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

TEST(ConnectionClientAlpnTest, AsksForTheProtocol) {
    ConnectionOptions options = TestServer::tls();
    SSL_CTX_set_alpn_select_cb(options.tls->native(), &chooseMqtt, nullptr);
    TestServer server(options);
    server.onReceived = [](Peer& peer, std::span<const std::uint8_t> bytes) {
        peer.connection->send(bytes);
    };
    const std::string address = server.start();
    const auto outcome = [&](const std::string& alpn) {
        return pingThrough(server, address, trusting({false, {}, {}, alpn}, "localhost"));
    };
    EXPECT_EQ(outcome("mqtt"), "ping");
    EXPECT_EQ(outcome(""), "ping");
    EXPECT_EQ(outcome("http/1.1"), "handshake failed: tlsv1 alert no application protocol");
    EXPECT_THROW(TlsContext::client({false, {}, {}, std::string(256, 'x')}), std::runtime_error);
}

}  // namespace
}  // namespace runnel::net
