// SPDX-License-Identifier: Apache-2.0
#include "mqtt/topic.h"

#include <cstddef>

#include "mqtt/eight_bytes.h"

namespace runnel::mqtt {
namespace {

constexpr std::string_view kSharePrefix = "$share/";
constexpr std::size_t kMaxBytes = 65'535;

bool hasLegalSize(std::string_view text) {
    return !text.empty() && text.size() <= kMaxBytes;
}

bool hasWildcardOrZero(std::string_view text) {
    constexpr char kDifference = '+' ^ '#';  // one bit, so that both are found at once
    static_assert(('#' | kDifference) == '+');
    return anyEight(text, [](EightBytes bytes) {
        return haveZero((bytes | eightOf(kDifference)) ^ eightOf('+')) || haveZero(bytes);
    });
}

/// Takes the first level and the `/` after it off `text`.
std::string_view takeLevel(std::string_view& text, bool& hasMore) {
    const std::size_t slash = text.find('/');
    hasMore = slash != std::string_view::npos;
    const std::string_view level = text.substr(0, slash);
    text.remove_prefix(hasMore ? slash + 1 : text.size());
    return level;
}

bool areLevelsLegal(std::string_view filter) {
    bool hasMore = true;
    while (hasMore) {
        const std::string_view level = takeLevel(filter, hasMore);
        if (level == "+" || (level == "#" && !hasMore)) continue;
        if (hasWildcardOrZero(level)) return false;
    }
    return true;
}

}  // namespace

bool isTopicName(std::string_view topic) {
    return hasLegalSize(topic) && !hasWildcardOrZero(topic);
}

bool isTopicFilter(std::string_view filter) {
    if (!hasLegalSize(filter)) return false;
    if (!isShared(filter)) return areLevelsLegal(filter);
    filter.remove_prefix(kSharePrefix.size());
    bool hasMore = false;
    const std::string_view group = takeLevel(filter, hasMore);
    return !group.empty() && !hasWildcardOrZero(group) && !filter.empty() && areLevelsLegal(filter);
}

bool isShared(std::string_view filter) {
    return filter.starts_with(kSharePrefix);
}

bool matches(std::string_view filter, std::string_view topic) {
    const bool startsWithWildcard = filter.starts_with('+') || filter.starts_with('#');
    if (startsWithWildcard && topic.starts_with('$')) return false;
    bool hasFilterLevel = true;
    bool hasTopicLevel = true;
    while (hasFilterLevel) {
        const std::string_view wanted = takeLevel(filter, hasFilterLevel);
        if (wanted == "#") return true;
        if (!hasTopicLevel) return false;
        const std::string_view level = takeLevel(topic, hasTopicLevel);
        if (wanted != "+" && wanted != level) return false;
    }
    return !hasTopicLevel;
}

}  // namespace runnel::mqtt
