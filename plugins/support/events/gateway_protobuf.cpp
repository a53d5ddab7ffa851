// SPDX-License-Identifier: Apache-2.0
#include "events/gateway_protobuf.h"

#include <algorithm>
#include <limits>

#include "events/region_names.h"

namespace runnel::events {

namespace {

constexpr std::uint32_t kMax32 = std::numeric_limits<std::uint32_t>::max();

/// LoraModulationInfo, FskModulationInfo or LrFhssModulationInfo: their first two figures.
struct Parameters {
    std::uint32_t first{}, second{};
};

Parameters readParameters(ProtobufReader parameters) {
    Parameters figures;
    while (parameters.next()) {
        if (parameters.field() == 1) {
            figures.first = parameters.integer("figure", kMax32);
        } else if (parameters.field() == 2) {
            figures.second = parameters.integer("figure", kMax32);
        } else {
            parameters.skip();
        }
    }
    return figures;
}

std::string readDataRate(ProtobufReader modulation) {
    std::string name;
    while (modulation.next()) {
        const std::uint32_t which = modulation.field();
        if (which < 3 || which > 5) {
            modulation.skip();
            continue;
        }
        const auto [first, second] = readParameters(modulation.message("parameters"));
        if (which == 3) name = loraDataRate(std::min(second, 99U), first);
        if (which == 4) name = fskDataRate(second);
        if (which == 5) name = lrFhssDataRate(first);
    }
    return name;
}

}  // namespace

void readTxInfo(ProtobufReader txInfo, Message& message) {
    while (txInfo.next()) {
        if (txInfo.field() == 1) {
            message.frequencyHz = txInfo.integer("frequency", kMax32);
        } else if (txInfo.field() == 2) {
            message.dataRate = readDataRate(txInfo.message("modulation"));
        } else {
            txInfo.skip();
        }
    }
}

Reception readReception(ProtobufReader rx, std::string& region) {
    Reception reception;
    while (rx.next()) {
        switch (rx.field()) {
            case 1:
                reception.gateway = rx.eui("gatewayId");
                break;
            case 3:
                reception.time = rx.time("gwTime");
                break;
            case 6:
                reception.rssiDbm =
                    static_cast<std::int16_t>(std::clamp(rx.signedInteger("rssi"), -32768, 32767));
                break;
            case 7:
                reception.snrDb = std::clamp(rx.real("snr"), -1000.0F, 1000.0F);
                break;
            case 15:
                readMapEntry(rx.message("metadata"), [&](const auto& key, const auto& value) {
                    if (region.empty() && key == "region_common_name") {
                        region = commonRegionName(value);
                    }
                });
                break;
            default:
                rx.skip();
        }
    }
    return reception;
}

}  // namespace runnel::events
