// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "admin/route.h"
#include "delivery/streams.h"
#include "state/state.h"

namespace runnel::admin {

/// What dead-letter routes work with; all outlive them.
struct DeadLetterParts {
    const Streams& streams;
    State& state;
};

/// …/streams/{stream}/dead-letters: list, one, remove one or all, send one again.
Routes deadLetterRoutes(DeadLetterParts parts);

}  // namespace runnel::admin
