// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "runnel/values.h"

namespace runnel::json {

enum class EuiStyle : std::uint8_t { Plain, Dashes, Colons };

/// What plugin.cpp's option table sets, in its order. Thread safety: a plain value.
struct Options {
    bool gateway{};
    bool sequence{};
    bool frameCounter{};
    bool dataRate{};
    bool deviceName{};
    bool fields{};
    EuiStyle euiStyle{};
};

/// `fields` were validated against the option table.
Options readOptions(const Fields& fields);

}  // namespace runnel::json
