// SPDX-License-Identifier: Apache-2.0
#include "events/json_reader.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>
#include <Poco/String.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>

#include "events/base64.h"
#include "events/rfc3339.h"

namespace runnel::events {

namespace {

using Poco::Dynamic::Var;

constexpr std::size_t kMaxDepth = 64;

/// Behind the text whose opening quote is at `start`.
std::size_t endOfText(std::string_view document, std::size_t start) {
    std::size_t i = start + 1;
    while (i < document.size() && document[i] != '"') i += document[i] == '\\' ? 2 : 1;
    return std::min(i + 1, document.size());
}

/// Poco reads an integer beyond 64 bits as some other number. With a fraction it becomes a double,
/// which the range checks judge right; so ".0" is put behind integers of 19 digits and more.
std::string widenLongIntegers(std::string_view document) {
    constexpr std::string_view kDigits = "0123456789";
    std::string out;
    out.reserve(document.size() + 16);
    for (std::size_t i = 0; i < document.size();) {
        std::size_t end = i + 1;
        bool isLong = false;
        if (document[i] == '"') {
            end = endOfText(document, i);
        } else if (kDigits.find(document[i]) != std::string_view::npos) {
            end = std::min(document.find_first_not_of("0123456789.eE+-", i), document.size());
            const std::string_view number = document.substr(i, end - i);
            isLong =
                number.size() >= 19 && number.find_first_not_of(kDigits) == std::string_view::npos;
        }
        out += document.substr(i, end - i);
        if (isLong) out += ".0";
        i = end;
    }
    return out;
}

bool isNumber(const Var& value) {
    return value.isNumeric() && !value.isBoolean();
}

std::string describe(const Var& value) {
    constexpr std::size_t kLongest = 40;
    if (value.isEmpty()) return "nothing";
    if (value.type() == typeid(Poco::JSON::Object::Ptr)) return "an object";
    if (value.type() == typeid(Poco::JSON::Array::Ptr)) return "a list";
    std::string found = value.toString();
    if (found.size() > kLongest) {
        // Not in the middle of a UTF-8 sequence.
        std::size_t end = kLongest;
        while (end > 0 && (static_cast<unsigned char>(found[end]) & 0xC0U) == 0x80U) --end;
        found = found.substr(0, end) + "…";
    }
    return value.isString() ? '"' + found + '"' : found;
}

std::optional<double> numberIn(const Var& value) {
    if (isNumber(value)) return value.convert<double>();
    double number = 0;
    if (!value.isString()) return std::nullopt;
    const auto& text = value.extract<std::string>();
    if (!Poco::NumberParser::tryParseFloat(text, number) || !std::isfinite(number)) {
        return std::nullopt;
    }
    return number;
}

}  // namespace

Result<Poco::JSON::Object::Ptr> parseObject(std::string_view document) {
    try {
        Poco::JSON::Parser parser;
        parser.setDepth(kMaxDepth);
        const Var root = parser.parse(widenLongIntegers(document));
        if (root.type() == typeid(Poco::JSON::Array::Ptr)) {
            return Error{"", "the document must be one JSON object, found a list"};
        }
        if (root.type() != typeid(Poco::JSON::Object::Ptr)) {
            return Error{"", "the document must be a JSON object"};
        }
        return root.extract<Poco::JSON::Object::Ptr>();
    } catch (const Poco::Exception& exception) {
        return Error{"", "the document is not JSON: " + exception.message()};
    } catch (const std::exception& exception) {
        return Error{"", std::string("the document is not JSON: ") + exception.what()};
    }
}

JsonReader::JsonReader(Poco::JSON::Object::Ptr object, Complaint& complaint, Keys keys)
    : object_(std::move(object)), complaint_(complaint), keys_(keys) {}

JsonReader::JsonReader(Poco::JSON::Object::Ptr object, const JsonReader& parent, std::string path)
    : object_(std::move(object)),
      complaint_(parent.complaint_),
      path_(std::move(path)),
      keys_(parent.keys_) {}

bool JsonReader::has(std::string_view name) const {
    return !get(name).isEmpty();
}

std::string JsonReader::text(std::string_view name) const {
    const Var value = get(name);
    if (value.isEmpty()) return {};
    if (value.isString()) return value.extract<std::string>();
    expected(name, "a text", value);
    return {};
}

bool JsonReader::boolean(std::string_view name) const {
    const Var value = get(name);
    if (value.isEmpty()) return false;
    if (value.isBoolean()) return value.extract<bool>();
    expected(name, "true or false", value);
    return false;
}

std::int64_t JsonReader::integer(std::string_view name, std::int64_t least,
                                 std::int64_t most) const {
    const Var value = get(name);
    if (value.isEmpty()) return 0;
    const double number = isNumber(value) ? value.convert<double>() : NAN;
    // Written so that NaN fails too.
    if (number >= static_cast<double>(least) && number <= static_cast<double>(most) &&
        std::trunc(number) == number) {
        return static_cast<std::int64_t>(number);
    }
    expected(name, "a whole number of " + std::to_string(least) + " to " + std::to_string(most),
             value);
    return 0;
}

double JsonReader::figure(std::string_view name, double least, double most) const {
    const Var value = get(name);
    if (value.isEmpty()) return 0;
    if (const auto number = numberIn(value)) return std::clamp(*number, least, most);
    expected(name, "a number", value);
    return 0;
}

std::uint32_t JsonReader::hertz(std::string_view name, double unitHz) const {
    constexpr double kMost = std::numeric_limits<std::uint32_t>::max();
    const double hertz = std::round(figure(name, 0, 1e15) * unitHz);
    return hertz > kMost ? 0 : static_cast<std::uint32_t>(hertz);
}

std::optional<Eui> JsonReader::eui(std::string_view name) const {
    const Var value = get(name);
    if (value.isEmpty()) return std::nullopt;
    std::optional<Eui> eui;
    if (value.isString()) eui = parseEui(value.extract<std::string>());
    if (!eui) expected(name, "an EUI of 16 hexadecimal digits", value);
    return eui;
}

Eui JsonReader::requiredEui(std::string_view name) const {
    if (!has(name)) expected(name, "an EUI of 16 hexadecimal digits", {});
    return eui(name).value_or(Eui{});
}

std::optional<Instant> JsonReader::time(std::string_view name) const {
    const std::string value = text(name);
    if (value.empty()) return std::nullopt;
    const std::optional<Instant> instant = parseRfc3339(value);
    if (!instant) expected(name, "a time such as 2025-01-31T12:00:00Z", value);
    return instant;
}

Bytes JsonReader::base64(std::string_view name) const {
    const std::string value = text(name);
    auto bytes = decodeBase64(value);
    if (!bytes) expected(name, "base64", value);
    return bytes ? *std::move(bytes) : Bytes();
}

Bytes JsonReader::hex(std::string_view name) const {
    const std::string value = text(name);
    auto bytes = parseHex(value);
    if (!bytes) expected(name, "pairs of hexadecimal digits", value);
    return bytes ? *std::move(bytes) : Bytes();
}

JsonReader JsonReader::object(std::string_view name) const {
    const Var value = get(name);
    Poco::JSON::Object::Ptr child;
    if (value.type() == typeid(Poco::JSON::Object::Ptr)) {
        child = value.extract<Poco::JSON::Object::Ptr>();
    } else if (!value.isEmpty()) {
        expected(name, "an object", value);
    }
    return {child, *this, path(name) + '.'};
}

std::vector<JsonReader> JsonReader::objects(std::string_view name) const {
    std::vector<JsonReader> readers;
    const Var value = get(name);
    if (value.isEmpty()) return readers;
    if (value.type() != typeid(Poco::JSON::Array::Ptr)) {
        expected(name, "a list of objects", value);
        return readers;
    }
    const auto& list = *value.extract<Poco::JSON::Array::Ptr>();
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string element = std::string(name) + '[' + std::to_string(i) + ']';
        const Poco::JSON::Object::Ptr child = list.getObject(static_cast<unsigned>(i));
        if (!child) expected(element, "an object", list.get(static_cast<unsigned>(i)));
        readers.push_back(JsonReader(child, *this, path(element) + '.'));
    }
    return readers;
}

std::vector<std::string> JsonReader::texts(std::string_view name) const {
    std::vector<std::string> texts;
    const Var value = get(name);
    if (value.isEmpty()) return texts;
    if (value.type() != typeid(Poco::JSON::Array::Ptr)) {
        expected(name, "a list of texts", value);
        return texts;
    }
    const auto& list = *value.extract<Poco::JSON::Array::Ptr>();
    for (const Var& element : list) {
        if (element.isString()) {
            texts.push_back(element.extract<std::string>());
        } else {
            expected(name, "a list of texts", element);
        }
    }
    return texts;
}

std::optional<Field> JsonReader::scalar(std::string_view name) const {
    const Var value = get(name);
    if (value.isString()) return Field{std::string(name), {value.extract<std::string>()}};
    if (value.isBoolean()) return Field{std::string(name), {value.extract<bool>()}};
    if (isNumber(value)) return Field{std::string(name), {value.convert<double>()}};
    return std::nullopt;
}

void JsonReader::complain(std::string_view name, std::string reason) const {
    if (!complaint_) complaint_ = Error{path(name), std::move(reason)};
}

Var JsonReader::get(std::string_view name) const {
    if (!object_) return {};
    if (keys_ == Keys::Exact) return object_->get(std::string(name));
    Var found;
    bool isFound = false;
    for (const auto& [key, value] : *object_) {
        if (Poco::icompare(key, std::string(name)) != 0) continue;
        if (isFound) complain(name, "is there twice, in different spellings");
        found = value;
        isFound = true;
    }
    return found;
}

std::string JsonReader::path(std::string_view name) const {
    return path_ + std::string(name);
}

void JsonReader::expected(std::string_view name, const std::string& what, const Var& found) const {
    complain(name, "must be " + what + ", found " + describe(found));
}

}  // namespace runnel::events
