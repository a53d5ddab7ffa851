// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "fake_broker.h"
#include "net/address.h"
#include "net/tls_context.h"
#include "tests/support/blocking_client.h"
#include "tests/support/websocket_frames.h"
#include "websocket_protocol.h"

namespace runnel::websocket {

/// A WebSocket client over TLS that does exactly what the test says.
class TestClient final {
  public:
    struct Frame {
        unsigned opcode = 0;  // 0: the connection has ended
        std::string payload;
        std::uint16_t closeCode() const {
            if (payload.size() < 2) return 0;
            return static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) << 8U |
                                              static_cast<unsigned char>(payload[1]));
        }
    };

    /// Does not wait for the response of the upgrade when `target` is empty.
    explicit TestClient(const std::string& address, const std::string& target = {},
                        const std::string& headers = {}, int receiveBuffer = 0)
        : wire(address, test::BlockingClient::Mode::Tls, std::chrono::seconds(10), receiveBuffer) {
        if (target.empty()) return;
        wire.write(upgradeRequest(target, headers));
        response = wire.readUntil("\r\n\r\n");
    }
    static std::string upgradeRequest(const std::string& target, const std::string& headers = {}) {
        return "GET " + target +
               " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
               headers + "\r\n";
    }
    bool isUpgraded() const { return response.starts_with("HTTP/1.1 101 "); }

    void send(unsigned opcode, std::string_view payload) {
        wire.write(test::clientFrame(opcode, payload));
    }
    Frame read() {
        const std::string head = wire.readExactly(2);
        if (head.size() < 2) return {};
        std::uint64_t size = static_cast<unsigned char>(head[1]);
        if (size >= 126) {
            const std::string more = wire.readExactly(size == 126 ? 2 : 8);
            size = 0;
            for (const char byte : more) size = size << 8U | static_cast<unsigned char>(byte);
        }
        return {static_cast<unsigned>(head[0]) & 15U, wire.readExactly(size)};
    }
    /// The next frame that is no PING; PINGs are answered.
    Frame readAnswering() {
        Frame frame = read();
        while (frame.opcode == 9) {
            send(10, frame.payload);
            frame = read();
        }
        return frame;
    }
    /// The next PING; what comes before is dropped.
    Frame readPing() {
        Frame frame = read();
        while (frame.opcode != 9 && frame.opcode != 0) frame = read();
        return frame;
    }
    /// The close frame; what comes before is dropped.
    Frame readClose() {
        Frame frame = read();
        while (frame.opcode != 8 && frame.opcode != 0) frame = read();
        return frame;
    }

    test::BlockingClient wire;
    std::string response;
};

inline const net::TlsIdentity& testIdentity() {
    static const net::TlsIdentity identity = net::makeSelfSigned("localhost", 30);
    return identity;
}

class ProtocolTest : public testing::Test {
  protected:
    ProtocolTest()
        : fd_(net::listenOn("127.0.0.1:0")),
          address(net::boundAddress(fd_)),
          broker(fd_, Tls{1, testIdentity().certificatePem, testIdentity().keyPem, ""}) {
        broker.addToken("good-token");
    }
    ~ProtocolTest() override {
        protocol.reset();
        ::close(fd_);
    }

    void start(Settings settings = {}) {
        protocol = std::make_unique<WebSocketProtocol>(broker, broker, std::move(settings));
        ASSERT_TRUE(protocol->start());
    }
    void addStream(const std::string& token, const std::string& acknowledge, bool isText = true) {
        StreamConfig stream;
        stream.isText = isText;
        stream.options = {{"acknowledge", Value{acknowledge}}};
        broker.addToken(token, stream);
    }
    /// Status line and body of one request on a connection of its own.
    std::string ask(const std::string& request) {
        TestClient client(address);
        client.wire.write(request);
        return client.wire.readHttpResponse();
    }

  private:
    int fd_;

  protected:
    std::string address;
    FakeBroker broker;
    std::unique_ptr<WebSocketProtocol> protocol;
};

}  // namespace runnel::websocket
