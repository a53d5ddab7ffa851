// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "broker/audit.h"
#include "broker/certificate_store.h"
#include "broker/config_diff.h"
#include "broker/live_registrar.h"
#include "broker/live_watch.h"
#include "broker/management.h"
#include "broker/plugin_host.h"
#include "broker/recovery.h"
#include "broker/stream_keeper.h"
#include "broker/ticker.h"
#include "broker/traffic_watch.h"
#include "delivery/catch_up.h"
#include "delivery/replays.h"
#include "delivery/streams.h"
#include "downlink/downlinks.h"
#include "downlink/field_encoder.h"
#include "format/formats.h"
#include "ingress/ingress.h"
#include "journal/sqlite_journal.h"
#include "loader/drop_ins.h"
#include "network/connector.h"
#include "protocol/door.h"
#include "registry/catalogue.h"
#include "registry/devices.h"
#include "registry/objects.h"
#include "registry/registry_file.h"
#include "registry/tokens.h"
#include "registry/vault.h"
#include "retention/sweeper.h"
#include "route/router.h"
#include "state/state.h"
#include "template/templates.h"

namespace runnel {

/// Every part of the broker, built in the order of a message's life and stopped in the reverse one.
/// Thread safety: one thread.
class Broker final {
  public:
    /// Builds everything and takes nothing in yet. `dropIns`, `clock` and `log` outlive it, and the
    /// caller has the DataDirectory. Throws ConfigError if the administrator has to change
    /// something first.
    Broker(Config config, DropIns& dropIns, const Clock& clock, Log& log);
    ~Broker();

    /// Starts protocols, then networks. A plugin that cannot start is reported, the others go on.
    void start();
    /// Stops taking in, lets sessions settle for a moment, ends them politely; within seconds.
    void stop();

    /// Reads the files again: all of it that needs no restart is applied, or nothing. Logs what has
    /// changed, or every complaint.
    void reload();
    /// How to change what is configured while it runs.
    Registrar& registrar() { return registrar_; }
    /// The first admin's password, once, if start() has made it.
    std::optional<std::string> takeFirstPassword() { return management_.takeFirstPassword(); }

    /// Before start or after stop.
    std::vector<Audit> audit() const { return runnel::audit(streams_, journal_); }

    const Streams& streams() const { return streams_; }
    Ingress::Counters counters() const { return ingress_.counters(); }

  private:
    PluginHost& hostFor(const std::string& name);
    FieldEncoder::Parts encoderParts();
    Ingress::Parts ingressParts();
    LiveRegistrar::Parts registrarParts();
    Management::Parts managementParts();
    std::shared_ptr<const StreamTransform> transformOf(const StreamSpec& spec);
    void populate();
    Door* addDoor(const LoadedPlugin& plugin, const Fields& settings);
    void start(Door& door);
    void makeTokens(std::span<const StreamAt> streams);
    void addConnectors();
    std::vector<Complaint> checkSettings(const Config& next);
    void applySettings(const Config& next, ConfigDiff& diff);
    void tick();
    void eachSecond();
    void lookForPlugins();
    State::Changes collect();
    void drain() const;
    void report(const std::string& part, const Error& error);

    const std::shared_ptr<const Config> config_;  ///< as it was at the start
    DropIns& dropIns_;                            ///< once started, the ticker's
    const Plugins& plugins_;
    const Clock& clock_;
    Log& log_;

    HealthBoard health_;
    LiveFeed feed_;
    TrafficHistory traffic_;
    Latencies latencies_;
    Listeners listeners_;
    CertificateStore certificates_;
    std::map<std::string, std::unique_ptr<PluginHost>> hosts_;

    const Vault vault_;
    RegistryFile registryFile_;
    Objects objects_;
    Catalogue catalogue_;
    Devices devices_;
    Tokens tokens_;
    Formats formats_;
    Templates templates_;
    State state_;
    SqliteJournal journal_;
    ChangedStreams changed_;
    CatchUp catchUp_;
    Streams streams_;
    Router router_;
    Sweeper sweeper_;
    std::atomic<Position> routed_{};  ///< all messages up to here have been given to their streams
    Downlinks downlinks_;
    FieldEncoder encoder_;
    Ingress ingress_;
    WrongTokens wrongTokens_;
    StreamKeeper::Doors doors_;
    StreamKeeper keeper_;
    LiveRegistrar registrar_;
    // Of a reload that is being checked.
    std::shared_ptr<const Tls> nextTls_;
    Templates::Filed nextTemplates_;
    Replays replays_;
    LiveWatch watch_;
    TrafficWatch trafficWatch_;
    Management management_;
    std::vector<std::unique_ptr<Connector>> connectors_;
    std::unique_ptr<Ticker> ticker_;
    unsigned ticks_ = 0, seconds_ = 0;             // the ticker's own, as the next one
    std::vector<const LoadedPlugin*> newPlugins_;  ///< not brought up yet
    bool isStarted_ = false;
};

}  // namespace runnel
