// SPDX-License-Identifier: Apache-2.0
#include "documents/document_writer.h"

#include "documents/json_text.h"
#include "documents/members.h"

namespace runnel::documents {
namespace {

/// An upper bound for usual content, so that the string is allocated once.
std::size_t expectedSize(const EncodeInput& input) {
    constexpr std::size_t kFixedPart = 320;
    const Message& message = input.message;
    return kFixedPart + 2 * message.payload.size() + message.deviceName.size() +
           message.text.size() + message.downlinkId.size();
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
    ObjectWriter out{expectedSize(input), options.euiStyle};
    if (input.message.kind == Kind::Uplink) {
        writeUplinkMembers(out, input, options);
    } else {
        writeEventMembers(out, input, options);
    }
    return std::move(out).finish();
}

std::string writeReceipt(const Receipt& receipt, const Options& options) {
    constexpr std::size_t kUsualSize = 256;
    ObjectWriter out{kUsualSize, options.euiStyle};
    writeReceiptMembers(out, receipt);
    return std::move(out).finish();
}

std::string writeGap(const Gap& gap) {
    constexpr std::size_t kUsualSize = 128;
    ObjectWriter inner{kUsualSize, EuiStyle::Plain};
    writeGapMembers(inner, gap);
    return "{\"Gap\":" + std::move(inner).finish() + "}";
}

}  // namespace runnel::documents
