// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "net/http_server.h"
#include "runnel/values.h"

namespace runnel::http {

/// Requests whose message is not on disk yet, by ticket; at most 65,536.
/// Thread safety: any thread.
class PendingAnswers final {
  public:
    /// The ticket under which the responder waits; 0 when there are too many.
    Ticket add(const net::HttpResponder& responder);
    std::vector<net::HttpResponder> take(std::span<const Ticket> tickets);
    void forget(Ticket ticket);
    std::size_t size() const;

    static constexpr std::size_t kMost = 65'536;

  private:
    mutable std::mutex mutex_;
    Ticket last_ = 0;                                            // guarded by mutex_
    std::unordered_map<Ticket, net::HttpResponder> responders_;  // guarded by mutex_
};

}  // namespace runnel::http
