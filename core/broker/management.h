// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "admin/admin_server.h"
#include "admin/authenticator.h"
#include "admin/routes/metrics_routes.h"
#include "admin/routes/object_routes.h"
#include "admin/routes/template_routes.h"
#include "admin/sessions.h"
#include "broker/certificate_store.h"
#include "broker/listeners.h"
#include "delivery/replays.h"
#include "observe/live_feed.h"
#include "observe/traffic_history.h"
#include "registry/api_keys.h"
#include "registry/audit_log.h"
#include "registry/users.h"
#include "route/router.h"
#include "state/state.h"

namespace runnel {

/// Who may manage the broker, and the listeners by which they do. Thread safety: one thread.
class Management final {
  public:
    /// All outlive it.
    struct Parts {
        admin::ObjectParts objects;
        admin::MetricsParts metrics;
        Templates& templates;
        std::function<std::shared_ptr<const StreamTransform>(const StreamSpec&)> transformOf;
        DownlinkDesk& desk;
        State& state;
        Replays& replays;
        const Router& router;
        RegistryFile& file;
        const Vault& vault;
        LiveFeed& feed;
        const TrafficHistory& traffic;
        Listeners& listeners;
        const CertificateStore& certificates;
        HealthBoard& health;
        Log& log;
    };
    /// Reads accounts, keys and logins. Throws RegistryError.
    explicit Management(Parts parts);
    ~Management();

    /// Listens as `config` says; what does not work is reported, the broker goes on without. At the
    /// first start makes the user admin, with a password in DATA/admin-password.
    void start(const Config& config);
    void stop();
    /// Saves when keys were used last, forgets logins that have ended; about once a minute.
    void saveUsed();

    /// The first admin's password, once, if start() has made it.
    std::optional<std::string> takeFirstPassword() { return std::exchange(firstPassword_, {}); }

  private:
    void makeAdmin(const Config& config);
    admin::Routes routes(const AdminSpec& spec);

    const Parts parts_;
    Passwords passwords_;
    Users users_;
    ApiKeys keys_;
    AuditLog audit_;
    admin::Sessions sessions_;
    admin::Authenticator authenticator_;
    std::optional<std::string> firstPassword_;
    std::unique_ptr<admin::AdminServer> server_;
};

}  // namespace runnel
