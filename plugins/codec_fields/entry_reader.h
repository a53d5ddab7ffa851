// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "entry_keys.h"
#include "layout.h"

namespace runnel::fields {

/// Reads what concerns one entry alone: everything but `when` and a repeat's inner `fields`. What
/// is wrong is `keys`' complaint. `isLittle`: the byte order of entries that say nothing. Thread
/// safety: a pure function.
Entry readEntry(EntryKeys& keys, bool isLittle);

}  // namespace runnel::fields
