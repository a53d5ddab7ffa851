// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "plugins/support/mqtt/tests/any_packet.h"

namespace runnel::mqtt {

struct Sample {
    std::string name;
    Peer peer;
    Packet packet;
};

/// Every type of packet in both versions and from each side that may send it, as small and as full
/// as it may be. What they point to lives as long as the program. Thread safety: any thread.
std::vector<Sample> samplePackets();

}  // namespace runnel::mqtt
