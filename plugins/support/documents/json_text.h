// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "documents/options.h"
#include "runnel/values.h"

namespace runnel::documents {

/// Appends a quoted JSON string. Any bytes are allowed: what is not UTF-8 becomes U+FFFD, so the
/// document stays valid.
void appendString(std::string& out, std::string_view text);

/// The same without the quotes.
void appendJsonText(std::string& out, std::string_view text);

/// Appends the text as it is, but for U+FFFD in place of what is not UTF-8.
void appendUtf8(std::string& out, std::string_view text);

/// Appends any value. Numbers that JSON does not have (NaN, infinity) and levels beyond
/// `kDeepest` become null.
inline constexpr int kDeepest = 32;
void appendValue(std::string& out, const Value& value, int depth = 0);

/// Appends sixteen hexadecimal digits, without quotes.
void appendEui(std::string& out, Eui value, EuiStyle style);

/// Appends a frequency in MHz with up to six decimals, computed without floating point.
void appendMegahertz(std::string& out, std::uint32_t frequencyHz);

/// Appends the shortest decimal text that reads back as the same number; `value` is finite.
template <class Number>
requires std::integral<Number> || std::floating_point<Number>
void appendNumber(std::string& out, Number value) {
    char digits[48];
    const auto [end, problem] = std::to_chars(digits, digits + sizeof digits, value);
    out.append(digits, problem == std::errc{} ? end : digits);
}

/// Writes one flat JSON object into a string, member by member. Names are trusted: plain ASCII
/// without quotes. Thread safety: one thread.
class ObjectWriter final {
  public:
    ObjectWriter(std::size_t expectedSize, EuiStyle style) : style_{style} {
        out_.reserve(expectedSize);
        out_ += '{';
    }

    void text(std::string_view name, std::string_view value) { appendString(member(name), value); }
    void eui(std::string_view name, Eui value);
    void hex(std::string_view name, const Bytes& bytes);
    void flag(std::string_view name, bool value) { member(name) += value ? "true" : "false"; }
    template <class Number>
    void number(std::string_view name, Number value) {
        appendNumber(member(name), value);
    }
    void megahertz(std::string_view name, std::uint32_t frequencyHz) {
        appendMegahertz(member(name), frequencyHz);
    }
    void fields(std::string_view name, const Fields& value);

    std::string finish() && {
        out_ += '}';
        return std::move(out_);
    }

  private:
    /// Ready for the member's value.
    std::string& member(std::string_view name);

    std::string out_;
    EuiStyle style_;
};

}  // namespace runnel::documents
