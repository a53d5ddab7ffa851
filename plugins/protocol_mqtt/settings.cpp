// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include <utility>

#include "mqtt/topic.h"

namespace runnel::mqtt {

namespace {

std::vector<std::string> texts(const Fields& fields, std::string_view name) {
    std::vector<std::string> texts;
    for (const Value& value : valueOr<List>(fields, name, {})) {
        if (const auto* text = std::get_if<std::string>(&value.is)) texts.push_back(*text);
    }
    return texts;
}

Result<TopicPattern> readPattern(const Fields& options, std::string_view name) {
    auto pattern = TopicPattern::parse(valueOr<std::string>(options, name, ""));
    if (!pattern) return Error{std::string(name), pattern.error().reason};
    return pattern;
}

/// What comes in is found by its device, so the device must be a level of its own.
Status checkDownTopic(const TopicPattern& pattern, const StreamConfig& stream) {
    if (pattern.isEmpty()) return Done{};
    for (const char* name : {"event", "GatewayEUI", "Port"}) {
        if (pattern.has(name)) {
            return Error{"downTopic",
                         "must not have {" + std::string(name) + "}: a downlink has none"};
        }
    }
    const std::string filter = pattern.filterFor(stream);
    if (!isTopicFilter(filter)) {
        return Error{"downTopic",
                     "must have placeholders as whole levels, such as site/{DeviceEUI}/down"};
    }
    if (!pattern.has("DeviceEUI") && !stream.device) {
        return Error{"downTopic", "must have {DeviceEUI}, so that a downlink finds its device"};
    }
    return Done{};
}

Status checkReceiptTopic(const PublisherOptions& options) {
    if (!options.receiptTopic.isEmpty() && options.downTopic.isEmpty()) {
        return Error{"receiptTopic", "is of no use without downTopic"};
    }
    for (const char* name : {"event", "GatewayEUI", "Port", "DeviceName"}) {
        if (options.receiptTopic.has(name)) {
            return Error{"receiptTopic", "must not have {" + std::string(name) + "}"};
        }
    }
    return Done{};
}

}  // namespace

Settings readSettings(const Fields& fields) {
    Settings settings;
    settings.listen = texts(fields, "listen");
    settings.listenPlain = texts(fields, "listenPlain");
    const auto integer = [&](std::string_view name, std::int64_t fallback) {
        return static_cast<std::size_t>(valueOr<std::int64_t>(fields, name, fallback));
    };
    settings.threads = integer("threads", 1);
    settings.maxConnections = integer("maxConnections", 20'000);
    settings.privateAddresses = valueOr<bool>(fields, "privateAddresses", false);
    return settings;
}

Role roleOf(const StreamConfig& stream) {
    const std::string role = valueOr<std::string>(stream.options, "role", "listener");
    return role == "client" ? Role::Client : Role::Listener;
}

Result<PublisherOptions> readPublisherOptions(const StreamConfig& stream, const Settings& settings,
                                              net::TlsClientContexts& contexts) {
    PublisherOptions options;
    // Not the token or anything else that changes: under this name the broker keeps our session.
    auto client = readClientSettings(stream.options, "runnel/" + stream.name, contexts);
    if (!client) return client.error();
    options.client = *std::move(client);
    options.client.isPublicOnly = !settings.privateAddresses;
    options.client.window = static_cast<std::uint16_t>(
        valueOr<std::int64_t>(stream.options, "window", options.client.window));
    for (const auto& [name, pattern] :
         {std::pair{"topic", &options.topic}, std::pair{"downTopic", &options.downTopic},
          std::pair{"receiptTopic", &options.receiptTopic}}) {
        auto read = readPattern(stream.options, name);
        if (!read) return read.error();
        *pattern = *std::move(read);
    }
    if (options.topic.isEmpty()) return Error{"topic", "must be a topic, found nothing"};
    if (auto wrong = checkDownTopic(options.downTopic, stream); !wrong) return wrong.error();
    if (auto wrong = checkReceiptTopic(options); !wrong) return wrong.error();
    options.qos = static_cast<Qos>(valueOr<std::int64_t>(stream.options, "qos", 1));
    options.isRetained = valueOr<bool>(stream.options, "retain", false);
    return options;
}

}  // namespace runnel::mqtt
