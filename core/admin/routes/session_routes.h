// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "admin/route.h"
#include "base/clock.h"
#include "delivery/streams.h"

namespace runnel::admin {

/// What session routes work with; all outlive them.
struct SessionParts {
    const Streams& streams;
    const Clock& clock;
};

/// …/streams/{stream}/sessions; /attempts, a protocol's newest tries; and /test, which sends a
/// made-up uplink to the holder and waits up to 5 s for what becomes of it.
Routes sessionRoutes(SessionParts parts);

}  // namespace runnel::admin
