// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runnel/plugin.h"

namespace runnel {

/// Checks what a plugin exports: its size, exactly the factory of its kind, option tables that the
/// broker can validate with (names, types, defaults that fit their types, help). The error's
/// reason completes the sentence "<file> …".
/// Precondition: the stamp's ABI was accepted. Thread safety: a pure function.
Status checkDescriptor(PluginKind kind, const Plugin& plugin);

}  // namespace runnel
