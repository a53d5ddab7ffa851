// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <string>
#include <string_view>

#include "runnel/values.h"

/// Values in complaints. Thread safety: pure functions.
namespace runnel::codecs {

/// The shortest decimal text that reads back as the same number.
inline std::string inWords(double number) {
    char digits[32];
    const auto [end, problem] = std::to_chars(digits, digits + sizeof digits, number);
    return {digits, problem == std::errc{} ? end : digits};
}

/// At most 40 bytes of a text, in quotes.
inline std::string quoted(std::string_view text) {
    if (text.size() <= 40) return "\"" + std::string{text} + "\"";
    return "\"" + std::string{text.substr(0, 37)} + "...\"";
}

/// A value as a complaint shows it; lists and objects as "a list" and "an object".
inline std::string inWords(const Value& value) {
    if (const auto* flag = std::get_if<bool>(&value.is)) return *flag ? "true" : "false";
    if (const auto* whole = std::get_if<std::int64_t>(&value.is)) return std::to_string(*whole);
    if (const auto* number = std::get_if<double>(&value.is)) return inWords(*number);
    if (const auto* text = std::get_if<std::string>(&value.is)) return quoted(*text);
    if (std::holds_alternative<List>(value.is)) return "a list";
    return std::holds_alternative<Fields>(value.is) ? "an object" : "nothing";
}

}  // namespace runnel::codecs
