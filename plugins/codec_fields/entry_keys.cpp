// SPDX-License-Identifier: Apache-2.0
#include "entry_keys.h"

#include <algorithm>
#include <cmath>

#include "codecs/in_words.h"

namespace runnel::fields {

using codecs::inWords;

std::string EntryKeys::pathOf(std::string_view key) const {
    return key.empty() ? path_ : path_ + "." + std::string{key};
}

void EntryKeys::refuse(std::string_view key, std::string reason) {
    if (!error_) error_ = Error{pathOf(key), std::move(reason)};
}

void EntryKeys::expect(std::string_view key, const std::string& expected) {
    const Value* const there = value(key);
    if (there) {
        refuse(key, "must be " + expected + ", found " + inWords(*there));
    } else {
        refuse(key, "is missing; it must be " + expected);
    }
}

void EntryKeys::adopt(const std::optional<Error>& error) {
    if (!error_) error_ = error;
}

std::optional<std::int64_t> EntryKeys::integer(std::string_view key, std::int64_t low,
                                               std::int64_t high) {
    const Value* const there = value(key);
    if (!there) return std::nullopt;
    const auto* whole = std::get_if<std::int64_t>(&there->is);
    if (whole && *whole >= low && *whole <= high) return *whole;
    expect(key, "a whole number, " + std::to_string(low) + " to " + std::to_string(high));
    return std::nullopt;
}

std::optional<double> EntryKeys::number(std::string_view key) {
    const Value* const there = value(key);
    if (!there) return std::nullopt;
    if (const auto* whole = std::get_if<std::int64_t>(&there->is)) {
        return static_cast<double>(*whole);
    }
    const auto* number = std::get_if<double>(&there->is);
    if (number && std::isfinite(*number)) return *number;
    expect(key, "a number");
    return std::nullopt;
}

std::optional<std::string> EntryKeys::text(std::string_view key) {
    const Value* const there = value(key);
    if (!there) return std::nullopt;
    const auto* text = std::get_if<std::string>(&there->is);
    if (text && !text->empty()) return *text;
    expect(key, "a text that is not empty");
    return std::nullopt;
}

const Fields* EntryKeys::object(std::string_view key) {
    const Value* const there = value(key);
    const auto* object = there ? std::get_if<Fields>(&there->is) : nullptr;
    if (object && !object->empty()) return object;
    if (there) expect(key, "a map that is not empty");
    return nullptr;
}

void EntryKeys::allowOnly(std::span<const std::string_view> allowed, const std::string& owner) {
    std::string unknown = "is no key of " + owner + "; there are ";
    for (const std::string_view key : allowed) {
        if (key != allowed.front()) unknown += ", ";
        unknown += key;
    }
    for (std::size_t i = 0; i < keys_.size(); ++i) {
        const std::string& key = keys_[i].name;
        if (std::find(allowed.begin(), allowed.end(), key) == allowed.end()) {
            refuse(key, unknown);
        }
        if (find(keys_, key) != &keys_[i].value) refuse(key, "is there twice");
    }
}

}  // namespace runnel::fields
