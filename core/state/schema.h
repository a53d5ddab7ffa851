// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "sqlite/database.h"

/// The tables of state.db and how older ones become today's: FORMAT.md.
/// Thread safety: as the connection.
namespace runnel::schema {

/// `pragma application_id` of state.db: "rnlS".
constexpr std::int64_t kApplicationId = 0x726E6C53;

/// Step n is the SQL that makes version n + 1 of version n; version 0 is an empty file.
std::span<const std::string_view> steps();

/// Brings the file to the version that the last step makes, in one transaction. Throws ConfigError,
/// without having written, if a newer runnel or another program made the file; else Failure.
void upgrade(sqlite::Database& database, std::span<const std::string_view> steps);

}  // namespace runnel::schema
