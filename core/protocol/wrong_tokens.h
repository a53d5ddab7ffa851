// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/guarded.h"
#include "runnel/values.h"

namespace runnel {

/// Counts unknown tokens per address. Only they are throttled: a right token is never refused for
/// others' wrong ones. Thread safety: any thread.
class WrongTokens {
  public:
    static constexpr std::size_t kPerMinute = 30;
    static constexpr std::size_t kMaxAddresses = 10'000;

    /// Notes one more from this address; true if it had too many within the minute.
    bool isTooMany(std::string_view address, Instant now);

  private:
    struct Minute {
        Instant start{};
        std::size_t count = 0;
    };
    Guarded<std::map<std::string, Minute, std::less<>>> minutes_;
};

}  // namespace runnel
