// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "mqtt/decode.h"
#include "mqtt/reason.h"

namespace runnel::mqtt {
namespace {

/// MQTT 5's tables 3-10 and 3-11 say which side may give which reason. A server's "success" is
/// let through: it closes the connection all the same.
bool maySend(Sender sender, PacketType type, Reason reason) {
    const bool isClient = sender == Sender::Client;
    switch (reason) {
        case Reason::Success:
            return type == PacketType::Disconnect || !isClient;
        case Reason::DisconnectWithWill:
        case Reason::ReAuthenticate:
            return isClient;
        case Reason::ContinueAuthentication:
        case Reason::UnspecifiedError:
        case Reason::MalformedPacket:
        case Reason::ProtocolError:
        case Reason::ImplementationSpecificError:
        case Reason::TopicNameInvalid:
        case Reason::ReceiveMaximumExceeded:
        case Reason::TopicAliasInvalid:
        case Reason::PacketTooLarge:
        case Reason::MessageRateTooHigh:
        case Reason::QuotaExceeded:
        case Reason::AdministrativeAction:
        case Reason::PayloadFormatInvalid:
            return true;
        default:
            return !isClient;
    }
}

/// What is missing at the end is 0 (MQTT 5 §3.14.2.1, §3.15.2.1).
Reason readReason(PacketReader& reader) {
    const Reason reason = reader.isAtEnd() ? Reason::Success : reader.reason();
    const PacketOrigin& origin = reader.origin();
    if (!maySend(origin.sender, origin.type, reason)) {
        reader.fail(Reason::ProtocolError,
                    "reason " + std::string{text(reason)} + ", expected one that a " +
                        (origin.sender == Sender::Client ? "client" : "server") + " may give");
    }
    return reason;
}

}  // namespace

Disconnect decodeDisconnect(PacketReader& reader) {
    Disconnect packet;
    if (!reader.isV5()) return packet;
    packet.reason = readReason(reader);
    if (!reader.isAtEnd()) packet.properties = decodeProperties(reader, Place::Disconnect);
    return packet;
}

Auth decodeAuth(PacketReader& reader) {
    Auth packet;
    packet.reason = readReason(reader);
    if (reader.isAtEnd() && packet.reason == Reason::Success) return packet;
    packet.properties = decodeProperties(reader, Place::Auth);
    if (!find(packet.properties, PropertyId::AuthenticationMethod)) {
        reader.fail(Reason::ProtocolError, "no authentication method, expected it");
    }
    return packet;
}

}  // namespace runnel::mqtt
