// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "admin/route.h"
#include "delivery/streams.h"
#include "journal/journal.h"
#include "registry/catalogue.h"
#include "registry/devices.h"
#include "route/router.h"

namespace runnel::admin {

/// What the route works with; all outlive it.
struct UnroutedParts {
    const Journal& journal;
    const Router& router;
    const Streams& streams;
    const Catalogue& catalogue;
    const Devices& devices;
};

/// GET /api/v1/unrouted: uplinks that no stream takes that is there and switched on, the newest
/// first, each with the reason and what to do.
Routes unroutedRoutes(UnroutedParts parts);

}  // namespace runnel::admin
