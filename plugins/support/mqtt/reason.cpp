// SPDX-License-Identifier: Apache-2.0
#include "mqtt/reason.h"

#include <algorithm>
#include <array>

#include "mqtt/packet.h"

namespace runnel::mqtt {
namespace {

constexpr std::uint16_t bit(PacketType type) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(type));
}

constexpr std::uint16_t kConnack = bit(PacketType::Connack);
constexpr std::uint16_t kReceived = bit(PacketType::Puback) | bit(PacketType::Pubrec);
constexpr std::uint16_t kReleased = bit(PacketType::Pubrel) | bit(PacketType::Pubcomp);
constexpr std::uint16_t kSuback = bit(PacketType::Suback);
constexpr std::uint16_t kUnsuback = bit(PacketType::Unsuback);
constexpr std::uint16_t kSubacks = kSuback | kUnsuback;
constexpr std::uint16_t kDisconnect = bit(PacketType::Disconnect);
constexpr std::uint16_t kAuth = bit(PacketType::Auth);
constexpr std::uint16_t kEnds = kConnack | kDisconnect;

struct Row {
    Reason reason;
    std::uint16_t types;
    std::string_view text;
};

constexpr std::array kRows{
    Row{Reason::Success, kEnds | kReceived | kReleased | kSubacks | kAuth, "success"},
    Row{Reason::GrantedQos1, kSuback, "granted QoS 1"},
    Row{Reason::GrantedQos2, kSuback, "granted QoS 2"},
    Row{Reason::DisconnectWithWill, kDisconnect, "disconnect with will message"},
    Row{Reason::NoMatchingSubscribers, kReceived, "no matching subscribers"},
    Row{Reason::NoSubscriptionExisted, kUnsuback, "no subscription existed"},
    Row{Reason::ContinueAuthentication, kAuth, "continue authentication"},
    Row{Reason::ReAuthenticate, kAuth, "re-authenticate"},
    Row{Reason::UnspecifiedError, kEnds | kReceived | kSubacks, "unspecified error"},
    Row{Reason::MalformedPacket, kEnds, "malformed packet"},
    Row{Reason::ProtocolError, kEnds, "protocol error"},
    Row{Reason::ImplementationSpecificError, kEnds | kReceived | kSubacks,
        "implementation specific error"},
    Row{Reason::UnsupportedProtocolVersion, kConnack, "unsupported protocol version"},
    Row{Reason::ClientIdentifierNotValid, kConnack, "client identifier not valid"},
    Row{Reason::BadUserNameOrPassword, kConnack, "bad user name or password"},
    Row{Reason::NotAuthorized, kEnds | kReceived | kSubacks, "not authorized"},
    Row{Reason::ServerUnavailable, kConnack, "server unavailable"},
    Row{Reason::ServerBusy, kEnds, "server busy"},
    Row{Reason::Banned, kConnack, "banned"},
    Row{Reason::ServerShuttingDown, kDisconnect, "server shutting down"},
    Row{Reason::BadAuthenticationMethod, kEnds, "bad authentication method"},
    Row{Reason::KeepAliveTimeout, kDisconnect, "keep alive timeout"},
    Row{Reason::SessionTakenOver, kDisconnect, "session taken over"},
    Row{Reason::TopicFilterInvalid, kSubacks | kDisconnect, "topic filter invalid"},
    Row{Reason::TopicNameInvalid, kEnds | kReceived, "topic name invalid"},
    Row{Reason::PacketIdentifierInUse, kReceived | kSubacks, "packet identifier in use"},
    Row{Reason::PacketIdentifierNotFound, kReleased, "packet identifier not found"},
    Row{Reason::ReceiveMaximumExceeded, kDisconnect, "receive maximum exceeded"},
    Row{Reason::TopicAliasInvalid, kDisconnect, "topic alias invalid"},
    Row{Reason::PacketTooLarge, kEnds, "packet too large"},
    Row{Reason::MessageRateTooHigh, kDisconnect, "message rate too high"},
    Row{Reason::QuotaExceeded, kEnds | kReceived | kSuback, "quota exceeded"},
    Row{Reason::AdministrativeAction, kDisconnect, "administrative action"},
    Row{Reason::PayloadFormatInvalid, kEnds | kReceived, "payload format invalid"},
    Row{Reason::RetainNotSupported, kEnds, "retain not supported"},
    Row{Reason::QosNotSupported, kEnds, "QoS not supported"},
    Row{Reason::UseAnotherServer, kEnds, "use another server"},
    Row{Reason::ServerMoved, kEnds, "server moved"},
    Row{Reason::SharedSubscriptionsNotSupported, kSuback | kDisconnect,
        "shared subscriptions not supported"},
    Row{Reason::ConnectionRateExceeded, kEnds, "connection rate exceeded"},
    Row{Reason::MaximumConnectTime, kDisconnect, "maximum connect time"},
    Row{Reason::SubscriptionIdentifiersNotSupported, kSuback | kDisconnect,
        "subscription identifiers not supported"},
    Row{Reason::WildcardSubscriptionsNotSupported, kSuback | kDisconnect,
        "wildcard subscriptions not supported"},
};

const Row* rowOf(Reason reason) {
    const auto* row =
        std::lower_bound(kRows.begin(), kRows.end(), reason,
                         [](const Row& left, Reason right) { return left.reason < right; });
    return row != kRows.end() && row->reason == reason ? row : nullptr;
}

}  // namespace

std::string_view text(Reason reason) {
    const Row* row = rowOf(reason);
    return row ? row->text : "unknown reason";
}

bool isAllowed(Reason reason, PacketType type) {
    if (reason == Reason::Success) return (kRows[0].types & bit(type)) != 0;  // the usual one
    const Row* row = rowOf(reason);
    return row && (row->types & bit(type)) != 0;
}

std::uint8_t returnCode(Reason reason) {
    switch (reason) {
        case Reason::UnsupportedProtocolVersion:
            return 1;
        case Reason::ClientIdentifierNotValid:
            return 2;
        case Reason::BadUserNameOrPassword:
            return 4;
        case Reason::NotAuthorized:
        case Reason::Banned:
        case Reason::BadAuthenticationMethod:
            return 5;
        default:
            return isFailure(reason) ? 3 : 0;
    }
}

Reason reasonOf(std::uint8_t returnCode) {
    constexpr std::array kReasons{
        Reason::Success,
        Reason::UnsupportedProtocolVersion,
        Reason::ClientIdentifierNotValid,
        Reason::ServerUnavailable,
        Reason::BadUserNameOrPassword,
        Reason::NotAuthorized,
    };
    return returnCode < kReasons.size() ? kReasons[returnCode] : Reason::UnspecifiedError;
}

}  // namespace runnel::mqtt
