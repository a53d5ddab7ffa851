// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/event_loop.h"
#include "net/tls_context.h"
#include "tests/bench/stream_client.h"
#include "tests/bench/traffic.h"

namespace runnel::bench {

/// All sessions. Opens at most 64 at a time, gives what they get to the Traffic, and remembers the
/// first thing that went wrong.
/// Thread safety: none; the loop's thread.
class Fleet final : private ClientEvents {
  public:
    Fleet(net::EventLoop& loop, std::string address, std::size_t streams, Traffic& traffic);

    /// Opens more sessions until there are so many, on all streams in turn. They get what is posted
    /// from now on; nothing may be under way.
    void open(std::size_t count);
    void closeAll();
    /// Forgets closed sessions.
    void reset();
    /// Called whenever every session has got one more message.
    void setCompleted(std::function<void()> completed) { completed_ = std::move(completed); }

    std::size_t openSessions() const { return open_; }
    bool isComplete() const { return open_ == wanted_; }
    bool areAllCovered() const;
    std::uint64_t pings() const;
    bool hasFailed() const { return !failure_.empty(); }
    /// The first failure, in words; empty: none.
    const std::string& failure() const { return failure_; }

  private:
    void isOpen(StreamClient& client) override;
    bool document(StreamClient& client, std::string_view text) override;
    void ended(StreamClient& client, std::string_view why) override;
    void openSome();

    net::EventLoop& loop_;
    std::string address_;
    std::size_t streams_;
    Traffic& traffic_;
    net::TlsContext tls_;
    std::vector<std::unique_ptr<StreamClient>> clients_;
    std::function<void()> completed_;
    std::string failure_;
    std::size_t wanted_ = 0;
    std::size_t open_ = 0;
    bool isClosing_ = false;
};

}  // namespace runnel::bench
