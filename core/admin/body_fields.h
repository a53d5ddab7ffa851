// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/JSON/Object.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/problem.h"
#include "runnel/values.h"

namespace runnel::admin {

/// Reads the members of a body and collects what is wrong with them. Thread safety: one thread.
class BodyFields final {
  public:
    /// Other members than the known ones are complained about.
    BodyFields(Poco::JSON::Object::Ptr body, std::initializer_list<std::string_view> known);

    bool has(const std::string& name) const { return body_->has(name); }
    /// nullopt if it is absent, or of another kind, which is complained about.
    std::optional<std::string> text(const std::string& name);
    std::optional<bool> boolean(const std::string& name);
    std::optional<std::int64_t> integer(const std::string& name);
    /// RFC 3339.
    std::optional<Instant> time(const std::string& name);
    /// Complains if it is absent.
    void require(const std::string& name, std::string_view what);

    void complain(std::string_view name, std::string detail);
    /// Throws a Problem 422 with all complaints, if there are any.
    void check() const;

  private:
    Poco::JSON::Object::Ptr body_;
    std::vector<Problem::Field> complaints_;
};

}  // namespace runnel::admin
