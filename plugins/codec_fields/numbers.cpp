// SPDX-License-Identifier: Apache-2.0
#include "numbers.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>

#include "bits.h"
#include "codecs/in_words.h"

namespace runnel::fields {
namespace {

using codecs::inWords;

std::int64_t signedOf(const Entry& entry, std::uint64_t bits) {
    const std::uint64_t sign = std::uint64_t{1} << (entry.bits - 1);
    return static_cast<std::int64_t>(entry.isSigned ? (bits ^ sign) - sign : bits);
}

/// An unsigned number beyond 63 bits has no std::int64_t.
bool isHuge(const Entry& entry, std::uint64_t bits) {
    return !entry.isSigned && bits > maskOf(63);
}

double rawNumber(const Entry& entry, std::uint64_t bits) {
    if (entry.kind == Kind::Float) {
        return entry.width == 4 ? std::bit_cast<float>(static_cast<std::uint32_t>(bits))
                                : std::bit_cast<double>(bits);
    }
    return entry.isSigned ? static_cast<double>(signedOf(entry, bits)) : static_cast<double>(bits);
}

double scaled(const Entry& entry, double raw) {
    const Linear& linear = entry.linear;
    double value = (raw * linear.multiplier + linear.addend) / linear.divisor;
    if (entry.decimals == kNone) return value;
    const double step = std::pow(10.0, entry.decimals);
    value = std::round(value * step) / step;
    return value;
}

Value numberValue(const Entry& entry, std::uint64_t bits) {
    if (entry.isPlain && !isHuge(entry, bits)) return {signedOf(entry, bits)};
    const double value = scaled(entry, rawNumber(entry, bits));
    constexpr double kExact = 9007199254740992.0;  // 2^53
    if (entry.isWhole && std::abs(value) <= kExact) return {static_cast<std::int64_t>(value)};
    return {value};
}

Value flagsValue(const Entry& entry, std::uint64_t bits) {
    Fields flags;
    flags.reserve(entry.flags.size());
    for (const auto& [bit, name] : entry.flags) flags.push_back({name, {(bits >> bit & 1) != 0}});
    return {std::move(flags)};
}

std::optional<double> numberIn(const Value& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value.is)) {
        return static_cast<double>(*whole);
    }
    const auto* number = std::get_if<double>(&value.is);
    return number ? std::optional{*number} : std::nullopt;
}

std::string rangeOf(const Entry& entry) {
    const std::uint64_t sign = std::uint64_t{1} << (entry.bits - 1);
    if (entry.isPlain && entry.isSigned) {
        return std::to_string(signedOf(entry, sign)) + " to " +
               std::to_string(signedOf(entry, sign - 1));
    }
    if (entry.isPlain) return "0 to " + std::to_string(maskOf(entry.bits));
    double low = scaled(entry, rawNumber(entry, entry.isSigned ? sign : 0));
    double high = scaled(entry, rawNumber(entry, maskOf(entry.bits) ^ (entry.isSigned ? sign : 0)));
    if (low > high) std::swap(low, high);
    return inWords(low) + " to " + inWords(high);
}

Error wrong(const Entry& entry, const std::string& expected, const Value& value) {
    return {entry.name, "must be " + expected + ", found " + inWords(value)};
}

/// Whether `raw`, a whole number, fits into the entry's bits.
bool fits(const Entry& entry, double raw) {
    const double edge = std::ldexp(1.0, entry.bits - (entry.isSigned ? 1 : 0));
    return raw >= (entry.isSigned ? -edge : 0) && raw < edge;
}

Result<std::uint64_t> integerBits(const Entry& entry, const Value& value) {
    const auto number = numberIn(value);
    if (!number) return wrong(entry, "a number", value);
    const Linear& linear = entry.linear;
    const double exact = (*number * linear.divisor - linear.addend) / linear.multiplier;
    if (entry.isPlain && std::trunc(exact) != exact && std::isfinite(exact)) {
        return wrong(entry, "a whole number", value);
    }
    const double raw = std::round(exact);
    const auto* whole = std::get_if<std::int64_t>(&value.is);
    if (entry.isPlain && whole && entry.bits >= 63) {  // beyond what a double holds exactly
        if (*whole < 0 && !entry.isSigned) return wrong(entry, rangeOf(entry), value);
        const auto bits = static_cast<std::uint64_t>(*whole);
        if (signedOf(entry, bits & maskOf(entry.bits)) == *whole) return bits & maskOf(entry.bits);
        return wrong(entry, rangeOf(entry), value);
    }
    if (!fits(entry, raw)) return wrong(entry, rangeOf(entry), value);
    const auto bits = raw < 0 ? static_cast<std::uint64_t>(static_cast<std::int64_t>(raw))
                              : static_cast<std::uint64_t>(raw);
    return bits & maskOf(entry.bits);
}

Result<std::uint64_t> floatBits(const Entry& entry, const Value& value) {
    const auto number = numberIn(value);
    if (!number) return wrong(entry, "a number", value);
    const Linear& linear = entry.linear;
    const double raw = (*number * linear.divisor - linear.addend) / linear.multiplier;
    if (entry.width == 8) return std::bit_cast<std::uint64_t>(raw);
    if (std::isfinite(raw) && std::abs(raw) > std::numeric_limits<float>::max()) {
        return wrong(entry, "a number that float32 can hold", value);
    }
    return std::uint64_t{std::bit_cast<std::uint32_t>(static_cast<float>(raw))};
}

Result<std::uint64_t> namedBits(const Entry& entry, const std::string& text) {
    std::string known;
    for (const auto& [number, name] : entry.values) {
        if (name == text) return static_cast<std::uint64_t>(number) & maskOf(entry.bits);
        known += (known.empty() ? "" : ", ") + name;
    }
    return wrong(entry, "one of " + known, {text});
}

Result<std::uint64_t> flagBits(const Entry& entry, const Value& value) {
    const auto* given = std::get_if<Fields>(&value.is);
    if (!given) return wrong(entry, "an object of flags", value);
    std::uint64_t bits = 0;
    for (const Field& field : *given) {
        const std::string name = entry.name + "." + field.name;
        const auto flag = std::find_if(entry.flags.begin(), entry.flags.end(),
                                       [&field](const auto& f) { return f.second == field.name; });
        if (flag == entry.flags.end()) return Error{name, "is not a flag of the layout"};
        const auto* isSet = std::get_if<bool>(&field.value.is);
        if (!isSet) return Error{name, "must be true or false, found " + inWords(field.value)};
        if (*isSet) bits |= std::uint64_t{1} << flag->first;
    }
    return bits;
}

}  // namespace

Value toValue(const Entry& entry, std::uint64_t bits, std::vector<std::string>& warnings) {
    if (entry.kind == Kind::Boolean) return {bits != 0};
    if (entry.kind == Kind::Flags) return flagsValue(entry, bits);
    if (entry.values.empty()) return numberValue(entry, bits);
    const std::int64_t raw = signedOf(entry, bits);
    for (const auto& [number, name] : entry.values) {
        if (number == raw) return {name};
    }
    warnings.push_back(entry.name + " has the unknown value " + inWords(numberValue(entry, bits)));
    return numberValue(entry, bits);
}

Result<std::uint64_t> toBits(const Entry& entry, const Value& value) {
    if (entry.kind == Kind::Flags) return flagBits(entry, value);
    if (entry.kind == Kind::Float) return floatBits(entry, value);
    if (entry.kind == Kind::Boolean) {
        const auto* flag = std::get_if<bool>(&value.is);
        if (!flag) return wrong(entry, "true or false", value);
        return std::uint64_t{*flag};
    }
    const auto* text = std::get_if<std::string>(&value.is);
    if (text && !entry.values.empty()) return namedBits(entry, *text);
    return integerBits(entry, value);
}

bool isSame(const Value& one, const Value& other) {
    const auto first = numberIn(one);
    const auto second = numberIn(other);
    if (first && second) return *first == *second;
    const auto* flag = std::get_if<bool>(&one.is);
    const auto* otherFlag = std::get_if<bool>(&other.is);
    if (flag && otherFlag) return *flag == *otherFlag;
    const auto* text = std::get_if<std::string>(&one.is);
    const auto* otherText = std::get_if<std::string>(&other.is);
    return text && otherText && *text == *otherText;
}

}  // namespace runnel::fields
