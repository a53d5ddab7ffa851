// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "runnel/message.h"

/// What a format writes and reads besides messages. Thread safety: plain values.
namespace runnel {

/// A message to a device.
struct Downlink {
    std::string id;  ///< the sender's, at most 64 characters; "": the core makes one
    Eui device{};
    std::optional<Eui> application;  ///< if the sender named one, it has to be the device's
    std::uint8_t port = 1;           ///< 1 to 223 (LoRaWAN 1.0.4 §4.3.2)
    bool isConfirmed{};              ///< MHDR MType 5 instead of 3
    Bytes payload;
    std::optional<Fields> fields;  ///< to be encoded by the device's codec, instead of `payload`
    std::optional<Instant> expires;
    std::string network;        ///< (core) connector that knows the device
    std::string networkDevice;  ///< (core) Message::networkDevice of the device's last message
    std::uint32_t attempt{};    ///< (core) 1 for the first
    bool mayHaveBeenSent{};     ///< (core) handed over before a crash, with the same id
};

/// The answer to one downlink, always exactly one. `rejected` empty means accepted.
struct Receipt {
    std::string id;
    std::optional<Eui> device;  ///< nullopt: the document named none that could be read
    std::optional<Error> rejected;
};

/// The messages from `from` to `to` (both included) are gone; `messages` of them were this
/// stream's.
struct Gap {
    Position from{};
    Position to{};
    std::uint64_t messages{};
    std::string reason;
};

/// The application has processed everything up to this position (`acknowledge: client`).
struct Acknowledge {
    Position upTo{};
};

/// One thing that an application's document asked for; a Receipt is what could not be understood.
using Request = std::variant<Downlink, Acknowledge, Receipt>;

/// What a format encodes. Pointers are borrowed for the call.
struct EncodeInput {
    const Message& message;
    const Reception* reception{};  ///< the copy to show; null for events and receptionless uplinks
    const Fields* tags{};          ///< the registry's tags of the device, or null
    const Fields* decoded{};       ///< the codec's fields; null without codec or after an error
    const Error* decodeError{};    ///< why there are none
    bool isReplay{};               ///< sent again on request, outside the order promise
};

/// What a format decodes. `device` is what the transport's own address names (an MQTT topic, a
/// URL): used when the document names none; a document that names another device is rejected.
struct DecodeInput {
    std::string_view document;
    std::optional<Eui> device;
};

}  // namespace runnel
