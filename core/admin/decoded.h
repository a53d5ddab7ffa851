// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <span>

#include "template/decoding.h"

namespace runnel::admin {

/// Begins what nobody has begun, and waits until all are done, at most so long. Null ones count as
/// done. Thread safety: any thread that may wait.
void awaitDecoded(std::span<const DecodingPtr> decodings, std::chrono::milliseconds atMost);

}  // namespace runnel::admin
