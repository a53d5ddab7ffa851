// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "registry/registry_file.h"
#include "runnel/values.h"

namespace runnel {

/// Who did what, when, from where. Holds no secret. Thread safety: a plain value.
struct AuditEntry {
    enum class Outcome : std::uint8_t { Done = 0, Refused = 1, Failed = 2 };

    std::uint64_t id{};   ///< given by append(); grows
    Instant time{};       ///< given by append()
    std::string who;      ///< Principal::name
    std::string address;  ///< without port; "" = by the Unix socket
    std::string action;   ///< "PUT", "login"
    std::string object;   ///< "/api/v1/users/anna"
    Outcome outcome{};
    std::string detail;
};

/// The audit log, in the registry's file: the newest kKept entries. Texts are cut to kMaxText
/// bytes and lose their control characters. What the disk refuses is thrown as a RegistryError.
/// Thread safety: any thread; waits for the disk.
class AuditLog final {
  public:
    static constexpr std::size_t kKept = 100'000;
    static constexpr std::size_t kMaxText = 512;

    /// `kept` and a hundredth more entries are kept at most: older ones go in slices.
    AuditLog(RegistryFile& file, const Clock& clock, std::size_t kept = kKept);

    void append(AuditEntry entry);

    struct Filter {
        std::string who{};       ///< exactly; "" = anybody
        std::string object{};    ///< it, and what is below it ("/api/v1/users"); "" = any
        std::uint64_t before{};  ///< entries older than this one; 0 = from the newest
        std::size_t max = 100;
    };
    /// Newest first.
    std::vector<AuditEntry> list(const Filter& filter) const;

  private:
    void cut(sqlite::Database& database);

    RegistryFile& file_;
    const Clock& clock_;
    std::size_t kept_;
};

}  // namespace runnel
