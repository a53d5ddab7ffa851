// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/JSON/Object.h>

#include <cstdint>
#include <string>

#include "admin/route.h"
#include "registry/account_error.h"
#include "registry/api_keys.h"
#include "registry/audit_log.h"
#include "registry/rights.h"
#include "registry/users.h"

/// Accounts as the API shows them, and what goes wrong with them as Problems.
/// Thread safety: pure functions.
namespace runnel::admin {

/// "role" and "applications".
void putRights(Poco::JSON::Object& document, const Rights& rights);
Poco::JSON::Object::Ptr documentOf(const User& user);
Poco::JSON::Object::Ptr documentOf(const ApiKey& key);
Poco::JSON::Object::Ptr documentOf(const AuditEntry& entry);

/// 422 (with a pointer), 404, 409 or 503.
[[noreturn]] void throwAccountError(const AccountError& error);
/// 401, 429 or 503, the last two with Retry-After.
[[noreturn]] void throwLoginFailure(const LoginFailure& failure);

/// The decimal number that a text is, else nullopt.
std::optional<std::uint64_t> numberIn(std::string_view text);

}  // namespace runnel::admin
