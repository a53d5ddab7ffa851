// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "delivery/downlink_desk.h"
#include "state/records.h"

namespace runnel {

/// The downlinks that are remembered: open ones, and old ones as idempotency keys.
/// Thread safety: none; whoever owns it locks.
class Ledger final {
  public:
    using Stage = DownlinkRecord::Stage;

    struct Entry {
        DownlinkRecord record;
        bool isStored = false;   ///< on disk: accepted
        bool isCleared = false;  ///< stage Sending is on disk: it may go to its connector
        bool isSent = false;     ///< the connector has got it, since the start of this process
        std::uint32_t seen = 0;  ///< bit (1 << Kind) for each event that was heard of it
        std::vector<DownlinkDesk::Answer> repeats;  ///< sent again before it was stored

        /// It is still here that it has to wait, or to expire.
        bool isOpen() const { return record.stage <= Stage::Sending && !isSent; }
    };

    Entry& add(DownlinkRecord record);
    /// By the id that the network knows; null if there is none.
    Entry* find(const std::string& id);
    Entry* findBySender(const std::string& stream, const std::string& senderId);
    /// It was not stored after all.
    void drop(const std::string& id);
    /// It is stored. Called in the order of acceptance.
    void keep(Entry& entry);
    /// Forgets the oldest ones as long as they are not open and were accepted before `before`, at
    /// most `max`. Returns their ids.
    std::vector<std::string> forget(Instant before, std::size_t max);

    /// Kept ones are numbered from 1 in the order of acceptance: [firstNumber, endNumber) are here.
    std::uint64_t firstNumber() const { return firstNumber_; }
    std::uint64_t endNumber() const { return firstNumber_ + order_.size(); }
    const Entry& at(std::uint64_t number) const;

    std::size_t size() const { return entries_.size(); }
    std::unordered_map<std::string, Entry>& entries() { return entries_; }

  private:
    void erase(std::unordered_map<std::string, Entry>::iterator entry);

    std::unordered_map<std::string, Entry> entries_;  ///< by network id
    /// (stream, sender's id) -> network id
    std::map<std::pair<std::string, std::string>, std::string> senders_;
    std::deque<std::string> order_;  ///< network ids of the stored ones, oldest first
    std::uint64_t firstNumber_ = 1;  ///< of order_'s first
};

}  // namespace runnel
