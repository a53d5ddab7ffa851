// SPDX-License-Identifier: Apache-2.0
// What people see of downlinks, and what they may send without a stream of their own.
#include <algorithm>

#include "downlink/downlinks.h"

namespace runnel {

namespace {

/// Looked at per lock, so that a list of a quiet device holds up no downlink.
constexpr std::uint64_t kAtOnce = 1000;

bool isWanted(const Downlinks::Filter& filter, const Downlink& downlink) {
    return (!filter.application || downlink.application == filter.application) &&
           (!filter.device || downlink.device == *filter.device);
}

}  // namespace

std::vector<Downlinks::Listed> Downlinks::list(const Filter& filter, std::uint64_t before,
                                               std::size_t max) const {
    std::vector<Listed> list;
    std::uint64_t end = before;
    while (list.size() < max) {
        auto memory = memory_.lock();
        const Ledger& ledger = memory->ledger;
        end = end == 0 ? ledger.endNumber() : std::min(end, ledger.endNumber());
        const std::uint64_t first = std::max(ledger.firstNumber(), end - std::min(end, kAtOnce));
        if (end <= first) break;
        while (end > first && list.size() < max) {
            const DownlinkRecord& record = ledger.at(--end).record;
            if (isWanted(filter, record.downlink)) list.push_back({end, record});
        }
    }
    return list;
}

Grant apiGrant(Eui application) {
    auto config = std::make_shared<StreamConfig>();
    config->name = text(application) + "/@api";  // no stream's name can have an '@'
    config->application = application;
    return {.token = 0, .mayReceive = false, .maySend = true, .stream = std::move(config)};
}

}  // namespace runnel
