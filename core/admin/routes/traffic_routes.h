// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "admin/route.h"
#include "observe/traffic_history.h"

namespace runnel::admin {

/// GET /api/v1/traffic: the last hour, for a chart. The history outlives the route.
Routes trafficRoutes(const TrafficHistory& history);

}  // namespace runnel::admin
