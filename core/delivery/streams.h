// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/guarded.h"
#include "delivery/stream.h"

namespace runnel {

/// All streams, by number and by name. Thread safety: any thread.
class Streams {
  public:
    struct Entry {
        std::shared_ptr<Stream> stream;
        bool isEnabled = true;
    };

    /// A number is used once. Of two streams of one name the newer one is found by it.
    void add(Entry entry) {
        const StreamConfig& config = *entry.stream->setup().config;
        auto table = table_.lock();
        table->names.erase(config.name);  // its key may be the older stream's text
        table->names.emplace(config.name, config.stream);
        table->entries.insert_or_assign(config.stream, std::move(entry));
    }
    void remove(std::uint64_t number) {
        auto table = table_.lock();
        const auto found = table->entries.find(number);
        if (found == table->entries.end()) return;
        const auto name = table->names.find(found->second.stream->setup().config->name);
        if (name != table->names.end() && name->second == number) table->names.erase(name);
        table->entries.erase(found);
    }
    /// `stream` is null if there is none.
    Entry find(std::uint64_t number) const {
        auto table = table_.lock();
        const auto found = table->entries.find(number);
        return found == table->entries.end() ? Entry{} : found->second;
    }
    /// By its name, "70B3D57ED0000001/cloud".
    Entry find(std::string_view name) const {
        auto table = table_.lock();
        const auto found = table->names.find(name);
        return found == table->names.end() ? Entry{} : table->entries.at(found->second);
    }
    std::size_t size() const { return table_.lock()->entries.size(); }
    /// `visit(Stream&)` for each; it must not call back into Streams.
    template <class Visit>
    void forEach(Visit&& visit) const {
        auto table = table_.lock();
        for (const auto& [number, entry] : table->entries) visit(*entry.stream);
    }
    std::vector<Entry> all() const {
        std::vector<Entry> list;
        auto table = table_.lock();
        list.reserve(table->entries.size());
        for (const auto& [number, entry] : table->entries) list.push_back(entry);
        return list;
    }

  private:
    struct Table {
        std::unordered_map<std::uint64_t, Entry> entries;
        std::unordered_map<std::string_view, std::uint64_t> names;  ///< texts: the entries' own
    };
    mutable Guarded<Table> table_;
};

}  // namespace runnel
