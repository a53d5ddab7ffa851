// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "registry/account_error.h"
#include "registry/login_guard.h"
#include "registry/password.h"
#include "registry/registry_file.h"
#include "registry/rights.h"
#include "runnel/values.h"

namespace runnel {

/// Somebody with a password. Thread safety: a plain value.
struct User {
    std::string name;
    Rights rights;
    Instant created{};
    std::optional<Instant> lastLogin;
    bool isLocked = false;            ///< too many wrong passwords, from one address at least
    bool mustChangePassword = false;  ///< it is the one that the broker has made; advice only
    /// Another number for each password and for each account: what was allowed under an older one
    /// is not any more. The same after a restart.
    std::uint64_t credential{};

    Principal principal() const { return {"user " + name, rights.role, rights.applications}; }
};

/// Why somebody is not let in. Thread safety: a plain value.
struct LoginFailure {
    enum class Why : std::uint8_t { Wrong, Locked, Busy };
    Why why{};
    std::chrono::seconds retryAfter{};  ///< Locked, Busy
    bool isKnown{};                     ///< for the audit log only: such a user exists
};

/// The accounts of people. Passwords are kept as scrypt hashes (password.h), everything in the
/// registry's file and, for look-ups, in memory. No text that leaves here holds a password, except
/// what ensureAdmin() returns. What the disk refuses is thrown as a RegistryError and changes
/// nothing. Thread safety: any thread; changes and logins wait, find() and list() do not.
class Users final {
  public:
    static constexpr std::size_t kMaxUsers = 10'000;
    static constexpr std::string_view kFirst = "admin";

    /// Reads the accounts. Throws RegistryError.
    Users(RegistryFile& file, Passwords& passwords, const Clock& clock);

    /// At the first start (no account at all) makes the user "admin" with a random password, writes
    /// that to `passwordFile` (0600) and returns it, to be shown once. Else nullopt. The file is
    /// removed when admin's password is changed. Throws RegistryError, std::runtime_error.
    std::optional<std::string> ensureAdmin(std::filesystem::path passwordFile);

    /// account_rules.h says what is wrong about names, rights and passwords. `mustChange`: the
    /// broker has made the password.
    Result<User, AccountError> add(std::string_view name, Rights rights, std::string_view password,
                                   bool mustChange = false);
    Result<User, AccountError> change(std::string_view name, Rights rights);
    /// What was wrong about the old password is forgotten: a locked user is let in again.
    Result<User, AccountError> setPassword(std::string_view name, std::string_view password);
    Result<Done, AccountError> remove(std::string_view name);

    std::optional<User> find(std::string_view name) const;
    /// By name, those behind `after`.
    std::vector<User> list(std::string_view after, std::size_t max) const;

    /// `address` is the other side's, without port. A name that nobody has takes as long as one
    /// that somebody has, and is locked in the same way.
    Result<User, LoginFailure> login(std::string_view name, std::string_view password,
                                     std::string_view address);
    /// The same without being a login: somebody who is logged in proves who it is.
    Result<User, LoginFailure> verify(std::string_view name, std::string_view password,
                                      std::string_view address);

  private:
    struct Account {
        User user;
        std::string hash;
    };
    using Accounts = std::map<std::string, Account, std::less<>>;

    std::optional<Account> account(std::string_view name) const;
    User shown(const Account& account) const;
    /// File first, then memory. The caller holds changing_.
    User keep(Account account);
    /// Nobody would be an admin without this one.
    bool isLastAdmin(const Account& account) const;
    void forgetFirstPassword(std::string_view name) const;

    RegistryFile& file_;
    Passwords& passwords_;
    const Clock& clock_;
    LoginGuard guard_;
    std::filesystem::path firstPassword_;
    std::mutex changing_;  ///< one change at a time: file first, then memory
    mutable Guarded<Accounts> accounts_;
};

}  // namespace runnel
