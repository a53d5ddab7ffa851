// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "admin/route.h"
#include "base/clock.h"
#include "delivery/streams.h"
#include "loader/plugins.h"
#include "observe/health_board.h"
#include "registry/catalogue.h"
#include "registry/devices.h"
#include "registry/registrar.h"
#include "registry/tokens.h"

/// What is configured: applications, gateways, their devices and streams, and the streams' tokens.
namespace runnel::admin {

/// All outlive the routes.
struct ObjectParts {
    Registrar& registrar;
    const Catalogue& catalogue;
    const Devices& devices;
    Tokens& tokens;
    const Streams& streams;
    const Plugins& plugins;
    const HealthBoard& health;
    const Clock& clock;
    /// Where a protocol listens, "127.0.0.1:8443"; "": nowhere.
    std::function<std::string(const std::string& protocol)> addressOf;
};

/// /applications and /gateways themselves.
Routes ownerRoutes(const ObjectParts& parts);
/// /applications/{application}/devices and /devices.
Routes deviceRoutes(ObjectParts parts);
/// …/streams of applications and gateways, and /streams.
Routes streamRoutes(ObjectParts parts);
/// …/streams/{stream}/tokens.
Routes tokenRoutes(ObjectParts parts);
/// /reload.
Routes reloadRoutes(Registrar& registrar);

/// The application or gateway that the path names; it may be none of the catalogue's.
Scope ownerOf(const ApiRequest& request);
/// May whoever asks change what is inside this owner? Then tokens and secrets are shown, too.
bool mayChange(const ApiRequest& request, Scope owner);

}  // namespace runnel::admin
