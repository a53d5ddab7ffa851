// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/publisher.h"

#include <utility>

#include "net/address.h"
#include "tests/bench/broker_process.h"

namespace runnel::bench {

/// One connection.
class Publisher::Line final : private net::ConnectionHandler {
  public:
    Line(net::EventLoop& loop, std::string address, Publisher& publisher)
        : loop_(loop), address_(std::move(address)), publisher_(publisher) {
        connect();
    }

    void post(const std::string& body) {
        connection_->send(
            "POST / HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
            "Authorization: Bearer " +
            std::string(kPostToken) + "\r\nContent-Length: " + std::to_string(body.size()) +
            "\r\n\r\n" + body);
    }

  private:
    void connect() {
        net::ConnectionOptions options;
        options.isClient = true;
        connection_ = net::Connection::open(loop_, net::connectTo(address_), options);
        connection_->setHandler(*this);
    }

    void opened() override { publisher_.idle_.push_back(this); }

    /// A message that is taken is answered by a head without body.
    void received(std::span<const std::uint8_t> bytes) override {
        answer_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        if (answer_.find("\r\n\r\n") == std::string::npos) return;
        if (!answer_.starts_with("HTTP/1.1 200 ")) return fail("a post was answered: " + answer_);
        answer_.clear();
        publisher_.idle_.push_back(this);
        if (publisher_.answered_) publisher_.answered_();
    }

    /// runneld may close what was idle for long.
    void closed(net::CloseReason reason, std::string_view) override {
        if (std::erase(publisher_.idle_, this) > 0) return connect();
        fail("a posting connection ended: " + std::string(net::text(reason)));
    }

    void fail(std::string why) {
        if (publisher_.failure_.empty()) publisher_.failure_ = std::move(why);
    }

    net::EventLoop& loop_;
    const std::string address_;
    Publisher& publisher_;
    net::Connection::Ptr connection_;
    std::string answer_;
};

Publisher::Publisher(net::EventLoop& loop, const std::string& address, std::size_t connections) {
    for (std::size_t i = 0; i < connections; ++i) {
        lines_.push_back(std::make_unique<Line>(loop, address, *this));
    }
}

Publisher::~Publisher() = default;

void Publisher::post(const std::string& body) {
    Line* line = idle_.back();
    idle_.pop_back();
    line->post(body);
}

}  // namespace runnel::bench
