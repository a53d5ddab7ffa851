// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/log.h"
#include "delivery/streams.h"
#include "ingress/ingress.h"
#include "journal/journal.h"
#include "registry/devices.h"
#include "route/router.h"
#include "state/state.h"

namespace runnel {

/// What a start does with what was saved: every stream goes on where it stood, messages that were
/// journaled after the last checkpoint are counted, what retention or damage took meanwhile is
/// expired, and repeats and devices of the recent past are known.
/// Thread safety: used once, before anything is started.
class Recovery final {
  public:
    struct Parts {
        Journal& journal;
        State& state;
        const Clock& clock;
        Log& log;
    };
    explicit Recovery(Parts parts);

    /// Above every position that was ever saved: a new journal has to start there.
    static Position highest(const State::Saved& saved);

    /// The stream is configured, but cannot be made now: what comes from here on waits for it.
    /// Before run().
    void await(const std::string& stream);
    /// Where the stream starts: at its record; a new one behind the newest message.
    StreamRecord recordOf(const StreamConfig& config, Scope scope, std::uint32_t kinds) const;
    /// Lets devices and ingress know the newest messages. Returns the events of downlinks among
    /// them.
    std::vector<MessagePtr> remind(Devices& devices, Ingress& ingress) const;
    /// Once all streams are made: brings their books up to the journal's head and saves them. A
    /// journal in which damage shows only now is replaced, and what streams miss for it is expired.
    /// Throws ConfigError if it cannot be read for another reason, or nothing can be saved.
    /// Returns the records of streams that are not there, which are kept in case they come back.
    using Records = std::map<std::string, StreamRecord>;
    Records run(const Streams& streams, Router& router);

  private:
    using Visit = std::function<void(std::span<const MessagePtr>)>;
    struct Damage {};  ///< thrown within this class
    void read(Position after, Position through, const Visit& visit) const;
    void check(const Status& status) const;
    void replaceJournal() const;
    StreamRecord firstRecord() const;
    Records save(const Streams& streams) const;

    const Parts parts_;
    Records saved_;
    std::set<std::string> awaited_;
    Position checkpoint_;
};

}  // namespace runnel
