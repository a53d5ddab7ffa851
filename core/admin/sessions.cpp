// SPDX-License-Identifier: Apache-2.0
#include "admin/sessions.h"

#include <algorithm>
#include <utility>

namespace runnel::admin {

namespace {

constexpr std::string_view kCookie = "runnel_session";

/// The least recently seen of those that `isMeant`; the end if there is none.
template <class Entries, class Meant>
auto longestIdle(Entries& entries, const Meant& isMeant) {
    auto found = entries.end();
    for (auto at = entries.begin(); at != entries.end(); ++at) {
        if (!isMeant(at->second)) continue;
        if (found == entries.end() || at->second.lastSeen < found->second.lastSeen) found = at;
    }
    return found;
}

std::string cookie(std::string_view value, bool isTls) {
    std::string out(kCookie);
    out.append("=").append(value).append("; Path=/; HttpOnly; SameSite=Strict");
    if (isTls) out += "; Secure";
    return out;
}

}  // namespace

Sessions::Sessions(RegistryFile& file, const Vault& vault, const Clock& clock)
    : file_(file), vault_(vault), clock_(clock) {
    load();
}

bool Sessions::isOver(const Entry& entry, Instant now) {
    return now >= entry.session.expires || now - entry.lastSeen >= kIdle;
}

template <class Match>
void Sessions::drop(Entries& entries, Gone& gone, Match&& match) {
    std::erase_if(entries, [&](const auto& entry) {
        const bool isMeant = match(entry);
        if (isMeant && entry.second.isStored) gone.push_back(entry.first);
        return isMeant;
    });
}

void Sessions::makeRoom(Entries& entries, Gone& gone, const Session& session, Instant now) {
    drop(entries, gone, [&](const auto& entry) { return isOver(entry.second, now); });
    const auto isTheirs = [&](const Entry& entry) { return entry.session.user == session.user; };
    const auto theirs =
        std::ranges::count_if(entries, [&](const auto& entry) { return isTheirs(entry.second); });
    auto surplus = entries.end();
    if (theirs >= static_cast<std::ptrdiff_t>(kPerUser)) {
        surplus = longestIdle(entries, isTheirs);
    } else if (entries.size() >= kMaxSessions) {
        surplus = longestIdle(entries, [](const Entry&) { return true; });
    }
    if (surplus == entries.end()) return;
    if (surplus->second.isStored) gone.push_back(surplus->first);
    entries.erase(surplus);
}

Sessions::Started Sessions::start(std::string user, std::uint64_t credential) {
    const Instant now = clock_.now();
    Started started{.id = makeSecret(),
                    .session = {.user = std::move(user),
                                .credential = credential,
                                .csrf = makeSecret(),
                                .expires = now + kAbsolute}};
    const Row row{vault_.digest(started.id), started.session};
    auto gone = gone_.lock();
    makeRoom(*entries_.lock(), *gone, started.session, now);
    const bool isStored = store(*gone, std::span(&row, 1));
    entries_.lock()->emplace(row.digest, Entry{started.session, now, isStored});
    return started;
}

std::optional<Sessions::Session> Sessions::find(std::string_view id) {
    if (id.empty()) return std::nullopt;
    const Vault::Digest digest = vault_.digest(id);
    const Instant now = clock_.now();
    auto entries = entries_.lock();
    const auto found = entries->find(digest);
    if (found == entries->end() || isOver(found->second, now)) return std::nullopt;
    found->second.lastSeen = now;
    return found->second.session;
}

void Sessions::end(std::string_view id) {
    const auto ended = entries_.lock()->extract(vault_.digest(id));
    if (ended.empty() || !ended.mapped().isStored) return;
    auto gone = gone_.lock();
    gone->push_back(ended.key());
    store(*gone, {});
}

void Sessions::endAll(std::string_view user, std::string_view kept, std::uint64_t credential) {
    const Vault::Digest digest = vault_.digest(kept);
    std::vector<Row> rows;
    auto gone = gone_.lock();
    {
        auto entries = entries_.lock();
        drop(*entries, *gone, [&](const auto& entry) {
            return entry.second.session.user == user && entry.first != digest;
        });
        const auto found = entries->find(digest);
        if (found != entries->end() && found->second.session.user == user) {
            found->second.session.credential = credential;
            rows.push_back({digest, found->second.session});
            found->second.isStored = true;  // or it was: then its row is there
        }
    }
    store(*gone, rows);
}

void Sessions::sweep() {
    const Instant now = clock_.now();
    auto gone = gone_.lock();
    drop(*entries_.lock(), *gone, [&](const auto& entry) { return isOver(entry.second, now); });
    store(*gone, {});
}

std::size_t Sessions::size() const {
    return entries_.lock()->size();
}

std::string sessionCookie(std::string_view id, bool isTls) {
    return cookie(id, isTls);
}

std::string endedSessionCookie(bool isTls) {
    return cookie("", isTls) + "; Max-Age=0";
}

std::string_view sessionIdIn(std::string_view cookies) {
    while (!cookies.empty()) {
        std::string_view pair = cookies.substr(0, cookies.find(';'));
        cookies.remove_prefix(std::min(cookies.size(), pair.size() + 1));
        pair.remove_prefix(std::min(pair.find_first_not_of(" \t"), pair.size()));
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos || pair.substr(0, equals) != kCookie) continue;
        pair.remove_prefix(equals + 1);
        while (pair.ends_with(' ') || pair.ends_with('\t')) pair.remove_suffix(1);
        return pair;
    }
    return {};
}

}  // namespace runnel::admin
