// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <future>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <utility>

#include "net/connection.h"
#include "net/listener.h"
#include "tests/support/blocking_client.h"
#include "tests/support/loop_thread.h"

namespace runnel::net {

/// One certificate for all tests of a program: making them costs time under sanitizers.
inline const TlsIdentity& testIdentity() {
    static const TlsIdentity identity = makeSelfSigned("localhost", 30);
    return identity;
}

inline std::string_view asText(std::span<const std::uint8_t> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct Ended {
    CloseReason reason{};
    std::string detail;
};

/// A server whose connections do what the test's functions say. All functions run on the loop.
class TestServer final {
  public:
    class Peer final : public ConnectionHandler {
      public:
        Peer(TestServer& server, Connection::Ptr accepted)
            : connection(std::move(accepted)), server_(server) {
            connection->setHandler(*this);
        }
        void opened() override {
            if (server_.onOpened) server_.onOpened(*this);
        }
        void received(std::span<const std::uint8_t> bytes) override {
            if (server_.onReceived) server_.onReceived(*this, bytes);
        }
        void drained() override {
            if (server_.onDrained) server_.onDrained(*this);
        }
        void closed(CloseReason reason, std::string_view detail) override {
            server_.ended({reason, std::string(detail)}, *this);
        }

        Connection::Ptr connection;
        std::string input;

      private:
        TestServer& server_;
    };

    explicit TestServer(ConnectionOptions options = plain()) : options_(std::move(options)) {}
    ~TestServer() {
        thread.call([this] {
            listener.reset();
            peers.clear();
        });
    }

    static ConnectionOptions plain() { return {}; }
    static ConnectionOptions tls() {
        ConnectionOptions options;
        options.tls = TlsContext::server(testIdentity());
        return options;
    }

    /// Starts listening; returns the address.
    std::string start() {
        return thread.call([this] {
            ListenerOptions options;
            options.connection = options_;
            options.admission = admission;
            listener = std::make_unique<Listener>(
                thread.loop(), "127.0.0.1:0", options, [this](Connection::Ptr connection) {
                    auto peer = std::make_unique<Peer>(*this, std::move(connection));
                    Peer* key = peer.get();
                    peers.emplace(key, std::move(peer));
                });
            return listener->address();
        });
    }

    /// On the loop.
    int endedInAll() const {
        return std::accumulate(ends.begin(), ends.end(), 0,
                               [](int sum, const auto& end) { return sum + end.second; });
    }
    Ended firstEnd() { return firstEnd_.get_future().get(); }

    std::function<void(Peer&)> onOpened;
    std::function<void(Peer&, std::span<const std::uint8_t>)> onReceived;
    std::function<void(Peer&)> onDrained;
    test::LoopThread thread;
    std::shared_ptr<Admission> admission = std::make_shared<Admission>();
    std::unique_ptr<Listener> listener;
    std::map<Peer*, std::unique_ptr<Peer>> peers;
    std::map<CloseReason, int> ends;

  private:
    void ended(const Ended& ended, Peer& peer) {
        if (ends.empty()) firstEnd_.set_value(ended);
        ++ends[ended.reason];
        peers.erase(&peer);
    }

    ConnectionOptions options_;
    std::promise<Ended> firstEnd_;
};

/// Reproducible bytes without a period that equals a buffer's size.
inline std::string pattern(std::size_t size, std::uint32_t seed = 1) {
    std::string bytes(size, '\0');
    std::uint32_t state = seed;
    for (char& byte : bytes) {
        state = state * 1664525U + 1013904223U;
        byte = static_cast<char>(state >> 24U);
    }
    return bytes;
}

}  // namespace runnel::net
