// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/JSON/Object.h>

#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "admin/problem.h"
#include "registry/account_error.h"
#include "registry/account_rules.h"
#include "registry/rights.h"
#include "runnel/values.h"

namespace runnel::admin {

/// Takes the members of a JSON object one by one and collects what is wrong, so that the answer
/// names everything at once. A complaint does not repeat what was found in a text: it may be a
/// secret. Thread safety: one thread.
class AccountFields final {
  public:
    explicit AccountFields(Poco::JSON::Object::Ptr object) : object_(std::move(object)) {}

    /// Nullopt if it is absent, or null; and after a complaint if it is no string.
    std::optional<std::string> text(const std::string& key);
    /// "" after a complaint, also when it is absent.
    std::string requiredText(const std::string& key);
    /// RFC 3339; as text().
    std::optional<Instant> time(const std::string& key);
    /// Of "role", which has to be there, and "applications".
    Rights rights();
    /// Members that are only read are taken and thrown away.
    void ignore(std::initializer_list<const char*> keys);

    void complain(std::string pointer, std::string detail);
    /// The same, unless there is a complaint about that member already.
    void complain(const std::optional<AccountError>& error);
    /// Throws a Problem 422 with all complaints, unknown members among them, if there are any.
    void finish();

  private:
    Poco::Dynamic::Var take(const std::string& key);
    std::set<Eui> applications();

    Poco::JSON::Object::Ptr object_;
    std::set<std::string> taken_;
    std::vector<Problem::Field> errors_;
};

}  // namespace runnel::admin
