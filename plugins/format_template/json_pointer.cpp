// SPDX-License-Identifier: Apache-2.0
#include "json_pointer.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "documents/parsed.h"

namespace runnel::templates {
namespace {

constexpr std::size_t kLongestPointer = 256;

/// One token with ~0 and ~1 replaced, or nullopt.
std::optional<std::string> unescaped(std::string_view token) {
    std::string out;
    for (std::size_t i = 0; i < token.size(); ++i) {
        if (token[i] != '~') {
            out += token[i];
            continue;
        }
        const char next = ++i < token.size() ? token[i] : '\0';
        if (next != '0' && next != '1') return std::nullopt;
        out += next == '0' ? '~' : '/';
    }
    return out;
}

const Value* elementOf(const List& list, const std::string& token) {
    std::size_t index = 0;
    const char* end = token.data() + token.size();
    const auto [stop, problem] = std::from_chars(token.data(), end, index);
    const bool isIndex = problem == std::errc{} && stop == end &&
                         (token.size() == 1 || token.front() != '0') && index < list.size();
    return isIndex ? &list[index] : nullptr;
}

const Value* child(const Value& value, const std::string& token) {
    if (const auto* fields = std::get_if<Fields>(&value.is)) return find(*fields, token);
    if (const auto* list = std::get_if<List>(&value.is)) return elementOf(*list, token);
    return nullptr;
}

}  // namespace

Result<JsonPointer> JsonPointer::parse(std::string_view text) {
    if (text.size() > kLongestPointer) {
        return Error{"", "must have at most 256 characters, found " + std::to_string(text.size())};
    }
    if (!text.empty() && text.front() != '/') {
        return Error{"", "must be a JSON pointer such as /device/eui, found \"" +
                             documents::excerpt(text) + "\""};
    }
    JsonPointer pointer;
    pointer.text_ = text;
    while (!text.empty()) {
        text.remove_prefix(1);
        const std::size_t size = std::min(text.find('/'), text.size());
        auto token = unescaped(text.substr(0, size));
        if (!token) {
            return Error{"",
                         "must be a JSON pointer, in which ~ is written ~0 and / is written ~1, "
                         "found \"" +
                             documents::excerpt(pointer.text_) + "\""};
        }
        pointer.tokens_.push_back(std::move(*token));
        text.remove_prefix(size);
    }
    return pointer;
}

const Value* JsonPointer::in(const Value& document) const {
    const Value* value = &document;
    for (const std::string& token : tokens_) {
        value = child(*value, token);
        if (value == nullptr) return nullptr;
    }
    return value;
}

bool JsonPointer::isAmbiguousIn(const Value& document) const {
    const Value* value = &document;
    for (const std::string& token : tokens_) {
        const auto* fields = std::get_if<Fields>(&value->is);
        if (fields != nullptr && std::ranges::count(*fields, token, &Field::name) > 1) return true;
        value = child(*value, token);
        if (value == nullptr) return false;
    }
    return false;
}

}  // namespace runnel::templates
