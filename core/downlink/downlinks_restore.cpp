// SPDX-License-Identifier: Apache-2.0
// What becomes of downlinks that an earlier run of the broker accepted.
#include <string>
#include <vector>

#include "downlink/downlinks.h"

namespace runnel {

void Downlinks::restore(std::span<const DownlinkRecord> records,
                        std::span<const MessagePtr> events) {
    std::vector<DownlinkRecord> stranded;
    std::vector<std::string> connected;
    {
        auto memory = memory_.lock();
        for (const DownlinkRecord& record : records) {
            memory->ledger.keep(memory->ledger.add(record));
        }
        for (const MessagePtr& event : events) recall(*memory, *event);
        for (const DownlinkRecord& record : records) {
            Entry& entry = *memory->ledger.find(record.downlink.id);
            entry.record.downlink.mayHaveBeenSent = record.stage == Stage::Sending;
            if (!entry.isOpen()) continue;
            const auto lane = memory->lanes.find(record.downlink.network);
            if (lane != memory->lanes.end()) {
                lane->second.waiting.push_back(record.downlink.id);
            } else if (!memory->missing.contains(record.downlink.network)) {
                stranded.push_back(entry.record);
            }
        }
        for (const auto& [network, lane] : memory->lanes) {
            if (lane.isConnected) connected.push_back(network);
        }
    }
    for (const DownlinkRecord& record : stranded) {
        failed(record.downlink.id,
               "network '" + record.downlink.network +
                   "', which was to carry it, is not configured any more" +
                   (record.downlink.mayHaveBeenSent ? "; it may have been sent already" : ""));
    }
    for (const std::string& network : connected) flush(network);
}

}  // namespace runnel
