// SPDX-License-Identifier: Apache-2.0
#include "documents/xml_values.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "documents/json_text.h"
#include "documents/parsed.h"
#include "documents/xml_text.h"

namespace runnel::documents {
namespace {

constexpr int kDeepestValue = 32;

void appendElement(std::string& out, std::string_view start, const Value& value, int depth);

/// One overload per alternative of Value: the rest of the start tag, and the content.
struct ContentAppender {
    std::string& out;
    int depth;

    void operator()(std::monostate) const { out += " type=\"null\">"; }
    void operator()(bool flag) const {
        out += " type=\"boolean\">";
        out += flag ? "true" : "false";
    }
    void operator()(std::int64_t number) const {
        out += " type=\"number\">";
        appendValue(out, {number});
    }
    void operator()(double number) const {
        if (!std::isfinite(number)) return (*this)(std::monostate{});
        out += " type=\"number\">";
        appendValue(out, {number});
    }
    void operator()(const std::string& text) const {
        out += '>';
        appendXmlText(out, text);
    }
    void operator()(const List& list) const {
        out += " type=\"list\">";
        for (const Value& item : list) appendElement(out, "Item", item, depth + 1);
    }
    void operator()(const Fields& fields) const {
        out += " type=\"object\">";
        appendMembers(fields);
    }
    void appendMembers(const Fields& fields) const {
        for (const Field& field : fields) {
            std::string start = "Field name=\"";
            appendXmlText(start, field.name);
            appendElement(out, start += '"', field.value, depth + 1);
        }
    }
};

void appendElement(std::string& out, std::string_view start, const Value& value, int depth) {
    out += '<';
    out += start;
    if (depth > kDeepestValue) {
        ContentAppender{out, depth}(std::monostate{});
    } else {
        std::visit(ContentAppender{out, depth}, value.is);
    }
    out += "</";
    out += start.substr(0, start.find(' '));
    out += '>';
}

Error wrong(const XmlElement& element, const std::string& reason) {
    return {"", "has <" + excerpt(element.tag) + " type=\"" + excerpt(element.type) +
                    "\">, which " + reason};
}

Result<Value> numberIn(const XmlElement& element) {
    Value value = numberOrText(element.text);
    const auto* number = std::get_if<double>(&value.is);
    const bool isText = std::holds_alternative<std::string>(value.is);
    if (isText || (number != nullptr && !std::isfinite(*number))) {
        return wrong(element, "must be a number of at most 64 bits, found the text \"" +
                                  excerpt(element.text) + "\"");
    }
    return value;
}

Result<Value> booleanIn(const XmlElement& element) {
    const std::string_view text = trimmedText(element.text);
    if (text != "true" && text != "false") {
        return wrong(element, "must be true or false, found the text \"" + excerpt(text) + "\"");
    }
    return Value{text == "true"};
}

}  // namespace

std::string_view trimmedText(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const std::size_t from = text.find_first_not_of(kSpace);
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(kSpace) - from + 1);
}

Value numberOrText(std::string_view text) {
    text = trimmedText(text);
    const char* end = text.data() + text.size();
    std::int64_t whole = 0;
    const auto asWhole = std::from_chars(text.data(), end, whole);
    if (asWhole.ec == std::errc{} && asWhole.ptr == end) return {whole};
    double number = 0;
    const auto asReal = std::from_chars(text.data(), end, number);
    const bool isLetters = text.find_first_not_of("0123456789+-.eE") != std::string_view::npos;
    if (text.empty() || isLetters || asReal.ptr != end ||
        asReal.ec == std::errc::invalid_argument) {
        return {std::string{text}};
    }
    const bool isTooLarge = asReal.ec != std::errc{} || asWhole.ptr == end;
    return {isTooLarge ? std::numeric_limits<double>::infinity() : number};
}

Result<Value> typedValue(XmlElement element) {
    const bool hasChildren = element.type == "list" || element.type == "object";
    if (element.tag != "Field" && element.tag != "Item") {
        return Error{"", "has <" + excerpt(element.tag) + ">, known are <Field> and <Item>"};
    }
    if (!hasChildren && !element.children.empty()) {
        return wrong(element, "must be of type list or object to hold elements");
    }
    if (element.type == "object") return Value{std::move(element.children)};
    if (element.type == "number") return numberIn(element);
    if (element.type == "boolean") return booleanIn(element);
    if (element.type == "null") return Value{};
    if (element.type == "list") {
        List list;
        for (Field& child : element.children) list.push_back(std::move(child.value));
        return Value{std::move(list)};
    }
    if (!element.type.empty() && element.type != "text") {
        return wrong(element, "is not known; known are text, number, boolean, null, list, object");
    }
    return Value{std::move(element.text)};
}

Result<Value> memberValue(XmlElement element) {
    if (isSameName(element.tag, "Fields") || !element.children.empty()) {
        return Value{std::move(element.children)};
    }
    for (const std::string_view name : {"Type", "Port", "ExpiresAt", "Ack"}) {
        if (isSameName(element.tag, name)) return numberOrText(element.text);
    }
    return Value{std::string{trimmedText(element.text)}};
}

void appendXmlFields(std::string& out, const Fields& fields) {
    ContentAppender{out, 0}.appendMembers(fields);
}

}  // namespace runnel::documents
