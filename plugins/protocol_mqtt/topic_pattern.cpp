// SPDX-License-Identifier: Apache-2.0
#include "topic_pattern.h"

#include <algorithm>
#include <array>
#include <utility>

#include "mqtt/text_check.h"
#include "mqtt/topic.h"

namespace runnel::mqtt {

namespace {

constexpr std::size_t kMaxLevel = 200;  // bytes

/// One level of a topic: nothing in it may end the level, be a wildcard or make a broker hang up.
std::string asLevel(std::string text) {
    text.resize(std::min(text.size(), kMaxLevel));
    const bool isUtf8 = isText(text);
    for (char& c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool isControl = byte < 0x20 || byte == 0x7F || (byte > 0x7F && !isUtf8);
        if (c == '/' || c == '+' || c == '#' || isControl) c = '_';
    }
    return text.empty() ? "-" : text;
}

std::string orDash(const std::optional<Eui>& eui) {
    return eui ? text(*eui) : "-";
}

}  // namespace

std::string_view eventName(const Message* message) {
    if (message == nullptr) return "gap";
    switch (message->kind) {
        case Kind::Uplink:
            return "up";
        case Kind::Join:
            return "join";
        case Kind::Queued:
            return "queued";
        case Kind::Sent:
            return "sent";
        case Kind::Acknowledged:
            return "acknowledged";
        case Kind::NotAcknowledged:
            return "notAcknowledged";
        case Kind::Expired:
            return "expired";
        case Kind::Failed:
            return "failed";
        case Kind::DeviceStatus:
            return "status";
        case Kind::Location:
            return "location";
        case Kind::Test:
            return "test";
    }
    return "unknown";
}

/// What fills the placeholders; "" is written as "-".
struct TopicPattern::Facts {
    std::string application, device, deviceName, gateway, port, event, stream;

    const std::string& of(Is is) const {
        switch (is) {
            case Is::AppEui:
                return application;
            case Is::DeviceEui:
                return device;
            case Is::DeviceName:
                return deviceName;
            case Is::GatewayEui:
                return gateway;
            case Is::Port:
                return port;
            case Is::Event:
                return event;
            case Is::Stream:
            case Is::Text:
                break;
        }
        return stream;
    }
};

std::optional<TopicPattern::Is> TopicPattern::placeholder(std::string_view name) {
    static constexpr std::array<std::pair<std::string_view, Is>, 7> kNames{
        {{"AppEUI", Is::AppEui},
         {"DeviceEUI", Is::DeviceEui},
         {"DeviceName", Is::DeviceName},
         {"GatewayEUI", Is::GatewayEui},
         {"Port", Is::Port},
         {"event", Is::Event},
         {"stream", Is::Stream}}};
    for (const auto& [known, is] : kNames) {
        if (known == name) return is;
    }
    return std::nullopt;
}

Result<TopicPattern> TopicPattern::parse(std::string_view text) {
    TopicPattern pattern;
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::size_t open = rest.find('{');
        if (open != 0) pattern.pieces_.push_back({Is::Text, std::string(rest.substr(0, open))});
        if (open == std::string_view::npos) break;
        const std::size_t close = rest.find('}', open);
        const std::string_view name =
            rest.substr(open + 1, close == std::string_view::npos ? close : close - open - 1);
        const std::optional<Is> is = placeholder(name);
        if (!is || close == std::string_view::npos) {
            return Error{"", "has {" + std::string(name) +
                                 "}, must have only {AppEUI}, {DeviceEUI}, {DeviceName}, "
                                 "{GatewayEUI}, {Port}, {event} and {stream}"};
        }
        pattern.pieces_.push_back({*is, {}});
        rest.remove_prefix(close + 1);
    }
    for (const Piece& piece : pattern.pieces_) {
        if (piece.is == Is::Text && !isTopicName(piece.text)) {
            return Error{"", "must be a topic without + and #, found " + std::string(text)};
        }
    }
    return pattern;
}

bool TopicPattern::has(Is is) const {
    return std::any_of(pieces_.begin(), pieces_.end(),
                       [is](const Piece& piece) { return piece.is == is; });
}

bool TopicPattern::has(std::string_view name) const {
    const std::optional<Is> is = placeholder(name);
    return is && has(*is);
}

std::string TopicPattern::fill(const Facts& facts) const {
    std::string topic;
    for (const Piece& piece : pieces_) {
        topic += piece.is == Is::Text ? piece.text : asLevel(facts.of(piece.is));
    }
    return topic;
}

/// Several documents are one per reception, in order; a single one shows the stream's gateway, or
/// the best reception.
std::optional<Eui> TopicPattern::gatewayOf(const StreamConfig& stream, const Parcel& parcel,
                                           std::size_t document) const {
    if (stream.gateway) return stream.gateway;
    const std::vector<Reception>& receptions = parcel.message->receptions;
    if (receptions.empty()) return std::nullopt;
    if (parcel.documents->size() == receptions.size()) return receptions[document].gateway;
    const auto isWorse = [](const Reception& one, const Reception& other) {
        return std::pair(one.snrDb, one.rssiDbm) < std::pair(other.snrDb, other.rssiDbm);
    };
    return std::max_element(receptions.begin(), receptions.end(), isWorse)->gateway;
}

std::string TopicPattern::topicOf(const StreamConfig& stream, const Parcel& parcel,
                                  std::size_t document) const {
    const Message* message = parcel.message.get();
    Facts facts;
    facts.stream = stream.name.substr(stream.name.find('/') + 1);
    facts.event = eventName(message);
    facts.application = orDash(message ? message->application : stream.application);
    facts.device = message ? text(message->device) : orDash(stream.device);
    if (message != nullptr) {
        if (has(Is::DeviceName)) facts.deviceName = message->deviceName;
        if (has(Is::Port)) facts.port = std::to_string(message->port);
        if (has(Is::GatewayEui)) facts.gateway = orDash(gatewayOf(stream, parcel, document));
    }
    return fill(facts);
}

std::string TopicPattern::topicOf(const StreamConfig& stream, Eui device) const {
    Facts facts;
    facts.stream = stream.name.substr(stream.name.find('/') + 1);
    facts.application = orDash(stream.application);
    facts.device = text(device);
    return fill(facts);
}

std::string TopicPattern::filterFor(const StreamConfig& stream) const {
    std::string filter;
    for (const Piece& piece : pieces_) {
        if (piece.is == Is::Text) {
            filter += piece.text;
        } else if (piece.is == Is::Stream) {
            filter += asLevel(stream.name.substr(stream.name.find('/') + 1));
        } else if (piece.is == Is::AppEui && stream.application) {
            filter += text(*stream.application);
        } else if (piece.is == Is::DeviceEui && stream.device) {
            filter += text(*stream.device);
        } else {
            filter += '+';
        }
    }
    return filter;
}

/// Placeholders stand for whole levels here, which filterFor's user has checked.
std::optional<Eui> TopicPattern::deviceIn(std::string_view topic) const {
    std::size_t level = 0;
    for (const Piece& piece : pieces_) {
        if (piece.is == Is::DeviceEui) break;
        if (piece.is != Is::Text) continue;
        level += static_cast<std::size_t>(std::count(piece.text.begin(), piece.text.end(), '/'));
    }
    for (; level > 0; --level) {
        const std::size_t slash = topic.find('/');
        if (slash == std::string_view::npos) return std::nullopt;
        topic.remove_prefix(slash + 1);
    }
    return parseEui(topic.substr(0, topic.find('/')));
}

}  // namespace runnel::mqtt
