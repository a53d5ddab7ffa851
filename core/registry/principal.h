// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "runnel/values.h"

namespace runnel {

enum class Role : std::uint8_t {
    Viewer = 0,    ///< reads; of named applications, or of everything if none is named
    Operator = 1,  ///< reads and changes what is inside its named applications
    Admin = 2      ///< everything
};

/// Who asks, and what it may. Thread safety: a plain value.
struct Principal {
    std::string name;  ///< for the audit log: "user anna", "key 7 (grafana)", "local"
    Role role = Role::Viewer;
    std::set<Eui> applications;  ///< of an operator, and of a viewer that is limited

    bool isAdmin() const { return role == Role::Admin; }
    /// Also what belongs to no application: gateways, networks, metrics.
    bool seesEverything() const {
        return isAdmin() || (role == Role::Viewer && applications.empty());
    }
    bool maySee(Eui application) const {
        return seesEverything() || applications.contains(application);
    }
    /// What is inside the application; tokens and secrets are shown to whoever may change them.
    bool mayChange(Eui application) const {
        return isAdmin() || (role == Role::Operator && applications.contains(application));
    }
};

}  // namespace runnel
