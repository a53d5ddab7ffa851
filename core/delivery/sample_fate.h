// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "delivery/attempts.h"
#include "runnel/protocol.h"

namespace runnel {

/// What becomes of a made-up message, for who sent it. Thread safety: any thread.
class SampleFate final {
  public:
    struct News {
        std::optional<Attempt> attempt;  ///< the first one, of a protocol that tells
        std::optional<Outcome> outcome;  ///< once it is settled

        /// A try that went well is followed by the outcome.
        bool isAll() const {
            return outcome || (attempt && (attempt->status < 200 || attempt->status > 299));
        }
    };

    void attempted(Attempt attempt) {
        tell([&](News& news) {
            if (!news.attempt) news.attempt = std::move(attempt);
        });
    }
    void settled(Outcome outcome) {
        tell([&](News& news) { news.outcome = outcome; });
    }
    /// Waits for what became of it, or for a try that failed.
    News await(std::chrono::milliseconds patience) {
        std::unique_lock lock(mutex_);
        isNews_.wait_for(lock, patience, [&] { return news_.isAll(); });
        return news_;
    }

  private:
    template <class Change>
    void tell(Change&& change) {
        const std::scoped_lock lock(mutex_);
        change(news_);
        isNews_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable isNews_;
    News news_;
};

}  // namespace runnel
