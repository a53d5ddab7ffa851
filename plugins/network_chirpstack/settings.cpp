// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include <utility>

#include "events/network_event.h"
#include "mqtt/topic.h"
#include "network_mqtt/client_id.h"

namespace runnel::chirpstack {

Result<Settings> readSettings(const Fields& options) {
    Settings settings;
    settings.topicPrefix = valueOr<std::string>(options, "topicPrefix", "");
    if (!settings.topicPrefix.empty() && !settings.topicPrefix.ends_with('/')) {
        settings.topicPrefix += '/';
    }
    if (!settings.topicPrefix.empty() && !mqtt::isTopicName(settings.topicPrefix)) {
        return Error{"topicPrefix", "must be the beginning of a topic, without + and #, found " +
                                        settings.topicPrefix};
    }
    const auto marshalling = valueOr<std::string>(options, "marshalling", "json");
    if (marshalling != "json" && marshalling != "protobuf") {
        return Error{"marshalling", "must be json or protobuf, found " + marshalling};
    }
    settings.isProtobuf = marshalling == "protobuf";
    if (auto error = events::checkApplications(options)) return *std::move(error);
    auto client = mqtt::readClientSettings(
        options, network_mqtt::defaultClientId(options, "chirpstack\n" + settings.topicPrefix));
    if (!client) return client.error();
    settings.client = *std::move(client);
    return settings;
}

}  // namespace runnel::chirpstack
