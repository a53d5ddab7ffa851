// SPDX-License-Identifier: Apache-2.0
#include "template/difference.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <type_traits>
#include <vector>

#include "config/json_tree.h"
#include "config/option_values.h"

namespace runnel {

namespace {

constexpr std::size_t kMostShown = 120;  ///< bytes of a text

std::string excerpt(std::string_view text) {
    if (text.size() <= kMostShown) return std::string(text);
    std::size_t end = kMostShown;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return std::string(text.substr(0, end)) + "…";
}

std::string inQuotes(std::string_view text) {
    return "\"" + excerpt(text) + "\"";
}

struct InWords {
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(std::int64_t value) const { return std::to_string(value); }
    std::string operator()(double value) const {
        char digits[32];
        const auto [end, problem] = std::to_chars(digits, digits + sizeof digits, value);
        return {digits, end};
    }
    std::string operator()(const std::string& value) const { return "the text " + inQuotes(value); }
    std::string operator()(const List& value) const {
        return "a list of " + std::to_string(value.size());
    }
    std::string operator()(const Fields&) const { return "a mapping"; }
};

std::string inWords(const Value& value) {
    return std::visit(InWords{}, value.is);
}

std::optional<double> numberOf(const Value& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value.is)) {
        return static_cast<double>(*whole);
    }
    const auto* number = std::get_if<double>(&value.is);
    return number != nullptr ? std::optional(*number) : std::nullopt;
}

bool isClose(double a, double b) {
    constexpr double kRelative = 1e-9;
    constexpr double kNothing = 1e-12;  // 0.1 + 0.2 - 0.3 is 0
    return a == b ||
           std::abs(a - b) <= std::max(kNothing, kRelative * std::max(std::abs(a), std::abs(b)));
}

/// Walks through both and stops at the first difference.
class Comparison final {
  public:
    std::optional<std::string> compare(const Value& expected, const Value& found) {
        look(expected, found);
        return std::move(difference_);
    }

  private:
    void look(const Value& expected, const Value& found) {
        const auto* list = std::get_if<List>(&expected.is);
        const auto* fields = std::get_if<Fields>(&expected.is);
        const auto* otherList = std::get_if<List>(&found.is);
        const auto* otherFields = std::get_if<Fields>(&found.is);
        if (list != nullptr && otherList != nullptr && list->size() == otherList->size()) {
            for (std::size_t i = 0; i < list->size(); ++i) {
                inside(std::to_string(i), (*list)[i], (*otherList)[i]);
            }
        } else if (fields != nullptr && otherFields != nullptr) {
            lookAtMembers(*fields, *otherFields);
        } else if (!isSameScalar(expected, found)) {
            differ("expected " + inWords(expected) + ", found " + inWords(found));
        }
    }

    static bool isSameScalar(const Value& expected, const Value& found) {
        const auto a = numberOf(expected);
        const auto b = numberOf(found);
        if (a && b && expected.is.index() != found.is.index()) return isClose(*a, *b);
        if (a && b && std::holds_alternative<double>(expected.is)) return isClose(*a, *b);
        return std::visit(
            [&](const auto& value) {
                using Kind = std::decay_t<decltype(value)>;
                if constexpr (std::is_same_v<Kind, List> || std::is_same_v<Kind, Fields>) {
                    return false;
                } else {
                    const auto* other = std::get_if<Kind>(&found.is);
                    return other != nullptr && *other == value;
                }
            },
            expected.is);
    }

    void lookAtMembers(const Fields& expected, const Fields& found) {
        for (const Field& field : expected) {
            if (const Value* other = find(found, field.name)) {
                inside(field.name, field.value, *other);
            } else {
                differAt(field.name, "expected " + inWords(field.value) + ", found no such member");
            }
        }
        for (const Field& field : found) {
            if (find(expected, field.name) != nullptr) continue;
            differAt(field.name, "expected no such member, found " + inWords(field.value));
        }
    }

    void inside(const std::string& name, const Value& expected, const Value& found) {
        if (difference_) return;
        const std::size_t length = push(name);
        look(expected, found);
        pointer_.resize(length);
    }

    void differAt(const std::string& name, const std::string& what) {
        const std::size_t length = push(name);
        differ(what);
        pointer_.resize(length);
    }

    void differ(const std::string& what) {
        if (!difference_) difference_ = pointer_ + ": " + what;
    }

    /// Goes one step deeper; the pointer's length before that.
    std::size_t push(const std::string& name) {
        const std::size_t length = pointer_.size();
        pointer_ += pointerStep(name);
        return length;
    }

    std::string pointer_;
    std::optional<std::string> difference_;
};

std::string_view withoutEnd(std::string_view text) {
    const std::size_t last = text.find_last_not_of(" \t\r\n");
    return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

bool isJson(std::string_view contentType) {
    return withoutEnd(contentType.substr(0, contentType.find(';'))).ends_with("json");
}

Result<Value> parse(std::string_view document) {
    try {
        Poco::JSON::Parser parser(new Poco::JSON::ParseHandler(true));
        const JsonTree tree(parser.parse(std::string(document)));
        std::vector<Complaint> ignored;
        FileCheck check("", ignored);
        return readTree(tree.root(), check);
    } catch (const Poco::Exception& error) {
        return Error{"", "is no JSON: " + error.displayText()};
    }
}

}  // namespace

std::optional<std::string> difference(const Value& expected, const Value& found) {
    return Comparison{}.compare(expected, found);
}

std::optional<std::string> documentDifference(std::string_view contentType,
                                              std::string_view expected, std::string_view found) {
    expected = withoutEnd(expected);
    found = withoutEnd(found);
    if (expected == found) return std::nullopt;
    // A document that is filtered is empty, and so is what is expected of it.
    if (!isJson(contentType) || expected.empty() || found.empty()) {
        return ": expected " + inQuotes(expected) + ", found " + inQuotes(found);
    }
    const auto wanted = parse(expected);
    if (!wanted) return ": what is expected " + wanted.error().reason;
    const auto came = parse(found);
    if (!came) return ": what came " + came.error().reason;
    return difference(*wanted, *came);
}

}  // namespace runnel
