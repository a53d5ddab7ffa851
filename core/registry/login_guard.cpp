// SPDX-License-Identifier: Apache-2.0
#include "registry/login_guard.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace runnel {

namespace {

/// Whose attempts count together: an IPv4 address, an IPv6 network of 64 bits.
std::string networkOf(std::string_view address) {
    constexpr std::size_t kHalf = 8;
    std::string text(address.substr(0, address.find('%')));
    in6_addr parsed{};
    if (::inet_pton(AF_INET6, text.c_str(), &parsed) != 1) return text;
    std::array<char, INET6_ADDRSTRLEN> out{};
    if (IN6_IS_ADDR_V4MAPPED(&parsed)) {
        ::inet_ntop(AF_INET, &parsed.s6_addr[12], out.data(), out.size());
        return out.data();
    }
    std::memset(&parsed.s6_addr[kHalf], 0, kHalf);
    ::inet_ntop(AF_INET6, &parsed, out.data(), out.size());
    return out.data();
}

}  // namespace

bool LoginGuard::isLocked(const Key& key, const Attempts& attempts) {
    return attempts.count >= (key.first.empty() ? kPerAddress : kPerUser);
}

/// A clock that was set back would lock for longer than was said.
bool LoginGuard::isOver(const Key& key, const Attempts& attempts, Instant now) {
    const Instant start = isLocked(key, attempts) ? attempts.last : attempts.first;
    return now < attempts.last || now - start >= kWindow;
}

void LoginGuard::makeRoom(Entries& entries, Instant now) {
    if (entries.size() < kMaxEntries) return;
    std::erase_if(entries,
                  [&](const auto& entry) { return isOver(entry.first, entry.second, now); });
    if (entries.size() < kMaxEntries) return;
    // A tenth at a time, or each attempt would look at all of them.
    std::vector<Instant> times;
    for (const auto& entry : entries) times.push_back(entry.second.last);
    const auto tenth = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 10);
    std::ranges::nth_element(times, tenth);
    const auto gone =
        std::erase_if(entries, [&](const auto& entry) { return entry.second.last < *tenth; });
    if (gone == 0) entries.erase(entries.begin());  // all of one moment
}

std::optional<std::chrono::seconds> LoginGuard::begin(std::string_view user,
                                                      std::string_view address) {
    const Instant now = clock_.now();
    const std::string network = networkOf(address);
    const std::array keys{Key{user, network}, Key{"", network}};
    auto entries = entries_.lock();
    for (const Key& key : keys) {
        const auto found = entries->find(key);
        if (found == entries->end() || !isLocked(key, found->second)) continue;
        if (isOver(key, found->second, now)) continue;
        return std::chrono::ceil<std::chrono::seconds>(found->second.last + kWindow - now);
    }
    for (const Key& key : keys) {
        const auto found = entries->find(key);
        if (found != entries->end() && isOver(key, found->second, now)) entries->erase(found);
        makeRoom(*entries, now);
        Attempts& attempts = (*entries)[key];
        if (attempts.count++ == 0) attempts.first = now;
        attempts.last = now;
    }
    return std::nullopt;
}

void LoginGuard::takeBack(Entries& entries, const Key& key) {
    const auto found = entries.find(key);
    if (found != entries.end() && --found->second.count == 0) entries.erase(found);
}

void LoginGuard::succeeded(std::string_view user, std::string_view address) {
    const std::string network = networkOf(address);
    auto entries = entries_.lock();
    entries->erase(Key{user, network});
    takeBack(*entries, {"", network});
}

void LoginGuard::abandoned(std::string_view user, std::string_view address) {
    const std::string network = networkOf(address);
    auto entries = entries_.lock();
    takeBack(*entries, Key{user, network});
    takeBack(*entries, {"", network});
}

void LoginGuard::forget(std::string_view user) {
    std::erase_if(*entries_.lock(), [&](const auto& entry) { return entry.first.first == user; });
}

bool LoginGuard::isLocked(std::string_view user) const {
    const Instant now = clock_.now();
    auto entries = entries_.lock();
    for (auto at = entries->lower_bound(Key{user, ""});
         at != entries->end() && at->first.first == user; ++at) {
        if (isLocked(at->first, at->second) && !isOver(at->first, at->second, now)) return true;
    }
    return false;
}

std::size_t LoginGuard::size() const {
    return entries_.lock()->size();
}

}  // namespace runnel
