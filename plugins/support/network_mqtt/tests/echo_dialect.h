// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "network_mqtt/dialect.h"

namespace runnel::network_mqtt::test {

/// The simplest server: a payload is a message's text and id, "?" is none, "-" is nothing to us. A
/// downlink's address is its topic.
class EchoDialect final : public Dialect {
  public:
    std::vector<std::string> subscriptions() const override { return {"up/+", "events/#"}; }
    Result<events::NetworkEvent> read(std::string_view /*topic*/,
                                      std::string_view payload) const override {
        if (payload == "?") return Error{"field", "must be something else"};
        events::NetworkEvent event;
        if (payload == "-") event.ignored = "nothing to us";
        event.message.text = event.message.originId = payload;
        return event;
    }
    Result<Command> write(const Downlink& downlink) const override {
        if (downlink.networkDevice.empty()) return Error{"DeviceEUI", "has no address"};
        return Command{downlink.networkDevice, downlink.id};
    }
};

}  // namespace runnel::network_mqtt::test
