// SPDX-License-Identifier: Apache-2.0
#include "documents/json_text.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "documents/parsed.h"
#include "documents/utf8.h"

namespace runnel::documents {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

bool isPlain(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

void appendEscaped(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default: {
            const auto byte = static_cast<std::uint8_t>(c);
            out += "\\u00";
            appendHex(out, &byte, 1);
        }
    }
}

template <class Items, class Append>
void appendList(std::string& out, const Items& items, Append append) {
    const char* separator = "";
    for (const auto& item : items) {
        out += separator;
        append(item);
        separator = ",";
    }
}

/// One overload per alternative of Value.
struct ValueAppender {
    std::string& out;
    int depth;

    void operator()(std::monostate) const { out += "null"; }
    void operator()(bool value) const { out += value ? "true" : "false"; }
    void operator()(std::int64_t value) const { out += std::to_string(value); }
    void operator()(double value) const {
        std::array<char, 32> digits{};
        const auto [end, problem] =
            std::to_chars(digits.data(), digits.data() + digits.size(), value);
        if (problem != std::errc{} || !std::isfinite(value)) {
            out += "null";
        } else {
            out.append(digits.data(), end);
        }
    }
    void operator()(const std::string& value) const { appendString(out, value); }
    void operator()(const List& list) const {
        out += '[';
        appendList(out, list, [&](const Value& item) { appendValue(out, item, depth + 1); });
        out += ']';
    }
    void operator()(const Fields& fields) const {
        out += '{';
        appendList(out, fields, [&](const Field& field) {
            appendString(out, field.name);
            out += ':';
            appendValue(out, field.value, depth + 1);
        });
        out += '}';
    }
};

}  // namespace

void appendJsonText(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const auto plain = static_cast<std::size_t>(
            std::find_if_not(text.begin(), text.end(), isPlain) - text.begin());
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        const std::size_t length = utf8Length(text);
        if (length == 0) {
            out += kReplacement;
        } else if (length == 1) {
            appendEscaped(out, text.front());
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
}

void appendString(std::string& out, std::string_view text) {
    out += '"';
    appendJsonText(out, text);
    out += '"';
}

void appendUtf8(std::string& out, std::string_view text) {
    while (const auto bad = badByte(text)) {
        out += text.substr(0, *bad);
        out += kReplacement;
        text.remove_prefix(*bad + 1);
    }
    out += text;
}

void appendValue(std::string& out, const Value& value, int depth) {
    if (depth >= kDeepest) {
        out += "null";
        return;
    }
    std::visit(ValueAppender{out, depth}, value.is);
}

std::string& ObjectWriter::member(std::string_view name) {
    if (out_.size() > 1) out_ += ',';
    out_ += '"';
    out_ += name;
    out_ += "\":";
    return out_;
}

void appendEui(std::string& out, Eui value, EuiStyle style) {
    for (int shift = 56; shift >= 0; shift -= 8) {
        const auto byte = static_cast<std::uint8_t>(value.value >> shift);
        if (shift != 56 && style != EuiStyle::Plain) out += style == EuiStyle::Dashes ? '-' : ':';
        appendHex(out, &byte, 1);
    }
}

void ObjectWriter::eui(std::string_view name, Eui value) {
    std::string& out = member(name);
    out += '"';
    appendEui(out, value, style_);
    out += '"';
}

void ObjectWriter::hex(std::string_view name, const Bytes& bytes) {
    std::string& out = member(name);
    out += '"';
    appendHex(out, bytes.data(), bytes.size());
    out += '"';
}

void appendMegahertz(std::string& out, std::uint32_t frequencyHz) {
    constexpr std::uint32_t kHertzPerMegahertz = 1'000'000;
    out += std::to_string(frequencyHz / kHertzPerMegahertz);
    const std::uint32_t rest = frequencyHz % kHertzPerMegahertz;
    if (rest == 0) return;
    std::string decimals = std::to_string(kHertzPerMegahertz + rest);  // "1" and six digits
    decimals.erase(decimals.find_last_not_of('0') + 1);
    decimals.front() = '.';
    out += decimals;
}

void ObjectWriter::fields(std::string_view name, const Fields& value) {
    ValueAppender{member(name), 0}(value);
}

}  // namespace runnel::documents
