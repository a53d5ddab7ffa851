// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "network_mqtt/dialect.h"

namespace runnel::tts {

/// "application@tenant", or "application" where there are no tenants.
bool isUser(std::string_view user);

/// The Things Stack v3's MQTT server, for one application: ApplicationUp on
/// v3/USER/devices/DEVICE/…, downlinks to …/down/push. A device's address is "USER/DEVICE". Events
/// about a downlink name it by its correlation id.
/// Thread safety: as Dialect.
class TtsDialect final : public network_mqtt::Dialect {
  public:
    explicit TtsDialect(std::string user)
        : user_(std::move(user)), prefix_("v3/" + user_ + "/devices/") {}

    std::vector<std::string> subscriptions() const override;
    Result<events::NetworkEvent> read(std::string_view topic,
                                      std::string_view payload) const override;
    Result<network_mqtt::Command> write(const Downlink& downlink) const override;

  private:
    const std::string user_;
    const std::string prefix_;
};

}  // namespace runnel::tts
