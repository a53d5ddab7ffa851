// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

/// What every fuzz target defines.

/// Feeds one input and aborts, with a line on stderr, if a promise is broken. Returns 0.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// Good inputs, from which the driver makes others.
std::vector<std::vector<std::uint8_t>> fuzzSeeds();
