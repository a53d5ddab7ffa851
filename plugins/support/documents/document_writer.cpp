// SPDX-License-Identifier: Apache-2.0
#include "documents/document_writer.h"

#include <chrono>
#include <cmath>
#include <limits>

#include "documents/json_text.h"

namespace runnel::documents {
namespace {

std::int64_t unixSeconds(Instant instant) {
    return std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
}

/// When the network server received it, else when runnel did. Never a gateway's own clock: a
/// gateway without GPS can be years off.
std::int64_t timestamp(const Message& message) {
    return unixSeconds(message.networkTime.value_or(message.brokerTime));
}

/// An upper bound for usual content, so that the string is allocated once.
std::size_t expectedSize(const EncodeInput& input) {
    constexpr std::size_t kFixedPart = 320;
    const Message& message = input.message;
    return kFixedPart + 2 * message.payload.size() + message.deviceName.size() +
           message.text.size() + message.downlinkId.size();
}

void writeAddress(ObjectWriter& out, const Message& message) {
    out.eui("DeviceEUI", message.device);
    if (message.application) out.eui("AppEUI", *message.application);
    out.number("Timestamp", timestamp(message));
}

void writeRadio(ObjectWriter& out, const EncodeInput& input) {
    if (input.message.frequencyHz != 0) out.megahertz("Frequency", input.message.frequencyHz);
    if (input.reception == nullptr) return;
    out.number("RSSI", input.reception->rssiDbm);
    if (std::isfinite(input.reception->snrDb)) out.number("SNR", input.reception->snrDb);
}

void writeFields(ObjectWriter& out, const EncodeInput& input) {
    if (input.decoded != nullptr) {
        out.fields("Fields", *input.decoded);
    } else if (input.decodeError != nullptr) {
        const Error& error = *input.decodeError;
        out.text("DecodeError",
                 error.field.empty() ? error.reason : error.field + " " + error.reason);
    }
}

void writeUplinkExtras(ObjectWriter& out, const EncodeInput& input, const Options& options) {
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

std::string writeUplink(const EncodeInput& input, const Options& options) {
    const Message& message = input.message;
    ObjectWriter out{expectedSize(input), options.euiStyle};
    out.number("Type", message.isConfirmed ? 4 : 2);
    writeAddress(out, message);
    out.number("Port", unsigned{message.port});
    out.hex("Data", message.payload);
    writeRadio(out, input);
    writeUplinkExtras(out, input, options);
    return std::move(out).finish();
}

std::string writeEvent(const EncodeInput& input, const Options& options) {
    const Message& message = input.message;
    ObjectWriter out{expectedSize(input), options.euiStyle};
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
    return std::move(out).finish();
}

}  // namespace

std::string_view eventName(Kind kind) {
    switch (kind) {
        case Kind::Uplink:
            return "";
        case Kind::Join:
            return "joined";
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
    return "unknown";  // a kind that a later minor version adds
}

std::string writeMessage(const EncodeInput& input, const Options& options) {
    return input.message.kind == Kind::Uplink ? writeUplink(input, options)
                                              : writeEvent(input, options);
}

std::string writeReceipt(const Receipt& receipt, const Options& options) {
    constexpr std::size_t kUsualSize = 256;
    ObjectWriter out{kUsualSize, options.euiStyle};
    out.text("Receipt", receipt.rejected ? "rejected" : "accepted");
    if (!receipt.id.empty()) out.text("Id", receipt.id);
    if (receipt.device) out.eui("DeviceEUI", *receipt.device);
    if (receipt.rejected) {
        if (!receipt.rejected->field.empty()) out.text("Field", receipt.rejected->field);
        out.text("Reason", receipt.rejected->reason);
    }
    return std::move(out).finish();
}

std::string writeGap(const Gap& gap) {
    constexpr std::size_t kUsualSize = 128;
    ObjectWriter inner{kUsualSize, EuiStyle::Plain};
    inner.number("From", gap.from);
    inner.number("To", gap.to);
    inner.number("Messages", gap.messages);
    inner.text("Reason", gap.reason);
    return "{\"Gap\":" + std::move(inner).finish() + "}";
}

}  // namespace runnel::documents
