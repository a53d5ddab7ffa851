// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <string>

#include "runnel/values.h"

/// Documents as a test writes them down. Thread safety: pure functions.
namespace runnel::test {

inline std::string textOf(const Fields& fields);

/// Much like YAML's flow style: 21.5, open, [1, 2], {x: 1}; a double is never without point, inf,
/// nan or exponent.
inline std::string textOf(const Value& value) {
    if (const auto* flag = std::get_if<bool>(&value.is)) return *flag ? "true" : "false";
    if (const auto* whole = std::get_if<std::int64_t>(&value.is)) return std::to_string(*whole);
    if (const auto* text = std::get_if<std::string>(&value.is)) return *text;
    if (const auto* number = std::get_if<double>(&value.is)) {
        char digits[32];
        std::string out{digits, std::to_chars(digits, digits + sizeof digits, *number).ptr};
        return out.find_first_of(".einf") == std::string::npos ? out + ".0" : out;
    }
    if (const auto* list = std::get_if<List>(&value.is)) {
        std::string out;
        for (const Value& each : *list) out += (out.empty() ? "" : ", ") + textOf(each);
        return "[" + out + "]";
    }
    const auto* fields = std::get_if<Fields>(&value.is);
    return fields ? textOf(*fields) : "nothing";
}

inline std::string textOf(const Fields& fields) {
    std::string out;
    for (const Field& field : fields) {
        out += (out.empty() ? "" : ", ") + field.name + ": " + textOf(field.value);
    }
    return "{" + out + "}";
}

/// "DecodeError: <field> <reason>" in place of fields.
inline std::string textOf(const Result<Fields>& fields) {
    if (fields) return textOf(*fields);
    return "DecodeError: " + fields.error().field + " " + fields.error().reason;
}

}  // namespace runnel::test
