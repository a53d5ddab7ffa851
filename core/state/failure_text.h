// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sqlite/database.h"

namespace runnel {

/// File, cause and what the administrator can do about it. Thread safety: pure.
inline std::string failureText(const sqlite::Failure& failure) {
    return std::string(failure.what()) + "; " + std::string(failure.advice());
}

}  // namespace runnel
