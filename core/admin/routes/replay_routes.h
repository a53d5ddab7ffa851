// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "admin/route.h"
#include "delivery/replays.h"

namespace runnel::admin {

/// What replay routes work with; all outlive them.
struct ReplayParts {
    const Streams& streams;
    Replays& replays;
};

/// …/streams/{stream}/replays: list, start, look at, cancel.
Routes replayRoutes(ReplayParts parts);

}  // namespace runnel::admin
