// SPDX-License-Identifier: Apache-2.0
#include "admin/search.h"

#include <algorithm>

namespace runnel::admin {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace

Search::Search(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    bool isOfEui = true;
    for (const char c : text) {
        text_ += lower(c);
        if (c == '-' || c == ':') continue;
        eui_ += upper(c);
        isOfEui = isOfEui && kDigits.find(upper(c)) != std::string_view::npos;
    }
    if (!isOfEui) eui_.clear();
}

bool Search::isIn(std::string_view name) const {
    if (text_.empty()) return true;
    const auto isSame = [](char theirs, char ours) { return lower(theirs) == ours; };
    return std::search(name.begin(), name.end(), text_.begin(), text_.end(), isSame) != name.end();
}

bool Search::isIn(Eui eui) const {
    if (text_.empty()) return true;
    return !eui_.empty() && text(eui).find(eui_) != std::string::npos;
}

}  // namespace runnel::admin
