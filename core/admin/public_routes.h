// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "admin/route.h"

namespace runnel::admin {

/// openapi.json as it was when this was built.
std::string_view openapiDocument();

/// GET /api/v1/openapi.json and GET /health/live, for anybody.
Routes publicRoutes();

/// GET /api/v1/events: what `?application=` and `?kinds=message,stream,health` choose of what the
/// login may see.
Routes eventRoutes();

}  // namespace runnel::admin
