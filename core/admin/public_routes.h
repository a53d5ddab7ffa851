// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "admin/route.h"

namespace runnel::admin {

/// GET /api/v1/openapi.json and GET /health/live, for anybody.
Routes publicRoutes();

/// GET /api/v1/events: what `?application=` and `?kinds=message,stream,health` choose of what the
/// login may see.
Routes eventRoutes();

}  // namespace runnel::admin
