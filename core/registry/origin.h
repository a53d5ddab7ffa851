// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace runnel {

/// Where an object comes from. What is written in a file is read-only for the API, what the API
/// made is not written to files; both work side by side.
enum class Origin : std::uint8_t {
    Heard,  ///< a device that nobody configured: it was heard
    File,
    Api
};

}  // namespace runnel
