// SPDX-License-Identifier: Apache-2.0
#include "downlink/ledger.h"

namespace runnel {

Ledger::Entry& Ledger::add(DownlinkRecord record) {
    const std::string id = record.downlink.id;
    senders_[{record.stream, record.senderId}] = id;
    Entry& entry = entries_[id];
    entry.record = std::move(record);
    return entry;
}

Ledger::Entry* Ledger::find(const std::string& id) {
    const auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : &found->second;
}

Ledger::Entry* Ledger::findBySender(const std::string& stream, const std::string& senderId) {
    const auto found = senders_.find({stream, senderId});
    return found == senders_.end() ? nullptr : find(found->second);
}

void Ledger::drop(const std::string& id) {
    erase(entries_.find(id));
}

void Ledger::keep(Entry& entry) {
    entry.isStored = true;
    order_.push_back(entry.record.downlink.id);
}

std::vector<std::string> Ledger::forget(Instant before, std::size_t max) {
    std::vector<std::string> forgotten;
    while (!order_.empty() && forgotten.size() < max) {
        const auto oldest = entries_.find(order_.front());
        const Entry& entry = oldest->second;
        if (entry.record.accepted >= before || entry.isOpen()) break;
        erase(oldest);
        forgotten.push_back(std::move(order_.front()));
        order_.pop_front();
        ++firstNumber_;
    }
    return forgotten;
}

const Ledger::Entry& Ledger::at(std::uint64_t number) const {
    return entries_.at(order_[static_cast<std::size_t>(number - firstNumber_)]);
}

void Ledger::erase(std::unordered_map<std::string, Entry>::iterator entry) {
    const DownlinkRecord& record = entry->second.record;
    senders_.erase({record.stream, record.senderId});
    entries_.erase(entry);
}

}  // namespace runnel
