// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "broker/config_diff.h"
#include "broker/recovery.h"
#include "broker/stream_maker.h"
#include "delivery/streams.h"
#include "observe/health_board.h"
#include "protocol/door.h"
#include "registry/tokens.h"
#include "retention/sweeper.h"
#include "route/router.h"

namespace runnel {

/// Puts streams in place and takes them away: token, router, books, doors. At the start, and while
/// messages are routed, clients connect and the journal is swept. Thread safety: one thread.
class StreamKeeper final {
  public:
    using Doors = std::map<std::string, std::unique_ptr<Door>>;
    struct Parts {
        StreamParts stream;
        Tokens& tokens;
        Streams& streams;
        Router& router;
        Sweeper& sweeper;
        HealthBoard& health;
        const Doors& doors;
        /// All messages up to here have been given to their streams.
        const std::atomic<Position>& routed;
    };
    StreamKeeper(Parts parts, StreamMaker::Parts makerParts)
        : parts_(parts), maker_(std::move(makerParts)) {}

    /// Before anything is routed: a stream that cannot be made is reported, and stays out; what
    /// comes from then on waits for it.
    void start(std::span<const StreamAt> streams, Recovery& recovery);
    /// Streams that are not there; one that comes back goes on at its record.
    void remember(Recovery::Records absent) { absent_ = std::move(absent); }
    /// Tells the protocols of all streams; once the doors have been started.
    void openAll();

    /// What apply() is to do, made as far as it can be without anybody noticing.
    struct Plan {
        struct Arrival {
            MadeStream made;
            CloseReason reason;  ///< for the sessions of the one that it replaces
        };
        std::vector<std::string> removed;
        std::vector<std::pair<std::string, Error>> waiting;  ///< among them: for a plugin
        std::vector<Arrival> arrivals;
    };
    /// Before apply(): the stream is removed for good, or a new one starts under a name that was
    /// used before. Nothing of what was saved under it counts any more.
    void forget(const std::string& name) { forgotten_.insert(name); }
    /// Complains about what a format plugin does not accept.
    Plan prepare(const ConfigDiff::Streams& diff, std::vector<Complaint>& complaints);
    /// A changed stream goes on where it stands, under another number. Streams that are not in the
    /// plan notice nothing.
    void apply(const Plan& plan);
    /// Adds the records of streams that have begun to wait without ever having been there. Any
    /// thread.
    void collect(State::Changes& changes);

  private:
    void arrange(const StreamAt& stream, CloseReason reason, Plan& plan,
                 std::vector<Complaint>& complaints);
    void remove(const std::string& name);
    void wait(const std::string& name);
    void retire(const std::string& name);
    void replace(const MadeStream& made);
    StreamRecord recordOf(const std::string& name) const;
    Status bringUp(Stream& stream, std::unique_lock<std::mutex>& quiet) const;
    void setTokens(const MadeStream& made);
    void open(const Streams::Entry& entry);
    void close(std::uint64_t stream, CloseReason reason);
    void report(const std::string& part, const Error& error);

    const Parts parts_;
    StreamMaker maker_;
    std::map<std::string, std::uint64_t> numbers_;  ///< of the streams that are there, by name
    Recovery::Records absent_;
    Guarded<std::vector<StreamRecord>> begun_;  ///< of waiting streams, to be saved
    std::set<std::string> forgotten_;           ///< of the plan that is applied next
};

/// Something of the configuration does not work: for the health board and the log.
void reportFailing(HealthBoard& health, Log& log, const std::string& part, const Error& error);

}  // namespace runnel
