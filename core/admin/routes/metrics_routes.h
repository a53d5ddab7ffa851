// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "admin/route.h"
#include "admin/routes/status_routes.h"
#include "delivery/replays.h"
#include "downlink/downlinks.h"
#include "observe/latencies.h"
#include "template/templates.h"

namespace runnel::admin {

/// What is measured; all outlive the route.
struct MetricsParts {
    StatusParts status;
    const Replays& replays;
    Downlinks& downlinks;
    const Latencies& latencies;
    const Templates& templates;
    std::function<std::size_t()> streamLimit;  ///< Config::admin.metricsStreams, as it is now
};

/// GET /metrics: Prometheus text. The first streams by name, up to the limit, have series of their
/// own; the others are summed up by application (or gateway), as stream="".
Routes metricsRoutes(const MetricsParts& parts);

}  // namespace runnel::admin
