// SPDX-License-Identifier: Apache-2.0
#include "registry/users.h"

#include <algorithm>
#include <stdexcept>
#include <system_error>

#include "registry/account_rules.h"
#include "registry/secret_file.h"
#include "registry/vault.h"

namespace runnel {

namespace {

using Why = AccountError::Why;

std::int64_t millis(Instant time) {
    return time.time_since_epoch().count();
}

AccountError missing(std::string_view name) {
    return {Why::Missing, "name", "there is no user \"" + std::string(name) + "\""};
}
AccountError busy() {
    return {Why::Busy, "", "too many passwords are being checked; try again in a few seconds"};
}
AccountError taken(std::string_view name) {
    return {Why::Taken, "name",
            "there is a user \"" + std::string(name) + "\" already; choose another name"};
}
AccountError lastAdmin(std::string_view name) {
    return {Why::LastAdmin, "role",
            "\"" + std::string(name) + "\" is the only admin; make another one first"};
}

}  // namespace

Users::Users(RegistryFile& file, Passwords& passwords, const Clock& clock)
    : file_(file), passwords_(passwords), clock_(clock), guard_(clock) {
    auto accounts = accounts_.lock();
    file_.read([&](sqlite::Database& database) {
        sqlite::Statement rows(database,
                               "select name, password, role, applications, created, last_login, "
                               "must_change from user");
        while (rows.step()) {
            Account account;
            account.user.name = rows.text(0);
            account.hash = rows.text(1);
            account.user.rights =
                storedRights(rows.integer(2), rows.text(3), "user " + account.user.name);
            account.user.created = Instant(std::chrono::milliseconds(rows.integer(4)));
            if (rows.integer(5) != 0) {
                account.user.lastLogin = Instant(std::chrono::milliseconds(rows.integer(5)));
            }
            account.user.mustChangePassword = rows.integer(6) != 0;
            account.user.credential = Passwords::numberOf(account.hash);
            accounts->emplace(account.user.name, std::move(account));
        }
    });
}

std::optional<std::string> Users::ensureAdmin(std::filesystem::path passwordFile) {
    constexpr std::size_t kLength = 20;  // 120 bits, and still to be typed
    firstPassword_ = std::move(passwordFile);
    if (!accounts_.lock()->empty()) return std::nullopt;
    std::string password = makeSecret().substr(0, kLength);
    // In this order: a crash between the two leaves a file that the next start replaces.
    writeSecretFile(firstPassword_, password + "\n");
    const auto made = add(kFirst, {.role = Role::Admin}, password, true);
    if (!made) throw std::runtime_error("cannot make the first admin: " + made.error().text);
    return password;
}

Result<User, AccountError> Users::add(std::string_view name, Rights rights,
                                      std::string_view password, bool mustChange) {
    if (auto wrong = userNameComplaint(name)) return *wrong;
    if (auto wrong = rightsComplaint(rights)) return *wrong;
    if (auto wrong = passwordComplaint(password)) return *wrong;
    if (account(name)) return taken(name);
    auto hash = passwords_.hash(password);
    if (!hash) return busy();
    const std::lock_guard changing(changing_);
    if (account(name)) return taken(name);
    if (accounts_.lock()->size() >= kMaxUsers) {
        return AccountError{Why::Full, "",
                            "there are " + std::to_string(kMaxUsers) +
                                " users, as many as runnel keeps; remove one first"};
    }
    guard_.forget(name);
    return keep({.user = {.name = std::string(name),
                          .rights = std::move(rights),
                          .created = clock_.now(),
                          .lastLogin = std::nullopt,
                          .mustChangePassword = mustChange,
                          .credential = Passwords::numberOf(*hash)},
                 .hash = *std::move(hash)});
}

Result<User, AccountError> Users::change(std::string_view name, Rights rights) {
    if (auto wrong = rightsComplaint(rights)) return *wrong;
    const std::lock_guard changing(changing_);
    auto found = account(name);
    if (!found) return missing(name);
    if (rights.role != Role::Admin && isLastAdmin(*found)) return lastAdmin(name);
    found->user.rights = std::move(rights);
    return keep(*std::move(found));
}

Result<User, AccountError> Users::setPassword(std::string_view name, std::string_view password) {
    if (auto wrong = passwordComplaint(password)) return *wrong;
    if (!account(name)) return missing(name);
    auto hash = passwords_.hash(password);
    if (!hash) return busy();
    const std::lock_guard changing(changing_);
    auto found = account(name);
    if (!found) return missing(name);
    found->hash = *std::move(hash);
    found->user.mustChangePassword = false;
    found->user.credential = Passwords::numberOf(found->hash);
    guard_.forget(name);
    User changed = keep(*std::move(found));
    forgetFirstPassword(name);
    return changed;
}

Result<Done, AccountError> Users::remove(std::string_view name) {
    const std::lock_guard changing(changing_);
    const auto found = account(name);
    if (!found) return missing(name);
    if (isLastAdmin(*found)) return lastAdmin(name);
    file_.change([&](sqlite::Database& database) {
        sqlite::Statement(database, "delete from user where name = ?").bind(1, name).run();
    });
    accounts_.lock()->erase(found->user.name);
    forgetFirstPassword(name);
    return Done{};
}

std::optional<User> Users::find(std::string_view name) const {
    const auto found = account(name);
    if (!found) return std::nullopt;
    return shown(*found);
}

std::vector<User> Users::list(std::string_view after, std::size_t max) const {
    std::vector<User> out;
    {
        auto accounts = accounts_.lock();
        for (auto at = accounts->upper_bound(after); at != accounts->end() && out.size() < max;
             ++at) {
            out.push_back(at->second.user);
        }
    }
    for (User& user : out) user.isLocked = guard_.isLocked(user.name);
    return out;
}

Result<User, LoginFailure> Users::login(std::string_view name, std::string_view password,
                                        std::string_view address) {
    auto user = verify(name, password, address);
    if (!user) return user;
    const std::lock_guard changing(changing_);
    auto found = account(name);
    if (!found || found->user.credential != user->credential) {
        return LoginFailure{LoginFailure::Why::Wrong, {}, found.has_value()};
    }
    found->user.lastLogin = clock_.now();
    try {
        return keep(*std::move(found));
    } catch (const RegistryError&) {
        // Logged already. A full disk must not keep out whoever could free it.
        return user;
    }
}

Result<User, LoginFailure> Users::verify(std::string_view name, std::string_view password,
                                         std::string_view address) {
    // Names that nobody can have count as one, or they would fill the guard's memory.
    const std::string_view counted = userNameComplaint(name) ? "?" : name;
    if (const auto wait = guard_.begin(counted, address)) {
        return LoginFailure{LoginFailure::Why::Locked, *wait, account(name).has_value()};
    }
    const auto found = account(name);
    const auto verdict =
        found ? passwords_.check(password, found->hash) : passwords_.checkNobody(password);
    if (verdict == Passwords::Verdict::Busy) {
        guard_.abandoned(counted, address);
        return LoginFailure{LoginFailure::Why::Busy, Passwords::kPatience, found.has_value()};
    }
    const auto now = account(name);  // it may have a new password since
    const bool isSame = found && now && now->user.credential == found->user.credential;
    if (verdict != Passwords::Verdict::Right || !isSame) {
        return LoginFailure{LoginFailure::Why::Wrong, {}, found.has_value()};
    }
    guard_.succeeded(counted, address);
    return shown(*now);
}

std::optional<Users::Account> Users::account(std::string_view name) const {
    auto accounts = accounts_.lock();
    const auto found = accounts->find(name);
    if (found == accounts->end()) return std::nullopt;
    return found->second;
}

User Users::shown(const Account& account) const {
    User user = account.user;
    user.isLocked = guard_.isLocked(user.name);
    return user;
}

User Users::keep(Account account) {
    const User& user = account.user;
    file_.change([&](sqlite::Database& database) {
        const std::string applications = applicationsText(user.rights.applications);
        sqlite::Statement row(database,
                              "insert or replace into user(name, password, role, applications, "
                              "created, last_login, must_change) values(?, ?, ?, ?, ?, ?, ?)");
        row.bind(1, user.name).bind(2, account.hash);
        row.bind(3, static_cast<std::int64_t>(user.rights.role)).bind(4, applications);
        row.bind(5, millis(user.created)).bind(6, millis(user.lastLogin.value_or(Instant{})));
        row.bind(7, user.mustChangePassword ? 1 : 0);
        row.run();
    });
    User out = shown(account);
    accounts_.lock()->insert_or_assign(out.name, std::move(account));
    return out;
}

bool Users::isLastAdmin(const Account& account) const {
    if (account.user.rights.role != Role::Admin) return false;
    auto accounts = accounts_.lock();
    return std::ranges::count(*accounts, Role::Admin,
                              [](const auto& entry) { return entry.second.user.rights.role; }) == 1;
}

/// One that cannot be removed opens nothing any more: no reason to fail.
void Users::forgetFirstPassword(std::string_view name) const {
    if (name != kFirst || firstPassword_.empty()) return;
    std::error_code ignored;
    std::filesystem::remove(firstPassword_, ignored);
}

}  // namespace runnel
