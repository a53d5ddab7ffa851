// SPDX-License-Identifier: Apache-2.0
#include "delivery/window.h"

#include <algorithm>

namespace runnel {

void Window::open(Position lastMatched, std::uint64_t ordinal) {
    close();
    isOpen_ = true;
    floor_ = lastMatched;
    firstOrdinal_ = ordinal + 1;
}

void Window::close() {
    isOpen_ = false;
    items_ = {};
    first_ = 0;
}

std::uint64_t Window::firstBehind(Position position) const {
    const auto found =
        std::partition_point(items_.begin() + static_cast<std::ptrdiff_t>(first_), items_.end(),
                             [&](const EncodedPtr& item) { return item->position() <= position; });
    return firstOrdinal_ + static_cast<std::uint64_t>(found - items_.begin()) - first_;
}

void Window::trim(std::uint64_t ordinal) {
    while (firstOrdinal_ < ordinal && first_ < items_.size()) {
        floor_ = items_[first_]->position();
        items_[first_].reset();
        ++first_;
        ++firstOrdinal_;
    }
    if (first_ == items_.size()) {
        items_.clear();
        first_ = 0;
    } else if (first_ >= kMaxItems) {
        items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }
}

}  // namespace runnel
