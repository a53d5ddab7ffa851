// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/scope.h"
#include "journal/journal.h"
#include "runnel/document.h"

/// What is saved in state.db. Thread safety: plain values.
namespace runnel {

/// What became of a stream's messages: matched = settled + expired + dead + filtered + pending, at
/// any moment.
struct Books {
    std::uint64_t matched = 0;   ///< the stream's scope and kinds covered it
    std::uint64_t settled = 0;   ///< delivered
    std::uint64_t expired = 0;   ///< retention removed it before anybody took it
    std::uint64_t dead = 0;      ///< can never be delivered
    std::uint64_t filtered = 0;  ///< format, protocol or client did not want it

    std::uint64_t done() const { return settled + expired + dead + filtered; }
    std::uint64_t pending() const { return matched - done(); }
    bool operator==(const Books&) const = default;
};

/// Where a stream stands.
struct StreamRecord {
    std::string name;  ///< "70B3D57ED0000001/cloud"
    Scope scope;
    std::uint32_t kinds = 0;  ///< bit (1 << Kind) for each kind that it carries
    Position cursor = 0;      ///< everything of the stream up to here is done
    Position counted = 0;     ///< books.matched counts the stream's messages up to here
    Books books;
    std::optional<Gap> gap;  ///< what the next session has to be told of
};

/// A message that could not be delivered, with a copy: retention does not concern it.
struct DeadLetter {
    std::uint64_t id = 0;  ///< given by State; rises
    std::string stream;    ///< name
    std::string reason;
    Instant time{};  ///< when delivery was given up
    MessagePtr message;
};

struct DownlinkRecord {
    enum class Stage : std::uint8_t {
        Waiting = 0,     ///< accepted; for its connector to be connected
        Sending = 1,     ///< given to the connector, which has said nothing about it yet
        HandedOver = 2,  ///< the network server has it
        Ended = 3        ///< kept as idempotency key only
    };
    Downlink downlink;     ///< with the id that the network knows; `fields` is not saved
    std::string senderId;  ///< the application's id, or ours if it gave none
    std::string stream;    ///< name
    Instant accepted{};
    Instant expires{};
    Stage stage = Stage::Waiting;
};

}  // namespace runnel
