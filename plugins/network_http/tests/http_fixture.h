// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "http_network.h"
#include "tests/support/blocking_client.h"
#include "tests/support/fake_network_host.h"

namespace runnel::http {

/// The connector between a fake broker and real sockets.
class HttpFixture : public testing::Test {
  protected:
    using Verdict = Admission::Verdict;
    using Mode = test::BlockingClient::Mode;

    HttpFixture() {
        settings_.listen = "127.0.0.1:0";
        settings_.token = "secret";
    }
    ~HttpFixture() override {
        if (network_) network_->stop();
    }

    void start() {
        network_ = std::make_unique<HttpNetwork>(host_, core_, settings_);
        const Status status = network_->start();
        ASSERT_TRUE(status) << status.error().reason;
    }
    std::string address() const { return "127.0.0.1:" + std::to_string(host_.port()); }
    std::unique_ptr<test::BlockingClient> connect(Mode mode = Mode::Plain) const {
        return std::make_unique<test::BlockingClient>(address(), mode);
    }
    /// Commits everything published so far.
    void commit() {
        const std::vector<Ticket> tickets = core_.takeTickets();
        network_->committed(tickets);
    }

    static std::string post(const std::string& target, const std::string& body,
                            const std::string& headers = "Authorization: Bearer secret\r\n") {
        return "POST " + target + " HTTP/1.1\r\nHost: x\r\n" + headers +
               "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n\r\n" + body;
    }
    static std::string uplink(int counter) {
        return R"({"deduplicationId":"d-)" + std::to_string(counter) +
               R"(","deviceInfo":{"devEui":"0080e1150529e258"},"fPort":2,"data":"AQI=","fCnt":)" +
               std::to_string(counter) + '}';
    }
    static int statusOf(const std::string& response) {
        return response.size() > 12 ? std::stoi(response.substr(9, 3)) : 0;
    }
    /// One request on its own connection.
    std::string ask(const std::string& request) const {
        auto client = connect();
        client->write(request);
        return client->readHttpResponse();
    }

    test::FakeHost host_;
    test::FakeNetworkHost core_;
    Settings settings_;
    std::unique_ptr<HttpNetwork> network_;
};

}  // namespace runnel::http
