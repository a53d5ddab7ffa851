// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sqlite/database.h"

namespace runnel {

/// File, cause and what the administrator can do about it. Thread safety: pure.
std::string failureText(const sqlite::Failure& failure);

}  // namespace runnel
