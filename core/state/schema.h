// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sqlite/schema.h"

namespace runnel {

/// The tables of state.db: FORMAT.md. Thread safety: constant.
const sqlite::Schema& stateSchema();

}  // namespace runnel
