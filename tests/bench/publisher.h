// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/connection.h"
#include "net/event_loop.h"

namespace runnel::bench {

/// Posts to network_http over some connections that stay open, one request on each at a time.
/// Thread safety: none; the loop's thread.
class Publisher final {
  public:
    Publisher(net::EventLoop& loop, const std::string& address, std::size_t connections);
    ~Publisher();

    /// A connection is free.
    bool canPost() const { return !idle_.empty(); }
    void post(const std::string& body);
    /// Called whenever a connection becomes free.
    void setAnswered(std::function<void()> answered) { answered_ = std::move(answered); }
    /// Why it goes no further; empty: it goes.
    const std::string& failure() const { return failure_; }

  private:
    class Line;

    std::vector<std::unique_ptr<Line>> lines_;
    std::vector<Line*> idle_;
    std::function<void()> answered_;
    std::string failure_;
};

}  // namespace runnel::bench
