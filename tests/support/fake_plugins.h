// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loader/plugins.h"

namespace runnel {

/// Descriptors as the real plugins have them, as far as configuration is concerned, without files
/// behind them: websocket, http, json, template, simulator, http (network), keyed.
/// Thread safety: any thread.
Plugins fakePlugins();

}  // namespace runnel
