// SPDX-License-Identifier: Apache-2.0
#include "admin/json_body.h"

#include <Poco/JSON/JSONException.h>
#include <Poco/JSON/ParseHandler.h>
#include <Poco/JSON/Parser.h>
#include <strings.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <exception>
#include <set>
#include <sstream>
#include <vector>

#include "admin/json_string.h"

namespace runnel::admin {

namespace {

/// Builds the document as Poco does, and refuses what Poco would swallow.
class StrictHandler final : public Poco::JSON::ParseHandler {
  public:
    StrictHandler() : ParseHandler(true) {}

    void startObject() override {
        keys_.emplace_back();
        ParseHandler::startObject();
    }
    void endObject() override {
        keys_.pop_back();
        ParseHandler::endObject();
    }
    void key(const std::string& name) override {
        if (!keys_.back().insert(name).second) {
            throw Problem(400, "the key \"" + name + "\" is there twice in one object");
        }
        ParseHandler::key(name);
    }
    using ParseHandler::value;
    void value(double number) override {
        if (!std::isfinite(number)) throw Problem(400, "a number is larger than a double can be");
        ParseHandler::value(number);
    }

  private:
    std::vector<std::set<std::string>> keys_;
};

Poco::Dynamic::Var parsed(std::string_view text) {
    const Poco::SharedPtr<StrictHandler> handler(new StrictHandler);
    Poco::JSON::Parser parser(handler);
    parser.setDepth(kMaxDepth);
    parser.parse(std::string(text));
    return handler->asVar();
}

[[noreturn]] void notJson(std::string_view reason) {
    throw Problem(400, "the body is not JSON: " + std::string(reason));
}

/// Poco's own look for it takes a backslash that is escaped for the beginning of an escape.
bool hasEscapedNul(std::string_view text) {
    for (auto at = text.find('\\'); at != std::string_view::npos; at = text.find('\\', at + 2)) {
        if (text.substr(at, 6) == "\\u0000") return true;
    }
    return false;
}

/// Whether the digits [begin, end) are all of a number but its sign.
bool isInteger(std::string_view text, std::size_t begin, std::size_t end) {
    constexpr std::string_view kBefore = ".eE+";
    constexpr std::string_view kBehind = ".eE";
    const bool isPart = begin > 0 && kBefore.find(text[begin - 1]) != std::string_view::npos;
    const bool goesOn = end < text.size() && kBehind.find(text[end]) != std::string_view::npos;
    return !isPart && !goesOn;
}

bool fits(std::string_view text, std::size_t begin, std::size_t end) {
    constexpr std::uint64_t kLowest = std::uint64_t{1} << 63U;
    std::uint64_t value = 0;
    const auto [stop, error] = std::from_chars(text.data() + begin, text.data() + end, value);
    const bool isNegative = begin > 0 && text[begin - 1] == '-';
    return error == std::errc{} && (!isNegative || value <= kLowest);
}

/// Poco makes something else of an integer that 64 bits do not hold. Looks at digits outside of
/// strings only; whether they are JSON is for the parser to say.
void requireNoHugeInteger(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789";
    bool isInString = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (isInString) {
            isInString = text[i] != '"';
            if (text[i] == '\\') ++i;
            continue;
        }
        isInString = text[i] == '"';
        const std::size_t end = std::min(text.find_first_not_of(kDigits, i), text.size());
        if (end == i) continue;
        if (isInteger(text, i, end) && !fits(text, i, end)) {
            throw Problem(400, "an integer is larger than 64 bits can hold");
        }
        i = end - 1;
    }
}

/// "application/json" of "Application/JSON; charset=utf-8".
bool isMediaType(std::string_view header, std::string_view wanted) {
    std::string_view type = header.substr(0, header.find(';'));
    while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
    return type.size() == wanted.size() &&
           ::strncasecmp(type.data(), wanted.data(), wanted.size()) == 0;
}

void requireContentType(const ApiRequest& request) {
    const std::string_view found = request.header("Content-Type");
    const bool isPatch = request.method == "PATCH";
    if (isMediaType(found, "application/json")) return;
    if (isPatch && isMediaType(found, "application/merge-patch+json")) return;
    throw Problem(415, std::string("Content-Type has to be application/json") +
                           (isPatch ? " or application/merge-patch+json" : "") + ", found " +
                           (found.empty() ? "none" : "\"" + std::string(found) + "\""));
}

template <class Wanted>
Wanted bodyAs(const ApiRequest& request, std::string_view expected) {
    requireContentType(request);
    const Poco::Dynamic::Var value = parseJson(request.body);
    if (value.type() == typeid(Wanted)) return value.extract<Wanted>();
    throw Problem(400, "the body has to be " + std::string(expected) + ", found " +
                           std::string(jsonKind(value)));
}

}  // namespace

Poco::JSON::Object::Ptr jsonObject(const ApiRequest& request) {
    return bodyAs<Poco::JSON::Object::Ptr>(request, "a JSON object");
}

Poco::JSON::Object::Ptr optionalJsonObject(const ApiRequest& request) {
    return request.body.empty() ? newObject() : jsonObject(request);
}

Poco::JSON::Array::Ptr jsonArray(const ApiRequest& request) {
    return bodyAs<Poco::JSON::Array::Ptr>(request, "a JSON array");
}

Poco::Dynamic::Var parseJson(std::string_view text) {
    if (text.size() > kMaxBodyBytes) {
        throw Problem(413, "the body has " + std::to_string(text.size()) + " bytes, at most " +
                               std::to_string(kMaxBodyBytes) + " are taken");
    }
    if (text.find('\0') != std::string_view::npos || hasEscapedNul(text)) {
        notJson("there is a NUL in it");
    }
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) notJson("it is empty");
    if (text[begin] != '{' && text[begin] != '[') {
        throw Problem(400, "the body has to begin with { or [, found \"" +
                               std::string(text.substr(begin, 20)) + "\"");
    }
    if (const std::size_t at = firstNonUtf8(text); at != text.size()) {
        notJson("byte " + std::to_string(at) + " is not UTF-8");
    }
    requireNoHugeInteger(text);
    try {
        return parsed(text);
    } catch (const Problem&) {
        throw;
    } catch (const Poco::Exception& error) {
        notJson(error.message().empty() ? error.name() : error.message());
    } catch (const std::exception& error) {
        notJson(error.what());
    }
}

Poco::JSON::Object::Ptr newObject() {
    return new Poco::JSON::Object(Poco::JSON_PRESERVE_KEY_ORDER);
}

std::string jsonText(const Poco::Dynamic::Var& value) {
    std::ostringstream out;
    Poco::JSON::Stringifier::stringify(value, out);
    return out.str();
}

std::string_view jsonKind(const Poco::Dynamic::Var& value) {
    if (value.isEmpty()) return "null";
    if (value.type() == typeid(Poco::JSON::Object::Ptr)) return "an object";
    if (value.type() == typeid(Poco::JSON::Array::Ptr)) return "an array";
    if (value.isString()) return "a string";
    if (value.isBoolean()) return "true or false";
    return value.isNumeric() ? "a number" : "something else";
}

}  // namespace runnel::admin
