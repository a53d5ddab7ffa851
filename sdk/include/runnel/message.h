// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runnel/values.h"

namespace runnel {

/// What a message tells. Uplink and Join come from a device; Queued to Failed are the life of a
/// downlink; DeviceStatus and Location are a network server's findings about a device; Test is
/// ours.
enum class Kind : std::uint8_t {
    Uplink,
    Join,
    Queued,
    Sent,
    Acknowledged,
    NotAcknowledged,
    Expired,
    Failed,
    DeviceStatus,
    Location,
    Test
};

/// One gateway's copy of an uplink.
struct Reception {
    std::optional<Eui> gateway;  ///< nullopt: heard through a foreign network that names no gateway
    std::int16_t rssiDbm{};      ///< real captures: -137 to -20
    float snrDb{};               ///< real captures: -24 to +15
    std::optional<Instant> time;  ///< the gateway's own clock
};

/// The core's one model of what a network server said, journaled with a schema number. A network
/// plugin fills it, except the members marked (core). Thread safety: a plain value; once published
/// it is shared and const.
struct Message {
    Position position{};  ///< (core) given by the journal
    Kind kind{};
    bool isConfirmed{};   ///< MHDR MType 4 instead of 2 (LoRaWAN 1.0.4 §4.2.1)
    std::uint8_t port{};  ///< FPort; 0 = MAC commands only
    Eui device{};
    std::optional<Eui> application;  ///< nullopt: not known to the connector; (core) resolves it
    std::uint32_t frameCounter{};    ///< FCntUp
    std::uint32_t frequencyHz{};
    std::string region;                  ///< common name, such as "EU868"; "" = unknown
    std::string dataRate;                ///< such as "SF7BW125"; "" = unknown
    std::optional<Instant> networkTime;  ///< when the network server received it
    Instant brokerTime{};                ///< (core) when runnel received it
    Bytes payload;                       ///< FRMPayload, decrypted; at most 242 bytes
    std::vector<Reception> receptions;   ///< empty for events
    std::string network;                 ///< (core) the connector's name
    std::string networkApplication;      ///< the server's own application id
    std::string networkDevice;   ///< the server's own device address, given back in Downlink
    std::string deviceName;      ///< the server's; (core) replaces it by the registry's
    std::string originId;        ///< the server's id of this message; repeats are dropped
    std::string downlinkId;      ///< events: which downlink (Downlink::id)
    std::string downlinkStream;  ///< (core) events: the stream that it came through
    std::string text;            ///< events: the server's own words
    Fields extra;                ///< what a later version adds; kept, not interpreted
};

}  // namespace runnel
