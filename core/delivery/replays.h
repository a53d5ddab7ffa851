// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "delivery/catch_up.h"
#include "delivery/streams.h"

namespace runnel {

class Replay;

/// What was asked for and how far it has come. Thread safety: plain values.
struct ReplayReport {
    enum class State : std::uint8_t { Running, Done, Failed, Cancelled };

    std::uint64_t id = 0;  ///< rises
    std::string stream;    ///< whose messages: "70B3D57ED0000001/cloud"
    std::string toStream;  ///< who gets them
    Instant from{};        ///< received then or later …
    Instant to{};          ///< … and before this
    Instant started{};
    State state = State::Running;
    std::uint64_t sent = 0;     ///< handed to a session; once more after a change of it
    std::uint64_t arrived = 0;  ///< or not wanted by the format
    std::uint64_t refused = 0;  ///< could not be delivered; they do not become dead letters
    Position position = 0;      ///< everything of it up to here has been read from the journal
    Position through = 0;       ///< the last position to be looked at
    std::string text;           ///< why it failed, or what retention has taken of it; else ""
};

/// Messages that are sent again on request, from the journal, into the marked lane of a stream
/// (Parcel::isReplay): outside its books and the order promise, and beside its live messages. Each
/// is sent at least once, also if the session changes, and waits while there is none. CatchUp's
/// thread reads, a slice at a time, as the lane has room; a replay has at most
/// ReplayLane::kMaxOfReplay messages in memory.
///
/// Replays live in memory only: a restart of the broker ends them, and they are to be asked for
/// again. Thread safety: any thread.
class Replays final {
  public:
    static constexpr std::size_t kMaxRunning = 16;
    /// Ended ones, the newest.
    static constexpr std::size_t kMaxRemembered = 100;

    struct Parts {
        const Journal& journal;
        const Streams& streams;
        CatchUp& catchUp;
        const Clock& clock;
        Log& log;
    };
    explicit Replays(Parts parts);
    /// Ends those that run, before the streams end.
    ~Replays();

    struct Request {
        std::string stream;  ///< whose scope and kinds, as they are now
        Instant from{};
        Instant to{};          ///< what is received from now on is not sent again in any case
        std::string toStream;  ///< "": the same
    };
    /// The error names what is wrong, as in the API: "stream", "toStream", "to"; "" = too many run.
    Result<ReplayReport> start(const Request& request);

    /// Of one stream's messages; newest first.
    std::vector<ReplayReport> list(const std::string& stream) const;
    std::optional<ReplayReport> find(std::uint64_t id) const;
    /// False if it has ended already, or there is none.
    bool cancel(std::uint64_t id);

    /// Streams were put in place or taken away: a replay goes on at the stream of the same name, or
    /// fails if there is none.
    void streamsChanged();

    std::size_t runningCount() const;

  private:
    struct Table {
        std::deque<std::shared_ptr<Replay>> replays;  ///< oldest first
        std::uint64_t last = 0;
    };
    std::vector<std::shared_ptr<Replay>> running() const;
    static void forget(Table& table);

    const Parts parts_;
    std::mutex moving_;  ///< one streamsChanged() at a time
    mutable Guarded<Table> table_;
};

}  // namespace runnel
