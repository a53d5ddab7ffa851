// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "state/records.h"

/// The body of a downlink's row: FORMAT.md. Thread safety: pure.
namespace runnel {

/// Everything but the id, the stage and the attempt, which are columns, and `fields`, which are not
/// saved.
std::string encodeDownlink(const DownlinkRecord& record);

/// Unknown fields of later versions are skipped.
Result<DownlinkRecord> decodeDownlink(std::span<const std::uint8_t> body);

}  // namespace runnel
