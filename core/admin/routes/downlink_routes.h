// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "admin/route.h"
#include "downlink/downlinks.h"

namespace runnel::admin {

/// …/applications/{application}/downlinks: the list; …/devices/{device}/downlinks: a new one.
/// `downlinks` outlives them.
Routes downlinkRoutes(Downlinks& downlinks);

}  // namespace runnel::admin
