// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "mqtt/packet.h"

namespace runnel::mqtt {

/// Names a received message of QoS 1 or 2 until it is acknowledged. Never 0, never given twice by
/// one object, through all of its connections.
using Receipt = std::uint64_t;

/// The messages of QoS 1 and 2 that one connection has received and not acknowledged. Whoever
/// processes them may finish in any order; PUBACK and PUBREC come out in the order in which the
/// messages came (MQTT 5 §4.6). QoS 2 is the method "store the id": from PUBREC until PUBREL the id
/// is known, and the message, if it comes again, is not handed over twice.
/// Thread safety: none.
class Incoming final {
  public:
    /// `limit`: the receive maximum that the peer was told.
    explicit Incoming(std::uint16_t limit) : limit_(limit) {}

    struct Arrival {
        enum class Is : std::uint8_t {
            New,      ///< hand it over; done(receipt) ends it
            Known,    ///< a repeat of QoS 2: answered by itself
            TooMany,  ///< the peer breaks the receive maximum
        } is{};
        Receipt receipt{};
    };
    Arrival arrived(std::uint16_t packetId, Qos qos);
    /// Unknown receipts, such as those of an earlier connection, are ignored.
    void done(Receipt receipt, Reason reason);
    /// The next acknowledgement that may be sent now.
    std::optional<Ack> next();
    /// PUBREL came: the PUBCOMP for it.
    Ack released(std::uint16_t packetId);

    /// A new connection: what was not acknowledged will come again. With a session that the peer
    /// remembers, ids of QoS 2 stay known.
    void restart(bool isSessionPresent);
    std::size_t unacknowledged() const { return entries_.size() - head_; }

  private:
    struct Entry {
        std::uint16_t packetId{};
        Qos qos{};
        bool isDone{};
        Reason reason{};
    };
    bool isHeld(std::uint16_t packetId) const;

    std::vector<Entry> entries_;  ///< [head_, end), in order of arrival
    std::size_t head_ = 0;
    Receipt first_ = 1;                 ///< of entries_[head_]
    std::vector<std::uint16_t> held_;   ///< QoS 2: PUBREC is out, PUBREL has not come
    std::vector<std::uint16_t> again_;  ///< QoS 2: to be answered once more, in order
    std::uint16_t limit_;
};

}  // namespace runnel::mqtt
