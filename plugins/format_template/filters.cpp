// SPDX-License-Identifier: Apache-2.0
#include "filters.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "documents/json_text.h"
#include "events/base64.h"

namespace runnel::templates {
namespace {

Value asJson(const Value& value) {
    std::string text;
    documents::appendValue(text, value);
    return {std::move(text)};
}

template <char kFirst, char kLast, int kShift>
Value shifted(const Value& value) {
    std::string text = shown(value);
    for (char& c : text) {
        if (c >= kFirst && c <= kLast) c = static_cast<char>(c + kShift);
    }
    return {std::move(text)};
}

/// A separator between every two characters.
template <char kSeparator>
Value inPairs(const Value& value) {
    const std::string text = shown(value);
    std::string out;
    out.reserve(text.size() + text.size() / 2);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i != 0 && i % 2 == 0) out += kSeparator;
        out += text[i];
    }
    return {std::move(out)};
}

Value asBase64(const Value& value) {
    const auto bytes = parseHex(shown(value));
    if (!bytes) return {};
    return {events::encodeBase64(*bytes)};
}

template <int kDecimals>
Value rounded(const Value& value) {
    double number = 0;
    if (const auto* whole = std::get_if<std::int64_t>(&value.is)) {
        number = static_cast<double>(*whole);
    } else if (const auto* real = std::get_if<double>(&value.is)) {
        number = *real;
    } else {
        return value;
    }
    constexpr double kLargest = 1e15;  // beyond it a double has no decimals
    if (!std::isfinite(number)) return {};
    if (std::abs(number) > kLargest) return value;
    std::array<char, 48> digits{};
    const auto [end, problem] = std::to_chars(digits.data(), digits.data() + digits.size(), number,
                                              std::chars_format::fixed, kDecimals);
    return problem == std::errc{} ? Value{std::string{digits.data(), end}} : value;
}

constexpr std::array<std::pair<std::string_view, Filter>, 13> kFilters{{
    {"json", &asJson},
    {"upper", &shifted<'a', 'z', 'A' - 'a'>},
    {"lower", &shifted<'A', 'Z', 'a' - 'A'>},
    {"dashes", &inPairs<'-'>},
    {"colons", &inPairs<':'>},
    {"base64", &asBase64},
    {"round0", &rounded<0>},
    {"round1", &rounded<1>},
    {"round2", &rounded<2>},
    {"round3", &rounded<3>},
    {"round4", &rounded<4>},
    {"round5", &rounded<5>},
    {"round6", &rounded<6>},
}};

}  // namespace

Filter filterCalled(std::string_view name) {
    for (const auto& [known, filter] : kFilters) {
        if (known == name) return filter;
    }
    return nullptr;
}

std::string shown(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value.is)) return *text;
    std::string out;
    if (!std::holds_alternative<std::monostate>(value.is)) documents::appendValue(out, value);
    return out;
}

}  // namespace runnel::templates
