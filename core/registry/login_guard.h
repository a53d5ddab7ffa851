// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/guarded.h"

namespace runnel {

/// Slows down whoever guesses passwords. Wrong ones are counted per user and address, so that a
/// stranger cannot lock an administrator out, and per address, so that nobody tries one password on
/// every name. An IPv6 address counts with its whole /64 network. After too many within kWindow
/// nobody is let through for kWindow, counted from the last one who was.
/// An attempt counts when it begins: many at once are no way around.
/// Thread safety: any thread.
class LoginGuard final {
  public:
    static constexpr std::chrono::minutes kWindow{15};
    static constexpr int kPerUser = 5;
    static constexpr int kPerAddress = 20;
    /// Beyond it those that are quiet for longest are forgotten.
    static constexpr std::size_t kMaxEntries = 10'000;

    explicit LoginGuard(const Clock& clock) : clock_(clock) {}

    /// Nullopt: go on, and say how it ended unless it was wrong. Else: wait that long.
    std::optional<std::chrono::seconds> begin(std::string_view user, std::string_view address);
    /// The password was right: the user's earlier attempts from this address are forgotten.
    void succeeded(std::string_view user, std::string_view address);
    /// Nothing was checked: the attempt does not count.
    void abandoned(std::string_view user, std::string_view address);
    /// The user has a new password: all of its attempts are forgotten.
    void forget(std::string_view user);

    bool isLocked(std::string_view user) const;
    std::size_t size() const;

  private:
    struct Attempts {
        int count = 0;
        Instant first{}, last{};
    };
    /// User and address; "" as user: the address alone, "" is no user's name.
    using Key = std::pair<std::string, std::string>;
    using Entries = std::map<Key, Attempts>;

    static bool isLocked(const Key& key, const Attempts& attempts);
    static bool isOver(const Key& key, const Attempts& attempts, Instant now);
    static void makeRoom(Entries& entries, Instant now);
    static void takeBack(Entries& entries, const Key& key);

    const Clock& clock_;
    mutable Guarded<Entries> entries_;
};

}  // namespace runnel
