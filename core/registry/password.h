// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace runnel {

/// Hashes passwords with scrypt (RFC 7914). A hash is text that carries its own cost and salt,
/// "scrypt$N$r$p$salt$hash" with both in hex, so that the cost can be raised and older hashes stay
/// good. One costs 50 to 250 ms, by machine, and N * r * 128 bytes: at most kAtOnce run at once, a
/// few more wait for at most kPatience, others are told that the broker is busy. Thread safety: any
/// thread; waits, so never an event loop's.
class Passwords final {
  public:
    static constexpr int kAtOnce = 2;
    static constexpr int kMaxWaiting = 8;
    static constexpr std::chrono::seconds kPatience{5};

    /// `iterations`, `blockSize` and `parallel` are scrypt's N (a power of two), r and p.
    struct Cost {
        std::uint64_t iterations = 1U << 15U;
        std::uint64_t blockSize = 8;
        std::uint64_t parallel = 1;
    };
    enum class Verdict : std::uint8_t { Right, Wrong, Busy };

    Passwords() = default;
    /// Tests take a cheaper one.
    explicit Passwords(Cost cost) : cost_(cost) {}

    /// A hash with a fresh salt; nullopt: busy.
    std::optional<std::string> hash(std::string_view password);
    /// Compares in constant time. A hash that is none of ours is Wrong, after the same time.
    Verdict check(std::string_view password, std::string_view hash);
    /// Wrong or Busy after the time that check() takes: for a user who does not exist.
    Verdict checkNobody(std::string_view password);
    /// Another number for each hash that was made: a part of its salt. 0: it is none of ours.
    static std::uint64_t numberOf(std::string_view hash);

  private:
    class Turn;

    Cost cost_;
    std::mutex mutex_;
    std::condition_variable changed_;
    int running_ = 0;
    int waiting_ = 0;
};

}  // namespace runnel
