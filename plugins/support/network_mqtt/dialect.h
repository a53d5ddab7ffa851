// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "events/network_event.h"
#include "runnel/document.h"

namespace runnel::network_mqtt {

/// What a downlink becomes: one publish.
struct Command {
    std::string topic;
    std::string payload;
};

/// What differs between network servers behind MQTT: topics and documents. Has no state.
/// Thread safety: any thread; does not block.
class Dialect {
  public:
    virtual ~Dialect() = default;

    virtual std::vector<std::string> subscriptions() const = 0;
    /// What a message says. The error names the member that is wrong, or "topic".
    virtual Result<events::NetworkEvent> read(std::string_view topic,
                                              std::string_view payload) const = 0;
    /// An error when the device's address is not one of this server.
    virtual Result<Command> write(const Downlink& downlink) const = 0;
};

}  // namespace runnel::network_mqtt
