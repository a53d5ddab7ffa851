// SPDX-License-Identifier: Apache-2.0
#include "registry/rights.h"

#include <array>
#include <utility>

#include "sqlite/database.h"

namespace runnel {

namespace {

constexpr std::array<std::pair<Role, std::string_view>, 3> kRoles{
    {{Role::Viewer, "viewer"}, {Role::Operator, "operator"}, {Role::Admin, "admin"}}};

}  // namespace

std::string_view roleName(Role role) {
    for (const auto& [each, name] : kRoles) {
        if (each == role) return name;
    }
    return "";
}

std::optional<Role> roleNamed(std::string_view name) {
    for (const auto& [role, each] : kRoles) {
        if (each == name) return role;
    }
    return std::nullopt;
}

std::string applicationsText(const std::set<Eui>& applications) {
    std::string out;
    for (const Eui application : applications) {
        if (!out.empty()) out += ' ';
        out += text(application);
    }
    return out;
}

Rights storedRights(std::int64_t role, std::string_view applications, std::string_view whose) {
    constexpr std::size_t kDigits = 16;
    const auto damage = [&](std::string_view what) {
        return sqlite::Failure::damage("the rights of " + std::string(whose) +
                                       " cannot be read: " + std::string(what));
    };
    if (role < 0 || role >= static_cast<std::int64_t>(kRoles.size())) {
        throw damage("role " + std::to_string(role) + ", expected 0 to 2");
    }
    Rights rights{.role = static_cast<Role>(role)};
    for (std::size_t at = 0; at < applications.size(); at += kDigits + 1) {
        const auto eui = parseEui(applications.substr(at, kDigits));
        if (eui) rights.applications.insert(*eui);
    }
    if (applicationsText(rights.applications) != applications) {
        throw damage("applications are not EUIs in order with a space between");
    }
    return rights;
}

}  // namespace runnel
