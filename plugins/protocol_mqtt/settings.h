// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mqtt/client_settings.h"
#include "mqtt/packet.h"
#include "runnel/protocol.h"
#include "topic_pattern.h"

namespace runnel::mqtt {

/// `protocols: {mqtt: {…}}` of runnel.yaml.
struct Settings {
    std::vector<std::string> listen;       ///< TLS
    std::vector<std::string> listenPlain;  ///< without encryption
    std::size_t threads = 1;
    std::size_t maxConnections = 20'000;
    bool privateAddresses = false;  ///< role client may connect to them
};
Settings readSettings(const Fields& fields);

/// What a stream's option `role` makes of runnel.
enum class Role : std::uint8_t {
    Listener,  ///< the broker to which applications connect
    Client     ///< a client of somebody's broker
};
Role roleOf(const StreamConfig& stream);

/// The options of a stream with role client, checked.
struct PublisherOptions {
    ClientSettings client;
    TopicPattern topic;
    TopicPattern downTopic;     ///< empty: no downlinks
    TopicPattern receiptTopic;  ///< empty: no receipts
    Qos qos = 1;
    bool isRetained = false;
};
/// An error names the option, what was found and what was expected. Reads PEM files.
Result<PublisherOptions> readPublisherOptions(const StreamConfig& stream, const Settings& settings,
                                              net::TlsClientContexts& contexts);

}  // namespace runnel::mqtt
