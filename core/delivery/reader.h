// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "delivery/in_flight.h"

namespace runnel {

/// Who a session is, fixed when it is made.
struct Visitor {
    std::uint64_t token{};  ///< Grant::token
    Instant since{};
    std::string peer;
    bool isSendOnly = false;
};

/// How far a session is behind, for people. Thread safety: a plain value.
struct Lag {
    std::uint64_t unsettled = 0;           ///< handed to it, also what is sent again
    std::optional<std::uint64_t> waiting;  ///< of a holder: pending, and not handed to it yet
};

/// How far one session has come in its stream. Thread safety: part of the stream's locked state,
/// `session` and `visitor` excepted, which never change.
struct Reader {
    explicit Reader(std::shared_ptr<Session> plugin, Visitor who = {})
        : session(std::move(plugin)), visitor(std::move(who)) {}

    const std::shared_ptr<Session> session;
    const Visitor visitor;
    std::uint32_t sender = 0;  ///< of a send-only session: its place among the stream's

    bool isEnded = false;     ///< the core has asked it to close: it sends nothing any more
    bool isAttached = false;  ///< the stream counts it among its readers

    /// Live readers take from the stream's window, the others from what CatchUp fetched for them.
    bool isLive = true;
    std::uint64_t next = 0;           ///< live: ordinal of the next item in the window
    std::vector<EncodedPtr> backlog;  ///< [backlogFirst, end) was fetched and not taken
    std::size_t backlogFirst = 0;
    Position fetched = 0;     ///< not live: all up to here was fetched (or taken)
    bool isFetching = false;  ///< CatchUp has a request for it
    bool isJoining = false;   ///< nearly live: the window collects for it

    std::uint64_t epoch =
        0;  ///< rises when the core moves the reader; a take in progress starts over
    bool isWaiting = true;  ///< gets ready() when there is something
    Position taken = 0;     ///< newest position taken
    std::uint64_t lastParcel = 0;
    InFlight inFlight;

    Position filterThrough = 0;  ///< since=, from=: up to here the client does not want it
    Position skipBehind = 0;     ///< (skipBehind, skipThrough] it settled itself as a listener
    Position skipThrough = 0;

    /// A listener's record: it settled every message in (runStart, runThrough].
    Position runStart = 0;
    Position runThrough = 0;
    std::uint64_t runOrdinal = 0;  ///< of the message at runThrough

    std::size_t backlogSize() const { return backlog.size() - backlogFirst; }
};

}  // namespace runnel
