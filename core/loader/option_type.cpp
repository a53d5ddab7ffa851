// SPDX-License-Identifier: Apache-2.0
#include "loader/option_type.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace runnel {
namespace {

using Is = OptionType::Is;

/// The number that the whole of `text` spells, or nullopt.
template <class T>
std::optional<T> number(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if constexpr (std::is_floating_point_v<T>) {
        if (!std::isfinite(value)) return std::nullopt;
    }
    return value;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (true) {
        const std::size_t end = text.find(separator);
        parts.emplace_back(trimmed(text.substr(0, end)));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

/// "1..65535" into `low` and `high`; an absent range leaves them alone.
template <class T>
bool readRange(std::string_view range, T& low, T& high) {
    if (range.empty()) return true;
    const std::size_t dots = range.find("..");
    if (dots == std::string_view::npos) return false;
    const auto first = number<T>(range.substr(0, dots));
    const auto last = number<T>(range.substr(dots + 2));
    if (!first || !last || *first > *last) return false;
    low = *first;
    high = *last;
    return true;
}

/// 5 rather than 5.000000.
std::string numberText(double value) {
    char buffer[32];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
    return error == std::errc{} ? std::string(buffer, end) : std::string();
}

/// What stands between the first and the last character, if these are the given ones.
std::optional<std::string_view> inner(std::string_view text, char open, char close) {
    if (text.size() < 2 || text.front() != open || text.back() != close) return std::nullopt;
    return trimmed(text.substr(1, text.size() - 2));
}

std::optional<Value> readFlowList(std::string_view text) {
    const auto content = inner(text, '[', ']');
    if (!content) return std::nullopt;
    List list;
    if (!content->empty()) {
        for (std::string& part : split(*content, ',')) list.push_back(Value{std::move(part)});
    }
    return Value{std::move(list)};
}

std::optional<Value> readFlowMap(std::string_view text) {
    const auto content = inner(text, '{', '}');
    if (!content) return std::nullopt;
    Fields fields;
    if (content->empty()) return Value{std::move(fields)};
    for (const std::string& part : split(*content, ',')) {
        const std::size_t colon = part.find(": ");
        if (colon == std::string::npos || colon == 0) return std::nullopt;
        fields.push_back(
            Field{part.substr(0, colon),
                  Value{std::string(trimmed(std::string_view(part).substr(colon + 2)))}});
    }
    return Value{std::move(fields)};
}

}  // namespace

std::optional<OptionType> parseOptionType(std::string_view type) {
    const std::size_t space = type.find(' ');
    const std::string_view word = type.substr(0, space);
    const std::string_view rest =
        space == std::string_view::npos ? std::string_view{} : type.substr(space + 1);
    if (space != std::string_view::npos && rest.empty()) return std::nullopt;
    OptionType parsed;
    if (word == "integer" && readRange(rest, parsed.least, parsed.most)) {
        parsed.is = Is::Integer;
        return parsed;
    }
    if (word == "number" && readRange(rest, parsed.lowest, parsed.highest)) {
        parsed.is = Is::Number;
        return parsed;
    }
    if (word == "choice" && !rest.empty()) {
        parsed.is = Is::Choice;
        parsed.choices = split(rest, '|');
        const bool hasEmpty = std::any_of(parsed.choices.begin(), parsed.choices.end(),
                                          [](const std::string& one) { return one.empty(); });
        return hasEmpty ? std::nullopt : std::optional(parsed);
    }
    static constexpr std::pair<std::string_view, Is> kPlain[] = {{"text", Is::Text},
                                                                 {"boolean", Is::Boolean},
                                                                 {"list", Is::TextList},
                                                                 {"map", Is::TextMap},
                                                                 {"tree", Is::Tree}};
    for (const auto& [name, is] : kPlain) {
        if (type != name) continue;
        parsed.is = is;
        return parsed;
    }
    return std::nullopt;
}

std::string expectation(const OptionType& type) {
    const OptionType unbounded;
    switch (type.is) {
        case Is::Text:
            return "a text";
        case Is::Boolean:
            return "true or false";
        case Is::Integer:
            if (type.least == unbounded.least && type.most == unbounded.most) return "an integer";
            return "an integer from " + std::to_string(type.least) + " to " +
                   std::to_string(type.most);
        case Is::Number:
            if (type.lowest == unbounded.lowest && type.highest == unbounded.highest) {
                return "a number";
            }
            return "a number from " + numberText(type.lowest) + " to " + numberText(type.highest);
        case Is::Choice: {
            std::string words = "one of ";
            for (const std::string& choice : type.choices) {
                if (&choice != &type.choices.front()) words += ", ";
                words += choice;
            }
            return words;
        }
        case Is::TextList:
            return "a list of texts";
        case Is::TextMap:
            return "a map from text to text";
        case Is::Tree:
            return "a list or a mapping";
    }
    return {};
}

std::optional<Value> readScalar(const OptionType& type, std::string_view text) {
    switch (type.is) {
        case Is::Text:
            return Value{std::string(text)};
        case Is::Boolean:
            if (text != "true" && text != "false") return std::nullopt;
            return Value{text == "true"};
        case Is::Integer: {
            const auto value = number<std::int64_t>(text);
            if (!value || *value < type.least || *value > type.most) return std::nullopt;
            return Value{*value};
        }
        case Is::Number: {
            const auto value = number<double>(text);
            if (!value || *value < type.lowest || *value > type.highest) return std::nullopt;
            return Value{*value};
        }
        case Is::Choice: {
            const auto& choices = type.choices;
            if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
                return std::nullopt;
            }
            return Value{std::string(text)};
        }
        case Is::TextList:
        case Is::TextMap:
        case Is::Tree:
            break;
    }
    return std::nullopt;
}

std::optional<Value> readFallback(const OptionType& type, std::string_view text) {
    if (type.is == Is::TextList) return readFlowList(text);
    if (type.is == Is::TextMap) return readFlowMap(text);
    return readScalar(type, text);
}

}  // namespace runnel
