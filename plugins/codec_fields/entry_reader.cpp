// SPDX-License-Identifier: Apache-2.0
#include "entry_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "bits.h"
#include "codecs/in_words.h"

namespace runnel::fields {
namespace {

using codecs::inWords;
using Words = std::vector<std::string_view>;

struct Type {
    std::string_view name;
    Kind kind;
    std::uint8_t width;
    bool isSigned;
};
constexpr Type kTypes[]{
    {"uint8", Kind::Integer, 1, false},  {"int8", Kind::Integer, 1, true},
    {"uint16", Kind::Integer, 2, false}, {"int16", Kind::Integer, 2, true},
    {"uint24", Kind::Integer, 3, false}, {"int24", Kind::Integer, 3, true},
    {"uint32", Kind::Integer, 4, false}, {"int32", Kind::Integer, 4, true},
    {"uint64", Kind::Integer, 8, false}, {"int64", Kind::Integer, 8, true},
    {"float32", Kind::Float, 4, false},  {"float64", Kind::Float, 8, false},
    {"bool", Kind::Boolean, 1, false},   {"hex", Kind::Hex, 1, false},
    {"text", Kind::Text, 1, false},
};

Words keysOf(Kind kind) {
    switch (kind) {
        case Kind::Constant:
            return {"const", "offset", "when"};
        case Kind::Repeat:
            return {"name", "offset", "when", "repeat", "fields"};
        case Kind::Float:
            return {"name",   "offset", "when", "unit",    "type",
                    "endian", "scale",  "plus", "decimals"};
        case Kind::Boolean:
            return {"name", "offset", "when", "unit", "type", "bit"};
        case Kind::Hex:
        case Kind::Text:
            return {"name", "offset", "when", "unit", "type", "length"};
        default:
            return {"name", "offset", "when", "unit",     "type",   "endian", "bits",
                    "bit",  "scale",  "plus", "decimals", "values", "flags"};
    }
}

void readType(EntryKeys& keys, Entry& entry) {
    std::string known;
    const auto name = keys.text("type");
    for (const Type& type : kTypes) {
        known += (known.empty() ? "one of " : ", ") + std::string{type.name};
        if (name != type.name) continue;
        entry.kind = type.kind;
        entry.width = type.width;
        entry.bits = static_cast<std::uint8_t>(8 * type.width);
        entry.isSigned = type.isSigned;
        return;
    }
    keys.expect("type", known);
}

void readName(EntryKeys& keys, Entry& entry) {
    const auto name = keys.text("name");
    if (!name) return keys.expect("name", "the name of the field");
    entry.name = *name;
    for (std::size_t start = 0; start <= name->size();) {
        const std::size_t end = std::min(name->find('.', start), name->size());
        if (end == start) return keys.expect("name", "a name, or several with single dots between");
        entry.path.push_back(name->substr(start, end - start));
        start = end + 1;
    }
}

void readOffset(EntryKeys& keys, Entry& entry) {
    const Value* const there = keys.value("offset");
    if (!there) return;
    const auto* text = std::get_if<std::string>(&there->is);
    const auto* whole = std::get_if<std::int64_t>(&there->is);
    if (text && *text == "same") {
        entry.offset = kSame;
    } else if (whole && *whole >= 0 && *whole < static_cast<std::int64_t>(kLongestPayload)) {
        entry.offset = static_cast<int>(*whole);
    } else {
        keys.expect("offset", "a whole number, 0 to 241, or same");
    }
}

/// A number of 1 to 242, or "rest".
void readCount(EntryKeys& keys, std::string_view key, int& count) {
    const Value* const there = keys.value(key);
    const auto* text = there ? std::get_if<std::string>(&there->is) : nullptr;
    const auto* whole = there ? std::get_if<std::int64_t>(&there->is) : nullptr;
    if (text && *text == "rest") {
        count = kRest;
    } else if (whole && *whole >= 1 && *whole <= static_cast<std::int64_t>(kLongestPayload)) {
        count = static_cast<int>(*whole);
    } else {
        keys.expect(key, "a whole number, 1 to 242, or rest");
    }
}

void readEndian(EntryKeys& keys, Entry& entry) {
    const auto endian = keys.text("endian");
    if (!endian) return;
    if (*endian != "big" && *endian != "little") keys.expect("endian", "big or little");
    entry.isLittle = *endian == "little";
}

void readBitNumbers(EntryKeys& keys, Entry& entry) {
    const int all = 8 * entry.width;
    const bool isBoolean = entry.kind == Kind::Boolean;
    const auto bits = isBoolean ? std::nullopt : keys.integer("bits", 1, all);
    if (isBoolean && keys.has("bit")) entry.bits = 1;
    if (bits) entry.bits = static_cast<std::uint8_t>(*bits);
    if (!isBoolean && keys.has("bit") && !bits) {
        keys.refuse("bit", "needs bits, the number of bits, beside it");
    }
    entry.bit = static_cast<std::uint8_t>(keys.integer("bit", 0, all - entry.bits).value_or(0));
}

/// With powers of ten, so that the arithmetic is exact where the layout's numbers are decimal.
Linear linearOf(double scale, double plus) {
    constexpr double kExact = 9007199254740992.0;  // 2^53
    double divisor = 1;
    for (int digits = 0; digits <= 9; ++digits, divisor *= 10) {
        const double multiplier = std::round(scale * divisor);
        const double addend = std::round(plus * divisor);
        const bool isExact = multiplier / divisor == scale && addend / divisor == plus;
        if (isExact && std::abs(multiplier) < kExact && std::abs(addend) < kExact) {
            return {multiplier, addend, divisor};
        }
    }
    return {scale, plus, 1};
}

void readScale(EntryKeys& keys, Entry& entry) {
    const double scale = keys.number("scale").value_or(1);
    const double plus = keys.number("plus").value_or(0);
    const auto decimals = keys.integer("decimals", 0, 9);
    if (scale == 0) return keys.expect("scale", "a number other than 0");
    entry.linear = linearOf(scale, plus);
    entry.decimals = static_cast<int>(decimals.value_or(kNone));
    const bool isInteger = entry.kind == Kind::Integer;
    entry.isPlain = isInteger && scale == 1 && plus == 0 && !decimals;
    entry.isWhole = entry.decimals == 0 || (isInteger && entry.linear.divisor == 1 &&
                                            std::trunc(scale) == scale && std::trunc(plus) == plus);
}

std::optional<std::int64_t> wholeNumber(std::string_view text) {
    std::int64_t number = 0;
    const char* const last = text.data() + text.size();
    const auto [end, problem] = std::from_chars(text.data(), last, number);
    if (problem != std::errc{} || end != last) return std::nullopt;
    return number;
}

/// The least and the greatest number that the entry's bits can hold, up to 63 bits.
std::pair<std::int64_t, std::int64_t> rangeOf(const Entry& entry) {
    const unsigned bits = entry.isSigned ? entry.bits - 1U : std::min<unsigned>(entry.bits, 63);
    const auto greatest = bits == 0 ? 0 : static_cast<std::int64_t>(maskOf(bits));
    return {entry.isSigned ? -greatest - 1 : 0, greatest};
}

/// A number and its text, each once.
void addValue(EntryKeys& values, Entry& entry, const std::string& key) {
    const auto number = wholeNumber(key);
    const auto text = values.text(key);
    const auto range = rangeOf(entry);
    if (!number || *number < range.first || *number > range.second) {
        return values.refuse(key, "must have a whole number of " + std::to_string(range.first) +
                                      " to " + std::to_string(range.second) + " before the colon");
    }
    for (const auto& [otherNumber, otherText] : entry.values) {
        if (otherNumber == *number) values.refuse(key, "is there twice");
        if (otherText != text) continue;
        values.refuse(key, "must be another text than that of " + std::to_string(otherNumber) +
                               ", found " + codecs::quoted(otherText));
    }
    entry.values.emplace_back(*number, text.value_or(""));
}

void readValues(EntryKeys& keys, Entry& entry) {
    const Fields* const values = keys.object("values");
    if (!values) return;
    for (const std::string_view other : {"scale", "plus", "decimals", "flags"}) {
        if (keys.has(other)) keys.refuse(other, "does not go with values");
    }
    EntryKeys inner{*values, keys.pathOf("values")};
    for (const Field& field : *values) addValue(inner, entry, field.name);
    keys.adopt(inner.error());
}

/// `field` is a flag's bit and name.
void addFlag(EntryKeys& keys, Entry& entry, std::optional<std::int64_t> bit, const Value& name) {
    const auto* text = std::get_if<std::string>(&name.is);
    if (!text || text->empty()) {
        return keys.refuse("flags", "must have names, found " + inWords(name));
    }
    if (!bit || *bit < 0 || *bit >= entry.bits) {
        return keys.refuse("flags", "must have bits of 0 to " + std::to_string(entry.bits - 1) +
                                        ", found another one for " + codecs::quoted(*text));
    }
    for (const auto& [otherBit, other] : entry.flags) {
        if (otherBit == *bit || other == *text) {
            keys.refuse("flags", "must have each bit and name once, found " +
                                     codecs::quoted(*text) + " again");
        }
    }
    entry.flags.emplace_back(static_cast<std::uint8_t>(*bit), *text);
}

void readFlags(EntryKeys& keys, Entry& entry) {
    const Value* const there = keys.value("flags");
    if (!there) return;
    for (const std::string_view other : {"scale", "plus", "decimals"}) {
        if (keys.has(other)) keys.refuse(other, "does not go with flags");
    }
    if (const auto* list = std::get_if<List>(&there->is)) {
        for (std::size_t i = 0; i < list->size(); ++i) {
            addFlag(keys, entry, static_cast<std::int64_t>(i), (*list)[i]);
        }
    } else if (const auto* map = std::get_if<Fields>(&there->is)) {
        for (const Field& field : *map) addFlag(keys, entry, wholeNumber(field.name), field.value);
    }
    if (entry.flags.empty()) {
        keys.expect("flags", "a list of names, bit 0 first, or a map from bits to names");
    }
    entry.kind = Kind::Flags;
    entry.isPlain = false;
}

void readConstant(EntryKeys& keys, Entry& entry) {
    const auto* text = std::get_if<std::string>(&keys.value("const")->is);
    const auto bytes = text ? parseHex(*text) : std::nullopt;
    if (!bytes || bytes->empty()) {
        return keys.expect("const", "hexadecimal digits in quotes, such as \"01FF\"");
    }
    if (bytes->size() > kLongestPayload) return keys.expect("const", "at most 242 bytes");
    entry.constant = *bytes;
}

/// Sets the kind; false with a complaint if there is none.
bool readKind(EntryKeys& keys, Entry& entry) {
    std::string owner = "an entry with const";
    if (keys.has("const")) {
        entry.kind = Kind::Constant;
    } else if (keys.has("repeat")) {
        entry.kind = Kind::Repeat;
        owner = "an entry with repeat";
    } else {
        readType(keys, entry);
        owner = "an entry of type " + keys.text("type").value_or("?");
    }
    if (!keys.error()) keys.allowOnly(keysOf(entry.kind), owner);
    return !keys.error();
}

void readDetails(EntryKeys& keys, Entry& entry) {
    switch (entry.kind) {
        case Kind::Constant:
            return readConstant(keys, entry);
        case Kind::Repeat:
            return readCount(keys, "repeat", entry.count);
        case Kind::Hex:
        case Kind::Text:
            return readCount(keys, "length", entry.length);
        case Kind::Float:
            readEndian(keys, entry);
            return readScale(keys, entry);
        case Kind::Boolean:
            return readBitNumbers(keys, entry);
        default:
            readEndian(keys, entry);
            readBitNumbers(keys, entry);
            readScale(keys, entry);
            readValues(keys, entry);
            return readFlags(keys, entry);
    }
}

}  // namespace

Entry readEntry(EntryKeys& keys, bool isLittle) {
    Entry entry;
    entry.isLittle = isLittle;
    Words every = keysOf(Kind::Integer);
    for (const std::string_view more : {"length", "const", "repeat", "fields"})
        every.push_back(more);
    keys.allowOnly(every, "an entry");
    if (keys.error() || !readKind(keys, entry)) return entry;
    if (entry.kind != Kind::Constant) readName(keys, entry);
    readOffset(keys, entry);
    static_cast<void>(keys.text("unit"));
    readDetails(keys, entry);
    return entry;
}

}  // namespace runnel::fields
