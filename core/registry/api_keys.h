// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "registry/account_error.h"
#include "registry/registry_file.h"
#include "registry/rights.h"
#include "registry/vault.h"
#include "runnel/values.h"

namespace runnel {

/// What a program may do. Thread safety: a plain value.
struct ApiKey {
    std::uint64_t id{};
    std::string name;
    Rights rights;
    Instant created{};
    std::optional<Instant> expires;
    std::optional<Instant> lastUsed;

    Principal principal() const {
        return {"key " + std::to_string(id) + " (" + name + ")", rights.role, rights.applications};
    }
};

/// Keys of programs: "rk_" and 43 random characters, shown once when they are made. Only a keyed
/// hash is kept. What the disk refuses is thrown as a RegistryError and changes nothing.
/// Thread safety: any thread; look-ups do not wait for the disk.
class ApiKeys final {
  public:
    static constexpr std::size_t kMaxKeys = 10'000;

    /// Reads the keys. Throws RegistryError.
    ApiKeys(RegistryFile& file, const Vault& vault, const Clock& clock);

    /// account_rules.h says what is wrong about names and rights.
    struct Request {
        std::string name;
        Rights rights;
        std::optional<Instant> expires;
    };
    struct Made {
        ApiKey key;
        std::string text;  ///< the key itself: nobody can see it again
    };
    Result<Made, AccountError> add(Request request);
    /// False: there is none. It opens nothing from now on.
    bool remove(std::uint64_t id);

    std::optional<ApiKey> find(std::uint64_t id) const;
    /// By id, those behind `after`.
    std::vector<ApiKey> list(std::uint64_t after, std::size_t max) const;

    /// Whose key that is, and notes that it was used. Nullopt: unknown, removed or expired.
    std::optional<ApiKey> lookUp(std::string_view text);
    /// Writes when the keys were used last, if any was since the last time. To be called now and
    /// then, and at the end.
    void saveUsed();

  private:
    struct Keys {
        std::map<std::uint64_t, ApiKey> byId;
        std::map<Vault::Digest, std::uint64_t> byDigest;
        std::set<std::uint64_t> used;  ///< since saveUsed()
    };

    RegistryFile& file_;
    const Vault& vault_;
    const Clock& clock_;
    std::mutex changing_;  ///< one change at a time: file first, then memory
    mutable Guarded<Keys> keys_;
};

}  // namespace runnel
