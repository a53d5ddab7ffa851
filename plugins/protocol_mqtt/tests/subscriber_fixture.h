// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "fake_core.h"
#include "mqtt_protocol.h"
#include "net/address.h"
#include "net/tls_context.h"
#include "test_client.h"

namespace runnel::mqtt {

/// The protocol with its sockets, and a core that the test plays.
class SubscriberTest : public testing::Test {
  protected:
    SubscriberTest()
        : plainFd_(net::listenOn("127.0.0.1:0")),
          tlsFd_(net::listenOn("127.0.0.1:0")),
          address(net::boundAddress(plainFd_)),
          tlsAddress(net::boundAddress(tlsFd_)) {
        core.sockets = {{"plain", plainFd_}, {"tls", tlsFd_}};
        static const net::TlsIdentity identity = net::makeSelfSigned("localhost", 30);
        core.certificate =
            std::make_shared<const Tls>(Tls{1, identity.certificatePem, identity.keyPem, ""});
        core.addToken("good-token");
    }
    ~SubscriberTest() override {
        protocol.reset();
        ::close(plainFd_);
        ::close(tlsFd_);
    }

    void start(std::size_t threads = 1) {
        Settings settings;
        settings.listen = {"tls"};
        settings.listenPlain = {"plain"};
        settings.threads = threads;
        protocol = std::make_unique<MqttProtocol>(core, core, settings);
        ASSERT_TRUE(protocol->start());
        Grant any;
        any.stream = std::make_shared<const StreamConfig>();
        ASSERT_TRUE(protocol->open(any));
    }
    /// Connected and subscribed.
    std::unique_ptr<TestClient> subscriber(const std::string& filter, Qos qos = 1,
                                           TestClient::Wish wish = {}) {
        auto client = std::make_unique<TestClient>(address, wish);
        EXPECT_EQ(client->connect("good-token"), "CONNACK");
        EXPECT_EQ(client->subscribe(filter, qos), qos == 0 ? "SUBACK 0x00" : "SUBACK 0x01");
        return client;
    }

  private:
    const int plainFd_;
    const int tlsFd_;

  protected:
    const std::string address;
    const std::string tlsAddress;
    FakeCore core;
    std::unique_ptr<MqttProtocol> protocol;
};

}  // namespace runnel::mqtt
