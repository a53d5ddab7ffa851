// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "admin/route.h"
#include "base/clock.h"
#include "config/config.h"
#include "delivery/streams.h"
#include "ingress/ingress.h"
#include "observe/health_board.h"
#include "registry/devices.h"

namespace runnel::admin {

/// What is said of the broker as a whole; all outlive the routes.
struct StatusParts {
    std::string version;
    Instant started;
    const Clock& clock;
    const Journal& journal;
    const Ingress& ingress;
    const Streams& streams;
    const Devices& devices;
    const HealthBoard& health;
    std::function<std::vector<NetworkSpec>()> networks;  ///< as configured now
};

/// /api/v1/status, /api/v1/networks and /health/ready. Parts of the health board that begin with
/// "stream " are streams, "stream 70B3D57ED0000001/cloud"; they do not count for readiness.
Routes statusRoutes(const StatusParts& parts);

}  // namespace runnel::admin
