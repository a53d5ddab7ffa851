// SPDX-License-Identifier: Apache-2.0
#include "admin/routes/account_documents.h"

#include <Poco/JSON/Array.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "admin/json_body.h"
#include "base/time_text.h"

namespace runnel::admin {

namespace {

void putTime(Poco::JSON::Object& document, const char* key, const std::optional<Instant>& time) {
    if (time) document.set(key, timeText(*time));
}

std::string_view outcomeName(AuditEntry::Outcome outcome) {
    switch (outcome) {
        case AuditEntry::Outcome::Done:
            return "done";
        case AuditEntry::Outcome::Refused:
            return "refused";
        case AuditEntry::Outcome::Failed:
            return "failed";
    }
    return "failed";
}

int statusOf(AccountError::Why why) {
    switch (why) {
        case AccountError::Why::Wrong:
            return 422;
        case AccountError::Why::Missing:
            return 404;
        case AccountError::Why::Taken:
        case AccountError::Why::LastAdmin:
        case AccountError::Why::Full:
            return 409;
        case AccountError::Why::Busy:
            return 503;
    }
    return 503;
}

}  // namespace

void putRights(Poco::JSON::Object& document, const Rights& rights) {
    Poco::JSON::Array::Ptr applications = new Poco::JSON::Array;
    for (const Eui application : rights.applications) applications->add(text(application));
    document.set("role", std::string(roleName(rights.role)));
    document.set("applications", applications);
}

Poco::JSON::Object::Ptr documentOf(const User& user) {
    auto out = newObject();
    out->set("name", user.name);
    putRights(*out, user.rights);
    out->set("created", timeText(user.created));
    putTime(*out, "lastLogin", user.lastLogin);
    out->set("isLocked", user.isLocked);
    return out;
}

Poco::JSON::Object::Ptr documentOf(const ApiKey& key) {
    auto out = newObject();
    out->set("id", key.id);
    out->set("name", key.name);
    putRights(*out, key.rights);
    out->set("created", timeText(key.created));
    putTime(*out, "expires", key.expires);
    putTime(*out, "lastUsed", key.lastUsed);
    return out;
}

Poco::JSON::Object::Ptr documentOf(const AuditEntry& entry) {
    auto out = newObject();
    out->set("time", timeText(entry.time));
    out->set("who", entry.who);
    out->set("address", entry.address);
    out->set("action", entry.action);
    out->set("object", entry.object);
    out->set("outcome", std::string(outcomeName(entry.outcome)));
    out->set("detail", entry.detail);
    return out;
}

void throwAccountError(const AccountError& error) {
    const int status = statusOf(error.why);
    if (status == 422) {
        throw Problem(status, "one thing is wrong in the body",
                      {{error.field.empty() ? "" : "/" + error.field, error.text}});
    }
    Problem problem(status, error.text);
    if (status == 503) problem.with("Retry-After", "5");
    throw problem;
}

void throwLoginFailure(const LoginFailure& failure) {
    const std::string wait = std::to_string(std::max<std::int64_t>(1, failure.retryAfter.count()));
    switch (failure.why) {
        case LoginFailure::Why::Locked:
            throw Problem(429, "too many wrong passwords from this address; try again in " + wait +
                                   " seconds")
                .with("Retry-After", wait);
        case LoginFailure::Why::Busy:
            throw Problem(503,
                          "too many passwords are being checked; try again in " + wait + " seconds")
                .with("Retry-After", wait);
        case LoginFailure::Why::Wrong:
            break;
    }
    throw Problem(401, "the user or the password is wrong").with("WWW-Authenticate", "Bearer");
}

std::optional<std::uint64_t> numberIn(std::string_view text) {
    constexpr std::uint64_t kMax = std::uint64_t{1} << 62U;  // the database's numbers are signed
    std::uint64_t out = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, out);
    if (error != std::errc{} || stop != end || out > kMax) return std::nullopt;
    return out;
}

}  // namespace runnel::admin
