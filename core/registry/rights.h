// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "registry/principal.h"
#include "runnel/values.h"

namespace runnel {

/// What an account or an API key may do. Thread safety: a plain value, pure functions.
struct Rights {
    Role role = Role::Viewer;
    std::set<Eui> applications{};  ///< at least one for an operator, none for an admin
    bool operator==(const Rights&) const = default;
};

/// "admin", "operator", "viewer".
std::string_view roleName(Role role);
std::optional<Role> roleNamed(std::string_view name);

/// As the registry's file keeps them: EUIs of 16 digits, with a space between.
std::string applicationsText(const std::set<Eui>& applications);
/// Throws sqlite::Failure, damage, for what no Rights are stored as: read in another way, they
/// could allow more than was meant. `whose` is "user anna".
Rights storedRights(std::int64_t role, std::string_view applications, std::string_view whose);

}  // namespace runnel
