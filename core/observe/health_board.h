// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "runnel/protocol.h"

namespace runnel {

/// The newest word of every part on how it is. Thread safety: any thread.
class HealthBoard {
  public:
    struct Entry {
        Health health{};
        std::string text;
    };
    /// True if that is news.
    bool set(const std::string& part, Health health, std::string_view text) {
        auto parts = parts_.lock();
        Entry& entry = (*parts)[part];
        const bool isNews = entry.health != health || entry.text != text;
        entry = {health, std::string(text)};
        return isNews;
    }
    void remove(const std::string& part) { parts_.lock()->erase(part); }
    std::optional<Entry> find(const std::string& part) const {
        auto parts = parts_.lock();
        const auto found = parts->find(part);
        if (found == parts->end()) return std::nullopt;
        return found->second;
    }
    std::map<std::string, Entry> all() const { return *parts_.lock(); }

  private:
    mutable Guarded<std::map<std::string, Entry>> parts_;
};

}  // namespace runnel
