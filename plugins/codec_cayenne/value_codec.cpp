// SPDX-License-Identifier: Apache-2.0
#include "value_codec.h"

#include <cmath>

#include "codecs/in_words.h"

namespace runnel::cayenne {
namespace {

using codecs::inWords;

Value readPart(const Part& part, const std::uint8_t* bytes) {
    std::int64_t raw = 0;
    for (std::size_t i = 0; i < part.bytes; ++i) raw = raw << 8 | bytes[i];
    if (part.isSigned && raw > part.greatest()) raw -= std::int64_t{1} << (8 * part.bytes);
    if (part.divisor == 1) return {raw};
    return {static_cast<double>(raw) / part.divisor};
}

std::optional<double> numberIn(const Part& part, const Value& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value.is)) {
        return static_cast<double>(*whole);
    }
    if (const auto* number = std::get_if<double>(&value.is)) return *number;
    const auto* flag = std::get_if<bool>(&value.is);
    if (flag && part.bytes == 1 && part.divisor == 1) return *flag ? 1 : 0;
    return std::nullopt;
}

std::string range(const Part& part) {
    const double divisor = part.divisor;
    return inWords(static_cast<double>(part.least()) / divisor) + " to " +
           inWords(static_cast<double>(part.greatest()) / divisor);
}

std::optional<Error> writePart(const Part& part, const std::string& field, const Value& value,
                               Bytes& out) {
    const auto number = numberIn(part, value);
    if (!number) return Error{field, "must be a number, found " + inWords(value)};
    const double raw = std::round(*number * part.divisor);
    if (!(raw >= static_cast<double>(part.least()) &&
          raw <= static_cast<double>(part.greatest()))) {
        return Error{field, "must be " + range(part) + ", found " + inWords(value)};
    }
    const auto bits = static_cast<std::uint64_t>(static_cast<std::int64_t>(raw));
    for (int shift = 8 * part.bytes - 8; shift >= 0; shift -= 8) {
        out.push_back(static_cast<std::uint8_t>(bits >> shift));
    }
    return std::nullopt;
}

std::string partNames(const DataType& type) {
    std::string names;
    for (const Part& part : type.parts) {
        if (!names.empty()) names += ", ";
        names += part.name;
    }
    return names;
}

const Part* partNamed(const DataType& type, std::string_view name) {
    for (const Part& part : type.parts) {
        if (part.name == name) return &part;
    }
    return nullptr;
}

}  // namespace

Value readValue(const DataType& type, const std::uint8_t* bytes) {
    if (!type.isObject()) return readPart(type.parts.front(), bytes);
    Fields parts;
    parts.reserve(type.parts.size());
    for (const Part& part : type.parts) {
        parts.push_back({std::string{part.name}, readPart(part, bytes)});
        bytes += part.bytes;
    }
    return {std::move(parts)};
}

std::optional<Error> writeValue(const DataType& type, const std::string& field, const Value& value,
                                Bytes& out) {
    if (!type.isObject()) return writePart(type.parts.front(), field, value, out);
    const auto* members = std::get_if<Fields>(&value.is);
    if (!members) {
        return Error{field,
                     "must be an object of " + partNames(type) + ", found " + inWords(value)};
    }
    for (const Field& member : *members) {
        if (partNamed(type, member.name)) continue;
        return Error{field + "." + member.name, "is not known; there are " + partNames(type)};
    }
    for (const Part& part : type.parts) {
        const std::string name = field + "." + std::string{part.name};
        const Value* const member = find(*members, part.name);
        if (!member) return Error{name, "is missing; it must be " + range(part)};
        if (auto wrong = writePart(part, name, *member, out)) return wrong;
    }
    return std::nullopt;
}

}  // namespace runnel::cayenne
