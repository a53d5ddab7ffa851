// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cmath>
#include <string_view>

#include "documents/options.h"
#include "runnel/document.h"

/// Which members the stream's documents have, in which order, whatever they are written in. A
/// Writer has the methods of ObjectWriter (json_text.h). Thread safety: pure functions.
namespace runnel::documents {

/// The value of "Event" for this kind; "" for an uplink.
std::string_view eventName(Kind kind);

/// Whole Unix seconds, rounded down: when the network server received the message, else when runnel
/// did. Never a gateway's own clock: a gateway without GPS can be years off.
inline std::int64_t timestamp(const Message& message) {
    const Instant when = message.networkTime.value_or(message.brokerTime);
    return std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count();
}

template <class Writer>
void writeAddress(Writer& out, const Message& message) {
    out.eui("DeviceEUI", message.device);
    if (message.application) out.eui("AppEUI", *message.application);
    out.number("Timestamp", timestamp(message));
}

template <class Writer>
void writeRadio(Writer& out, const EncodeInput& input) {
    if (input.message.frequencyHz != 0) out.megahertz("Frequency", input.message.frequencyHz);
    if (input.reception == nullptr) return;
    out.number("RSSI", input.reception->rssiDbm);
    if (std::isfinite(input.reception->snrDb)) out.number("SNR", input.reception->snrDb);
}

template <class Writer>
void writeFields(Writer& out, const EncodeInput& input) {
    if (input.decoded != nullptr) {
        out.fields("Fields", *input.decoded);
    } else if (input.decodeError != nullptr) {
        const Error& error = *input.decodeError;
        out.text("DecodeError",
                 error.field.empty() ? error.reason : error.field + " " + error.reason);
    }
}

template <class Writer>
void writeUplinkExtras(Writer& out, const EncodeInput& input, const Options& options) {
    const Message& message = input.message;
    const bool hasGateway = input.reception != nullptr && input.reception->gateway;
    if (options.gateway && hasGateway) out.eui("GatewayEUI", *input.reception->gateway);
    if (options.sequence) out.number("Sequence", message.position);
    if (options.frameCounter) out.number("FrameCounter", message.frameCounter);
    if (options.dataRate && !message.dataRate.empty()) out.text("DataRate", message.dataRate);
    if (options.deviceName && !message.deviceName.empty()) {
        out.text("DeviceName", message.deviceName);
    }
    if (options.fields) writeFields(out, input);
    if (input.isReplay) out.flag("Replayed", true);
}

template <class Writer>
void writeUplinkMembers(Writer& out, const EncodeInput& input, const Options& options) {
    const Message& message = input.message;
    out.number("Type", message.isConfirmed ? 4 : 2);
    writeAddress(out, message);
    out.number("Port", unsigned{message.port});
    out.hex("Data", message.payload);
    writeRadio(out, input);
    writeUplinkExtras(out, input, options);
}

template <class Writer>
void writeEventMembers(Writer& out, const EncodeInput& input, const Options& options) {
    const Message& message = input.message;
    out.text("Event", eventName(message.kind));
    if (!message.downlinkId.empty()) out.text("Id", message.downlinkId);
    writeAddress(out, message);
    if (!message.text.empty()) out.text("Text", message.text);
    if (!message.extra.empty()) out.fields("Details", message.extra);
    if (options.sequence) out.number("Sequence", message.position);
    if (options.deviceName && !message.deviceName.empty()) {
        out.text("DeviceName", message.deviceName);
    }
    if (input.isReplay) out.flag("Replayed", true);
}

template <class Writer>
void writeReceiptMembers(Writer& out, const Receipt& receipt) {
    out.text("Receipt", receipt.rejected ? "rejected" : "accepted");
    if (!receipt.id.empty()) out.text("Id", receipt.id);
    if (receipt.device) out.eui("DeviceEUI", *receipt.device);
    if (receipt.rejected) {
        if (!receipt.rejected->field.empty()) out.text("Field", receipt.rejected->field);
        out.text("Reason", receipt.rejected->reason);
    }
}

template <class Writer>
void writeGapMembers(Writer& out, const Gap& gap) {
    out.number("From", gap.from);
    out.number("To", gap.to);
    out.number("Messages", gap.messages);
    out.text("Reason", gap.reason);
}

}  // namespace runnel::documents
