// SPDX-License-Identifier: Apache-2.0
#include "child/answer.h"

#include <js/Array.h>
#include <js/PropertyAndElement.h>
#include <js/Value.h>
#include <js/experimental/TypedData.h>
#include <jsapi.h>

#include <algorithm>
#include <cmath>

#include "child/failure.h"
#include "child/from_script.h"

namespace runnel::javascript {
namespace {

constexpr std::uint32_t kMaxTexts = 16;     // errors or warnings that are passed on
constexpr std::uint32_t kMaxPayload = 242;  // bytes; LoRaWAN Regional Parameters, the largest N
constexpr int kMaxPort = 223;

/// Whether it is a whole number from 0 to `most`.
bool isWhole(JS::HandleValue value, int most) {
    if (!value.isNumber()) return false;
    const double number = value.toNumber();
    return number >= 0 && number <= most && std::trunc(number) == number;
}

}  // namespace

std::optional<Error> Answer::member(JS::HandleObject result, const char* name,
                                    JS::MutableHandleValue value) {
    if (JS_GetProperty(context_, result, name, value)) return std::nullopt;
    return fail("failed: " + takeException(context_));
}

std::optional<Error> Answer::texts(JS::HandleObject result, const char* name,
                                   std::vector<std::string>& texts) {
    JS::RootedValue value{context_};
    if (auto error = member(result, name, &value)) return error;
    if (value.isString()) texts.push_back(textOf(context_, value));
    if (!value.isObject()) return std::nullopt;
    const JS::RootedObject list{context_, &value.toObject()};
    bool isArray = false;
    std::uint32_t length = 0;
    bool isRead = JS::IsArrayObject(context_, list, &isArray) &&
                  (!isArray || JS::GetArrayLength(context_, list, &length));
    JS::RootedValue text{context_};
    for (std::uint32_t i = 0; isRead && i < std::min(length, kMaxTexts); ++i) {
        isRead = JS_GetElement(context_, list, i, &text);
        if (isRead) texts.push_back(textOf(context_, text));
    }
    if (isRead) return std::nullopt;
    return fail("failed: " + takeException(context_));
}

std::optional<Error> Answer::refusal(JS::HandleObject result) {
    std::vector<std::string> errors;
    if (auto error = texts(result, "errors", errors)) return error;
    if (errors.empty()) return std::nullopt;
    std::string reason = "reports: ";
    for (const std::string& each : errors) reason += (&each == &errors[0] ? "" : "; ") + each;
    return fail(shortened(std::move(reason)));
}

std::optional<Error> Answer::writeWarnings(JS::HandleObject result) {
    std::vector<std::string> warnings;
    if (auto error = texts(result, "warnings", warnings)) return error;
    out_.number(static_cast<std::uint32_t>(warnings.size()));
    for (const std::string& warning : warnings) out_.text(warning);
    return std::nullopt;
}

std::optional<Error> Answer::writeFields(JS::HandleObject result) {
    if (auto error = refusal(result)) return error;
    JS::RootedValue data{context_};
    if (auto error = member(result, "data", &data)) return error;
    bool isArray = false;
    if (data.isObject()) {
        const JS::RootedObject object{context_, &data.toObject()};
        if (!JS::IsArrayObject(context_, object, &isArray)) {
            return fail("failed: " + takeException(context_));
        }
    }
    if (!data.isObject() || isArray) return fail("has to return {data: {…}}, an object in it");
    const std::size_t begin = out_.size();
    FromScript from{context_, out_};
    if (!from.write(data)) {
        if (from.problem().empty()) return fail("failed: " + takeException(context_));
        return fail("returned data that " + from.problem());
    }
    if (!out_.has(begin, Tag::Fields)) return fail("has to return {data: {…}}, an object in it");
    out_.number(std::uint8_t{});
    out_.text({});
    return writeWarnings(result);
}

std::optional<Error> Answer::readPort(JS::HandleObject result, std::uint8_t& port) {
    JS::RootedValue value{context_};
    if (auto error = member(result, "fPort", &value)) return error;
    if (value.isUndefined() && port != 0) return std::nullopt;
    if (!isWhole(value, kMaxPort) || value.toNumber() < 1) {
        return fail("has to return an fPort of 1 to 223");
    }
    port = static_cast<std::uint8_t>(value.toNumber());
    return std::nullopt;
}

std::optional<Error> Answer::readLength(JS::HandleObject list, std::uint32_t& length) {
    bool isArray = false;
    if (list && !JS::IsArrayObject(context_, list, &isArray)) {
        return fail("failed: " + takeException(context_));
    }
    if (isArray) {
        if (JS::GetArrayLength(context_, list, &length)) return std::nullopt;
        return fail("failed: " + takeException(context_));
    }
    if (!list || !JS_IsTypedArrayObject(list)) {
        return fail("has to return bytes, an array of numbers");
    }
    length = static_cast<std::uint32_t>(
        std::min<std::size_t>(JS_GetTypedArrayLength(list), kMaxPayload + 1));
    return std::nullopt;
}

std::optional<Error> Answer::readBytes(JS::HandleObject result, std::string& bytes) {
    JS::RootedValue value{context_};
    if (auto error = member(result, "bytes", &value)) return error;
    const JS::RootedObject list{context_, value.isObject() ? &value.toObject() : nullptr};
    std::uint32_t length = 0;
    if (auto error = readLength(list, length)) return error;
    if (length > kMaxPayload) return fail("returned more than 242 bytes");
    for (std::uint32_t i = 0; i < length; ++i) {
        if (!JS_GetElement(context_, list, i, &value)) {
            return fail("failed: " + takeException(context_));
        }
        if (!isWhole(value, 255)) {
            return fail("has to return bytes of 0 to 255; bytes[" + std::to_string(i) + "] is not");
        }
        bytes.push_back(static_cast<char>(static_cast<unsigned char>(value.toNumber())));
    }
    return std::nullopt;
}

std::optional<Error> Answer::writeBytes(JS::HandleObject result, std::uint8_t port) {
    if (auto error = refusal(result)) return error;
    std::string bytes;
    if (auto error = readPort(result, port)) return error;
    if (auto error = readBytes(result, bytes)) return error;
    out_.fields({});
    out_.number(port);
    out_.text(bytes);
    return writeWarnings(result);
}

}  // namespace runnel::javascript
