// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <future>
#include <mutex>
#include <string>
#include <vector>

#include "runnel/codec.h"
#include "wire.h"

namespace runnel::javascript {

/// Something for the worker to do.
struct Order {
    Frame frame{};  ///< Define: load and check it; Forget, Decode, Encode
    std::uint32_t program{};
    Ticket ticket{};
    std::string body{};                      ///< of the frame, without the job's number
    std::promise<Status>* loaded = nullptr;  ///< of Define; set exactly once
};

/// What the broker's threads want of the worker. At most kMaxOpen jobs are open at a time; what
/// comes beyond is not taken. Thread safety: any thread.
class Inbox final {
  public:
    static constexpr std::size_t kMaxOpen = 10'000;

    Inbox();
    ~Inbox();
    Inbox(const Inbox&) = delete;
    Inbox& operator=(const Inbox&) = delete;

    /// Takes orders from the front, as many as there is room for; returns how many. Those that are
    /// no jobs find room always; 0 after stop().
    std::size_t put(std::vector<Order>& orders);
    /// Jobs have been answered.
    void close(std::size_t jobs);
    void stop();
    bool isStopping() const;

    std::vector<Order> take();
    int event() const { return event_; }  ///< readable when take() or isStopping() has news

  private:
    void ring() const;

    int event_;
    mutable std::mutex mutex_;
    std::vector<Order> orders_;  // these three are guarded by mutex_
    std::size_t open_ = 0;
    bool isStopping_ = false;
};

}  // namespace runnel::javascript
