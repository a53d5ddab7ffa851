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
#include "broker/plugin_host.h"
#include "broker/recovery.h"
#include "broker/stream_keeper.h"
#include "broker/ticker.h"
#include "delivery/catch_up.h"
#include "delivery/streams.h"
#include "downlink/downlinks.h"
#include "format/formats.h"
#include "ingress/ingress.h"
#include "journal/sqlite_journal.h"
#include "network/connector.h"
#include "protocol/door.h"
#include "registry/devices.h"
#include "registry/tokens.h"
#include "retention/sweeper.h"
#include "route/router.h"
#include "state/state.h"

namespace runnel {

/// Every part of the broker, built in the order of a message's life and stopped in the reverse one.
/// Thread safety: one thread.
class Broker final {
  public:
    /// Builds everything and takes nothing in yet. `plugins`, `clock` and `log` outlive it, and the
    /// caller has the DataDirectory. Throws ConfigError if the administrator has to change
    /// something first.
    Broker(Config config, const Plugins& plugins, const Clock& clock, Log& log);
    ~Broker();

    /// Starts protocols, then networks. A plugin that cannot start is reported, the others go on.
    void start();
    /// Stops taking in, lets sessions settle for a moment, ends them politely; within seconds.
    void stop();

    /// Between start and stop: what is different in `next` is applied, all of it but what needs a
    /// restart, or nothing if there are complaints. Logs what has changed.
    [[nodiscard]] std::vector<Complaint> reload(Config next);

    /// Before start or after stop.
    std::vector<Audit> audit() const { return runnel::audit(streams_, journal_); }

    const Streams& streams() const { return streams_; }
    Ingress::Counters counters() const { return ingress_.counters(); }

  private:
    PluginHost& hostFor(const std::string& name);
    void populate();
    void addDoors();
    void addConnectors();
    void apply(const ConfigDiff::Devices& diff);
    void tick();
    State::Changes collect();
    void drain() const;
    void report(const std::string& part, const Error& error);

    Config config_;
    const Plugins& plugins_;
    const Clock& clock_;
    Log& log_;

    HealthBoard health_;
    Listeners listeners_;
    CertificateStore certificates_;
    std::map<std::string, std::unique_ptr<PluginHost>> hosts_;

    Devices devices_;
    Tokens tokens_;
    Formats formats_;
    State state_;
    SqliteJournal journal_;
    ChangedStreams changed_;
    CatchUp catchUp_;
    Streams streams_;
    Router router_;
    Sweeper sweeper_;
    std::atomic<Position> routed_{};  ///< all messages up to here have been given to their streams
    Downlinks downlinks_;
    Ingress ingress_;
    WrongTokens wrongTokens_;
    StreamKeeper::Doors doors_;
    StreamKeeper keeper_;
    std::vector<std::unique_ptr<Connector>> connectors_;
    std::unique_ptr<Ticker> ticker_;
    unsigned ticks_ = 0;  // the ticker's own
    bool isStarted_ = false;
};

}  // namespace runnel
