// SPDX-License-Identifier: Apache-2.0
#include "admin/decoded.h"

#include <condition_variable>
#include <mutex>
#include <vector>

namespace runnel::admin {

namespace {

/// Counts down to nothing that is awaited.
class Latch final : public DecodingWaiter {
  public:
    void decoded() override {
        const std::lock_guard lock(mutex_);
        --awaited_;
        changed_.notify_all();
    }
    void expect() {
        const std::lock_guard lock(mutex_);
        ++awaited_;
    }
    void wait(std::chrono::milliseconds atMost) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, atMost, [this] { return awaited_ <= 0; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int awaited_ = 0;
};

}  // namespace

void awaitDecoded(std::span<const DecodingPtr> decodings, std::chrono::milliseconds atMost) {
    std::vector<DecodingPtr> open;
    for (const DecodingPtr& one : decodings) {
        if (one) open.push_back(one);
    }
    Decoding::begin(open);
    const auto latch = std::make_shared<Latch>();
    for (const DecodingPtr& one : open) {
        latch->expect();
        if (!one->tell(latch)) latch->decoded();
    }
    latch->wait(atMost);
}

}  // namespace runnel::admin
