// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "network_mqtt/dialect.h"

namespace runnel::chirpstack {

/// ChirpStack v4's MQTT integration: events on {prefix}application/ID/device/EUI/event/NAME,
/// downlinks to …/command/down (integration.proto's DownlinkCommand). A device's address is
/// "ID/EUI", both as in the topic. Events about a downlink name it by the id under which it was
/// handed over, so nothing has to be remembered.
/// Thread safety: as Dialect.
class ChirpstackDialect final : public network_mqtt::Dialect {
  public:
    /// `topicPrefix` is "" or ends with "/".
    ChirpstackDialect(std::string topicPrefix, bool isProtobuf)
        : prefix_(std::move(topicPrefix)), isProtobuf_(isProtobuf) {}

    std::vector<std::string> subscriptions() const override;
    Result<events::NetworkEvent> read(std::string_view topic,
                                      std::string_view payload) const override;
    Result<network_mqtt::Command> write(const Downlink& downlink) const override;

  private:
    const std::string prefix_;
    const bool isProtobuf_;
};

}  // namespace runnel::chirpstack
