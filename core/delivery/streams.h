// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "base/guarded.h"
#include "delivery/stream.h"

namespace runnel {

/// All streams by number. Thread safety: any thread.
class Streams {
  public:
    struct Entry {
        std::shared_ptr<Stream> stream;
        bool isEnabled = true;
    };

    void add(Entry entry) {
        const std::uint64_t number = entry.stream->setup().config->stream;
        entries_.lock()->insert_or_assign(number, std::move(entry));
    }
    void remove(std::uint64_t number) { entries_.lock()->erase(number); }
    /// `stream` is null if there is none.
    Entry find(std::uint64_t number) const {
        auto entries = entries_.lock();
        const auto found = entries->find(number);
        return found == entries->end() ? Entry{} : found->second;
    }
    /// `visit(Stream&)` for each; it must not call back into Streams.
    template <class Visit>
    void forEach(Visit&& visit) const {
        auto entries = entries_.lock();
        for (const auto& [number, entry] : *entries) visit(*entry.stream);
    }
    std::vector<Entry> all() const {
        std::vector<Entry> list;
        auto entries = entries_.lock();
        list.reserve(entries->size());
        for (const auto& [number, entry] : *entries) list.push_back(entry);
        return list;
    }

  private:
    mutable Guarded<std::unordered_map<std::uint64_t, Entry>> entries_;
};

}  // namespace runnel
