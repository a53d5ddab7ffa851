// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/http_server.h"
#include "net/listener.h"
#include "net/tls_context.h"
#include "tests/support/loop_thread.h"

namespace runnel::http {

/// A network server's API: keeps the requests, answers as told.
class FakeApi final : private net::HttpHandler {
  public:
    /// With TLS if there is a certificate.
    explicit FakeApi(const std::string& address = "127.0.0.1:0",
                     const std::optional<net::TlsIdentity>& identity = {}) {
        net::ListenerOptions options;
        if (identity) options.connection.tls = net::TlsContext::server(*identity);
        loop_.call([&] {
            server_.emplace(loop_.loop(), static_cast<net::HttpHandler&>(*this));
            listener_.emplace(loop_.loop(), address, options, [this](net::Connection::Ptr peer) {
                server_->serve(std::move(peer));
            });
        });
        url_ = (identity ? "https://" : "http://") +
               loop_.call([this] { return listener_->address(); });
    }
    ~FakeApi() {
        loop_.call([this] {
            listener_.reset();
            server_.reset();
            held_.clear();
        });
    }

    const std::string& url() const { return url_; }
    void answer(int status, std::string body) {
        const std::lock_guard lock(mutex_);
        status_ = status;
        body_ = std::move(body);
    }
    /// Requests are kept unanswered until release().
    void hold() {
        const std::lock_guard lock(mutex_);
        isHolding_ = true;
    }
    void release(int status, const std::string& body) {
        loop_.call([&] {
            for (const auto& responder : held_) responder.respond(status, "application/json", body);
            held_.clear();
        });
    }
    net::HttpRequest waitForRequest() {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(20), [this] { return !requests_.empty(); });
        if (requests_.empty()) return {};
        net::HttpRequest request = std::move(requests_.front());
        requests_.pop_front();
        return request;
    }

  private:
    void handle(net::HttpRequest request, net::HttpResponder responder) override {
        const std::lock_guard lock(mutex_);
        requests_.push_back(std::move(request));
        changed_.notify_all();
        if (isHolding_) {
            held_.push_back(responder);
        } else {
            responder.respond(status_, "application/json", body_);
        }
    }

    test::LoopThread loop_;
    std::optional<net::HttpServer> server_;
    std::optional<net::Listener> listener_;
    std::string url_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<net::HttpRequest> requests_;
    std::vector<net::HttpResponder> held_;
    int status_ = 200;
    std::string body_ = R"({"id":"q-1"})";
    bool isHolding_ = false;
};

}  // namespace runnel::http
