// SPDX-License-Identifier: Apache-2.0
#include "admin/body_fields.h"

#include <algorithm>
#include <utility>

#include "admin/json_body.h"
#include "base/time_text.h"

namespace runnel::admin {

namespace {

/// RFC 6901.
std::string pointerTo(std::string_view name) {
    if (name.empty()) return {};
    std::string pointer = "/";
    for (const char c : name) {
        if (c == '~') {
            pointer += "~0";
        } else if (c == '/') {
            pointer += "~1";
        } else {
            pointer += c;
        }
    }
    return pointer;
}

}  // namespace

BodyFields::BodyFields(Poco::JSON::Object::Ptr body, std::initializer_list<std::string_view> known)
    : body_(std::move(body)) {
    std::string names;
    for (const std::string_view name : known) {
        names += (names.empty() ? "" : ", ") + std::string(name);
    }
    for (const auto& [name, value] : *body_) {
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        complain(name, "is not known here; known are " + names);
    }
}

std::optional<std::string> BodyFields::text(const std::string& name) {
    if (!has(name)) return std::nullopt;
    const Poco::Dynamic::Var value = body_->get(name);
    if (value.isString()) return value.extract<std::string>();
    complain(name, "must be a string, found " + std::string(jsonKind(value)));
    return std::nullopt;
}

std::optional<bool> BodyFields::boolean(const std::string& name) {
    if (!has(name)) return std::nullopt;
    const Poco::Dynamic::Var value = body_->get(name);
    if (value.isBoolean()) return value.extract<bool>();
    complain(name, "must be true or false, found " + std::string(jsonKind(value)));
    return std::nullopt;
}

std::optional<std::int64_t> BodyFields::integer(const std::string& name) {
    if (!has(name)) return std::nullopt;
    const Poco::Dynamic::Var value = body_->get(name);
    if (value.isInteger() && !value.isBoolean()) {
        try {
            return value.convert<std::int64_t>();
        } catch (const Poco::Exception&) {
            complain(name, "is too large");
            return std::nullopt;
        }
    }
    complain(name, "must be an integer, found " + std::string(jsonKind(value)));
    return std::nullopt;
}

std::optional<Instant> BodyFields::time(const std::string& name) {
    const auto written = text(name);
    if (!written) return std::nullopt;
    const auto instant = parseTime(*written);
    if (!instant)
        complain(name,
                 "must be a time such as 2026-11-22T20:31:50.123Z, found \"" + *written + "\"");
    return instant;
}

void BodyFields::require(const std::string& name, std::string_view what) {
    if (!has(name)) complain(name, "is missing: " + std::string(what));
}

void BodyFields::complain(std::string_view name, std::string detail) {
    complaints_.push_back({pointerTo(name), std::move(detail)});
}

void BodyFields::check() const {
    if (complaints_.empty()) return;
    throw Problem(422, "the body cannot be used as it is; nothing was changed", complaints_);
}

}  // namespace runnel::admin
