// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runnel/values.h"

/// Thread safety: pure functions.
namespace runnel {

bool isSame(const Value& a, const Value& b);
bool isSame(const Fields& a, const Fields& b);

}  // namespace runnel
