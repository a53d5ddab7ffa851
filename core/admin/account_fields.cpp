// SPDX-License-Identifier: Apache-2.0
#include "admin/account_fields.h"

#include <Poco/JSON/Array.h>

#include <algorithm>
#include <utility>

#include "admin/json_body.h"
#include "base/time_text.h"

namespace runnel::admin {

namespace {

/// RFC 6901.
std::string pointerTo(const std::string& key) {
    std::string out = "/";
    for (const char c : key) {
        if (c == '~' || c == '/') {
            out += c == '~' ? "~0" : "~1";
        } else {
            out += c;
        }
    }
    return out;
}

}  // namespace

Poco::Dynamic::Var AccountFields::take(const std::string& key) {
    taken_.insert(key);
    return object_->get(key);
}

std::optional<std::string> AccountFields::text(const std::string& key) {
    const Poco::Dynamic::Var value = take(key);
    if (value.isEmpty()) return std::nullopt;
    if (value.isString()) return value.extract<std::string>();
    complain(pointerTo(key), "must be a string, found " + std::string(jsonKind(value)));
    return std::nullopt;
}

std::string AccountFields::requiredText(const std::string& key) {
    const std::size_t complaints = errors_.size();
    auto value = text(key);
    if (value) return *std::move(value);
    if (errors_.size() == complaints) {
        complain(pointerTo(key), "is missing: add \"" + key + "\", a string");
    }
    return "";
}

std::optional<Instant> AccountFields::time(const std::string& key) {
    const auto value = text(key);
    if (!value) return std::nullopt;
    const auto time = parseTime(*value);
    if (!time) {
        complain(pointerTo(key), "must be a time such as \"2030-12-31T23:59:59Z\" (RFC 3339)");
    }
    return time;
}

Rights AccountFields::rights() {
    const std::size_t complaints = errors_.size();
    const std::string name = requiredText("role");
    const auto role = roleNamed(name);
    if (!role && errors_.size() == complaints) {
        complain("/role", "must be \"admin\", \"operator\" or \"viewer\"");
    }
    Rights rights{.role = role.value_or(Role::Viewer), .applications = applications()};
    if (errors_.size() == complaints) complain(rightsComplaint(rights));
    return rights;
}

std::set<Eui> AccountFields::applications() {
    const Poco::Dynamic::Var value = take("applications");
    if (value.isEmpty()) return {};
    if (value.type() != typeid(Poco::JSON::Array::Ptr)) {
        complain("/applications",
                 "must be a list of application EUIs, found " + std::string(jsonKind(value)));
        return {};
    }
    const auto& list = *value.extract<Poco::JSON::Array::Ptr>();
    std::set<Eui> out;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const Poco::Dynamic::Var item = list.get(static_cast<unsigned>(i));
        const auto eui = !item.isEmpty() && item.isString() ? parseEui(item.extract<std::string>())
                                                            : std::nullopt;
        if (eui) {
            out.insert(*eui);
        } else {
            complain("/applications/" + std::to_string(i),
                     "must be an application EUI: a string of 16 hexadecimal digits");
        }
    }
    return out;
}

void AccountFields::ignore(std::initializer_list<const char*> keys) {
    taken_.insert(keys.begin(), keys.end());
}

void AccountFields::complain(std::string pointer, std::string detail) {
    errors_.push_back({std::move(pointer), std::move(detail)});
}

void AccountFields::complain(const std::optional<AccountError>& error) {
    if (!error) return;
    const std::string pointer = error->field.empty() ? "" : pointerTo(error->field);
    const bool isKnown = std::ranges::any_of(
        errors_, [&](const Problem::Field& field) { return field.pointer == pointer; });
    if (!isKnown) complain(pointer, error->text);
}

void AccountFields::finish() {
    for (const auto& [key, value] : *object_) {
        if (!taken_.contains(key)) {
            complain(pointerTo(key), "is not known here; leave it out");
        }
    }
    if (errors_.empty()) return;
    std::string detail =
        errors_.size() == 1 ? "one thing is" : std::to_string(errors_.size()) + " things are";
    throw Problem(422, detail + " wrong in the body", std::move(errors_));
}

}  // namespace runnel::admin
