// SPDX-License-Identifier: Apache-2.0
#include "registry/catalogue.h"

namespace runnel {

std::optional<Catalogue::Owner> Catalogue::findOwner(Scope owner) const {
    auto state = state_.lock();
    const auto found = state->owners.find(owner);
    if (found == state->owners.end()) return std::nullopt;
    return found->second;
}

std::optional<Catalogue::StreamEntry> Catalogue::findStream(const std::string& name) const {
    auto state = state_.lock();
    const auto found = state->streams.find(name);
    if (found == state->streams.end()) return std::nullopt;
    return found->second;
}

Catalogue::Owners Catalogue::owners(const OwnersPage& page, const IsOwnerWanted& isWanted) const {
    Owners found;
    auto state = state_.lock();
    auto entry = page.after ? state->owners.upper_bound({page.level, *page.after})
                            : state->owners.lower_bound({page.level, Eui{}});
    for (; entry != state->owners.end() && entry->first.level == page.level; ++entry) {
        if (found.size() >= page.max) break;
        if (isWanted(entry->first.eui, entry->second))
            found.emplace_back(entry->first.eui, entry->second);
    }
    return found;
}

Catalogue::StreamEntries Catalogue::streams(const StreamsPage& page,
                                            const IsWanted& isWanted) const {
    StreamEntries found;
    auto state = state_.lock();
    auto entry = page.after < page.prefix ? state->streams.lower_bound(page.prefix)
                                          : state->streams.upper_bound(page.after);
    for (; entry != state->streams.end() && entry->first.starts_with(page.prefix); ++entry) {
        if (found.size() >= page.max) break;
        if (isWanted(entry->first, entry->second)) found.push_back(*entry);
    }
    return found;
}

std::size_t Catalogue::countStreams(Scope owner) const {
    const std::string prefix = text(owner.eui) + "/";
    std::size_t count = 0;
    auto state = state_.lock();
    for (auto entry = state->streams.lower_bound(prefix);
         entry != state->streams.end() && entry->first.starts_with(prefix); ++entry) {
        ++count;
    }
    return count;
}

void Catalogue::putOwner(Scope owner, Owner entry) {
    state_.lock()->owners.insert_or_assign(owner, std::move(entry));
}

void Catalogue::removeOwner(Scope owner) {
    state_.lock()->owners.erase(owner);
}

void Catalogue::putStream(const std::string& name, StreamEntry entry) {
    state_.lock()->streams.insert_or_assign(name, std::move(entry));
}

void Catalogue::removeStream(const std::string& name) {
    state_.lock()->streams.erase(name);
}

std::string streamName(const StreamSpec& spec, Scope owner) {
    return text(owner.eui) + "/" + spec.name;
}

}  // namespace runnel
