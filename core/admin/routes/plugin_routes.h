// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "admin/route.h"
#include "loader/plugins.h"

namespace runnel::admin {

/// /api/v1/plugins: every plugin file that was found, refused ones too, and the option tables of
/// those that are loaded. `plugins` outlives them.
Routes pluginRoutes(const Plugins& plugins);

}  // namespace runnel::admin
