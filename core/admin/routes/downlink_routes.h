// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "admin/route.h"
#include "downlink/downlinks.h"

namespace runnel::admin {

/// …/applications/{application}/downlinks: the list; …/devices/{device}/downlinks: a new one.
/// `downlinks`, what is listed, and `desk`, which takes new ones, outlive them.
Routes downlinkRoutes(const Downlinks& downlinks, DownlinkDesk& desk);

}  // namespace runnel::admin
