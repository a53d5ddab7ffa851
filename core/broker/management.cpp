// SPDX-License-Identifier: Apache-2.0
#include "broker/management.h"

#include <iterator>

#include "admin/audited.h"
#include "admin/console_files.h"
#include "admin/routes/accounts.h"
#include "admin/routes/dead_letter_routes.h"
#include "admin/routes/document_routes.h"
#include "admin/routes/downlink_routes.h"
#include "admin/routes/message_routes.h"
#include "admin/routes/plugin_routes.h"
#include "admin/routes/replay_routes.h"
#include "admin/routes/session_routes.h"
#include "admin/routes/traffic_routes.h"
#include "admin/routes/unrouted_routes.h"
#include "broker/stream_keeper.h"

namespace runnel {

Management::Management(Parts parts)
    : parts_(std::move(parts)),
      users_(parts_.file, passwords_, parts_.objects.clock),
      keys_(parts_.file, parts_.vault, parts_.objects.clock),
      audit_(parts_.file, parts_.objects.clock),
      sessions_(parts_.file, parts_.vault, parts_.objects.clock),
      authenticator_(keys_, sessions_, users_) {}

Management::~Management() {
    stop();
}

void Management::start(const Config& config) {
    const AdminSpec& spec = config.admin;
    if (spec.listen.empty() && spec.socket.empty()) return;
    makeAdmin(config);
    admin::AdminServer::Listen listen{.httpsSocket = -1, .socket = spec.socket};
    if (!spec.listen.empty()) {
        const auto socket = parts_.listeners.get("admin", spec.listen);
        if (socket) {
            listen.httpsSocket = *socket;
        } else {
            reportFailing(parts_.health, parts_.log, "admin", socket.error());
        }
    }
    try {
        server_ = std::make_unique<admin::AdminServer>(
            routes(spec),
            admin::AdminServer::Parts{
                .identify =
                    [this](std::string_view method, const net::HttpHeaders& headers) {
                        return authenticator_.identify(method, headers);
                    },
                .feed = parts_.feed,
                .log = parts_.log,
                .tls = [this] { return parts_.certificates.current(); },
                .audit = [this](
                             const admin::Route& route, const admin::ApiRequest& request,
                             int status) { admin::noteForbidden(route, request, status, audit_); }},
            listen);
    } catch (const std::exception& error) {
        reportFailing(parts_.health, parts_.log, "admin", {"", error.what()});
    }
}

void Management::makeAdmin(const Config& config) {
    const auto file = config.data / "admin-password";
    try {
        firstPassword_ = users_.ensureAdmin(file);
    } catch (const std::exception& error) {
        return reportFailing(parts_.health, parts_.log, "admin", {"", error.what()});
    }
    if (!firstPassword_) return;
    parts_.log.write(
        Level::Info, "admin",
        "made the user admin; its password is in " + file.string() + " until it is changed");
}

admin::Routes Management::routes(const AdminSpec& spec) {
    const admin::ObjectParts& objects = parts_.objects;
    const Streams& streams = objects.streams;
    const Journal& journal = parts_.metrics.status.journal;
    admin::Routes all;
    const auto add = [&](admin::Routes routes) {
        std::move(routes.begin(), routes.end(), std::back_inserter(all));
    };
    add(admin::sessionRoutes(users_, sessions_, audit_));
    add(admin::userRoutes(users_, sessions_));
    add(admin::keyRoutes(keys_));
    add(admin::auditRoutes(audit_));
    add(admin::ownerRoutes(parts_.objects));
    add(admin::deviceRoutes(parts_.objects));
    add(admin::streamRoutes(parts_.objects));
    add(admin::tokenRoutes(parts_.objects));
    add(admin::reloadRoutes(parts_.objects.registrar));
    add(admin::sessionRoutes({streams, parts_.objects.clock}));
    add(admin::deadLetterRoutes({streams, parts_.state}));
    add(admin::replayRoutes({streams, parts_.replays}));
    add(admin::messageRoutes(journal));
    const admin::DocumentParts documents{objects.catalogue, streams, objects.health, journal};
    const admin::TemplateParts templates{objects, documents, parts_.templates, parts_.transformOf};
    add(admin::documentRoutes(documents));
    add(admin::templateRoutes(templates));
    add(admin::dryRunRoutes(templates));
    add(admin::unroutedRoutes(
        {journal, parts_.router, streams, objects.catalogue, objects.devices}));
    add(admin::downlinkRoutes(parts_.metrics.downlinks, parts_.desk));
    add(admin::pluginRoutes(parts_.objects.plugins));
    add(admin::statusRoutes(parts_.metrics.status));
    add(admin::metricsRoutes(parts_.metrics));
    add(admin::trafficRoutes(parts_.traffic));
    add(admin::consoleRoutes(spec.console, parts_.log));
    // A change waits for the one before it, and a reload takes long: reading must go on.
    for (admin::Route& route : all) {
        if (route.method != "GET" && route.need != admin::Need::Nothing) route.isSlow = true;
    }
    return admin::audited(std::move(all), audit_);
}

void Management::stop() {
    server_.reset();
    saveUsed();
}

void Management::saveUsed() {
    sessions_.sweep();
    try {
        keys_.saveUsed();
        parts_.objects.tokens.saveUsed();
    } catch (const RegistryError&) {
        // RegistryFile has logged why; it is tried again in a minute.
    }
}

}  // namespace runnel
