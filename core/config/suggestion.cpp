// SPDX-License-Identifier: Apache-2.0
#include "config/suggestion.h"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace runnel {
namespace {

char lower(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

/// How many characters to insert, remove, replace or swap with their neighbour to get from one to
/// the other, whatever the case ("optimal string alignment").
std::size_t distance(std::string_view from, std::string_view to) {
    std::vector<std::vector<std::size_t>> rows(from.size() + 1,
                                               std::vector<std::size_t>(to.size() + 1));
    std::iota(rows[0].begin(), rows[0].end(), 0);
    for (std::size_t i = 1; i <= from.size(); ++i) {
        rows[i][0] = i;
        for (std::size_t j = 1; j <= to.size(); ++j) {
            const bool isSame = lower(from[i - 1]) == lower(to[j - 1]);
            rows[i][j] = std::min(
                {rows[i - 1][j - 1] + (isSame ? 0 : 1), rows[i - 1][j] + 1, rows[i][j - 1] + 1});
            const bool isSwapped = i > 1 && j > 1 && lower(from[i - 1]) == lower(to[j - 2]) &&
                                   lower(from[i - 2]) == lower(to[j - 1]);
            if (isSwapped) rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
        }
    }
    return rows.back().back();
}

}  // namespace

std::string didYouMean(std::string_view written, const std::vector<std::string>& known) {
    constexpr std::size_t kLongest = 64;
    if (written.size() < 2 || written.size() > kLongest) return {};
    const std::string* closest = nullptr;
    // A third of the letters, so that short words are not "close" to every other short word.
    std::size_t least = std::max<std::size_t>(written.size() / 3, 1) + 1;
    for (const std::string& word : known) {
        const std::size_t steps = distance(written, word);
        if (steps >= least) continue;
        least = steps;
        closest = &word;
    }
    return closest != nullptr ? " (did you mean '" + *closest + "'?)" : std::string();
}

std::string joined(const std::vector<std::string>& words) {
    if (words.empty()) return "none";
    std::string text = words.front();
    for (std::size_t i = 1; i < words.size(); ++i) text += ", " + words[i];
    return text;
}

}  // namespace runnel
