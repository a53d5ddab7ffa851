// SPDX-License-Identifier: Apache-2.0
#include "sessions/pattern.h"

#include <algorithm>
#include <array>
#include <utility>

namespace runnel::sessions {

namespace {

using Is = Pattern::Is;

constexpr std::array<std::pair<std::string_view, Is>, 7> kNames{{{"AppEUI", Is::AppEui},
                                                                 {"DeviceEUI", Is::DeviceEui},
                                                                 {"DeviceName", Is::DeviceName},
                                                                 {"GatewayEUI", Is::GatewayEui},
                                                                 {"Port", Is::Port},
                                                                 {"event", Is::Event},
                                                                 {"stream", Is::Stream}}};

std::optional<Is> placeholder(std::string_view name) {
    const auto* found = std::find_if(kNames.begin(), kNames.end(),
                                     [name](const auto& known) { return known.first == name; });
    return found == kNames.end() ? std::nullopt : std::optional(found->second);
}

std::string textOf(const std::optional<Eui>& eui) {
    return eui ? text(*eui) : std::string();
}

/// Several documents are one per reception, in order; a single one shows the stream's gateway, or
/// the best reception.
std::optional<Eui> gatewayOf(const StreamConfig& stream, const Parcel& parcel,
                             std::size_t document) {
    if (stream.gateway) return stream.gateway;
    const std::vector<Reception>& receptions = parcel.message->receptions;
    if (receptions.empty()) return std::nullopt;
    if (parcel.documents->size() == receptions.size()) return receptions[document].gateway;
    const auto isWorse = [](const Reception& one, const Reception& other) {
        return std::pair(one.snrDb, one.rssiDbm) < std::pair(other.snrDb, other.rssiDbm);
    };
    return std::max_element(receptions.begin(), receptions.end(), isWorse)->gateway;
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

/// What fills the placeholders.
struct Pattern::Facts {
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

Result<Pattern> Pattern::parse(std::string_view text) {
    Pattern pattern;
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
    return pattern;
}

bool Pattern::has(Is is) const {
    return std::any_of(pieces_.begin(), pieces_.end(),
                       [is](const Piece& piece) { return piece.is == is; });
}

bool Pattern::has(std::string_view name) const {
    const std::optional<Is> is = placeholder(name);
    return is && has(*is);
}

std::string Pattern::fill(const Facts& facts, Encode encode) const {
    std::string filled;
    for (const Piece& piece : pieces_) {
        filled += piece.is == Is::Text ? piece.text : encode(facts.of(piece.is));
    }
    return filled;
}

std::string Pattern::fill(const StreamConfig& stream, const Parcel& parcel, std::size_t document,
                          Encode encode) const {
    const Message* message = parcel.message.get();
    Facts facts;
    facts.stream = nameOf(stream);
    facts.event = eventName(message);
    facts.application = textOf(message ? message->application : stream.application);
    facts.device = message ? text(message->device) : textOf(stream.device);
    if (message != nullptr) {
        if (has(Is::DeviceName)) facts.deviceName = message->deviceName;
        if (has(Is::Port)) facts.port = std::to_string(message->port);
        if (has(Is::GatewayEui)) facts.gateway = textOf(gatewayOf(stream, parcel, document));
    }
    return fill(facts, encode);
}

std::string Pattern::fill(const StreamConfig& stream, std::optional<Eui> device,
                          Encode encode) const {
    Facts facts;
    facts.stream = nameOf(stream);
    facts.application = textOf(stream.application);
    facts.device = textOf(device);
    return fill(facts, encode);
}

}  // namespace runnel::sessions
