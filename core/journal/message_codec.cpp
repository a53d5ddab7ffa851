// SPDX-License-Identifier: Apache-2.0
#include "journal/message_codec.h"

#include <limits>
#include <string_view>

#include "journal/value_codec.h"

namespace runnel {

namespace {

using protozero::data_view;
using protozero::pbf_reader;
using protozero::pbf_wire_type;
using protozero::pbf_writer;
using protozero::tag_and_type;

// Numbers of FORMAT.md: a number is never used again for something else.
enum Tag : protozero::pbf_tag_type {
    kKind = 1,
    kConfirmed = 2,
    kPort = 3,
    kDevice = 4,
    kApplication = 5,
    kFrameCounter = 6,
    kFrequencyHz = 7,
    kRegion = 8,
    kDataRate = 9,
    kNetworkTime = 10,
    kBrokerTime = 11,
    kPayload = 12,
    kReception = 13,
    kNetwork = 14,
    kNetworkApplication = 15,
    kNetworkDevice = 16,
    kDeviceName = 17,
    kOriginId = 18,
    kDownlinkId = 19,
    kDownlinkStream = 20,
    kText = 21,
    kExtra = 22
};
enum ReceptionTag : protozero::pbf_tag_type { kGateway = 1, kRssi = 2, kSnr = 3, kTime = 4 };

struct BadValue : protozero::exception {
    const char* what() const noexcept override { return "a number in it is out of range"; }
};

template <class T>
T narrow(std::int64_t value) {
    if (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max()) {
        throw BadValue();
    }
    return static_cast<T>(value);
}

Kind kindOf(std::uint32_t number) {
    if (number > static_cast<std::uint32_t>(Kind::Test)) throw BadValue();
    return static_cast<Kind>(number);
}

Instant instantOf(std::int64_t milliseconds) {
    return Instant(std::chrono::milliseconds(milliseconds));
}

std::int64_t millisecondsOf(Instant instant) {
    return instant.time_since_epoch().count();
}

void addText(pbf_writer& writer, Tag tag, const std::string& text) {
    if (!text.empty()) writer.add_string(tag, text);
}

void encodeReception(const Reception& reception, pbf_writer writer) {
    if (reception.gateway) writer.add_fixed64(kGateway, reception.gateway->value);
    writer.add_sint32(kRssi, reception.rssiDbm);  // always: a writer drops an empty message
    if (reception.snrDb != 0) writer.add_float(kSnr, reception.snrDb);
    if (reception.time) writer.add_sint64(kTime, millisecondsOf(*reception.time));
}

Reception decodeReception(pbf_reader reader) {
    Reception reception;
    while (reader.next()) {
        switch (reader.tag_and_type()) {
            case tag_and_type(kGateway, pbf_wire_type::fixed64):
                reception.gateway = Eui{reader.get_fixed64()};
                break;
            case tag_and_type(kRssi, pbf_wire_type::varint):
                reception.rssiDbm = narrow<std::int16_t>(reader.get_sint32());
                break;
            case tag_and_type(kSnr, pbf_wire_type::fixed32):
                reception.snrDb = reader.get_float();
                break;
            case tag_and_type(kTime, pbf_wire_type::varint):
                reception.time = instantOf(reader.get_sint64());
                break;
            default:
                reader.skip();
        }
    }
    return reception;
}

/// False: the field is no number of a message's own.
bool decodeNumber(pbf_reader& reader, Message& message) {
    switch (reader.tag_and_type()) {
        case tag_and_type(kKind, pbf_wire_type::varint):
            message.kind = kindOf(reader.get_uint32());
            return true;
        case tag_and_type(kConfirmed, pbf_wire_type::varint):
            message.isConfirmed = reader.get_uint32() != 0;  // get_bool does not look for the end
            return true;
        case tag_and_type(kPort, pbf_wire_type::varint):
            message.port = narrow<std::uint8_t>(reader.get_uint32());
            return true;
        case tag_and_type(kDevice, pbf_wire_type::fixed64):
            message.device = Eui{reader.get_fixed64()};
            return true;
        case tag_and_type(kApplication, pbf_wire_type::fixed64):
            message.application = Eui{reader.get_fixed64()};
            return true;
        case tag_and_type(kFrameCounter, pbf_wire_type::varint):
            message.frameCounter = reader.get_uint32();
            return true;
        case tag_and_type(kFrequencyHz, pbf_wire_type::varint):
            message.frequencyHz = reader.get_uint32();
            return true;
        case tag_and_type(kNetworkTime, pbf_wire_type::varint):
            message.networkTime = instantOf(reader.get_sint64());
            return true;
        case tag_and_type(kBrokerTime, pbf_wire_type::varint):
            message.brokerTime = instantOf(reader.get_sint64());
            return true;
        default:
            return false;
    }
}

/// Null: the field is no text.
std::string* textOf(Message& message, protozero::pbf_tag_type tag) {
    switch (tag) {
        case kRegion:
            return &message.region;
        case kDataRate:
            return &message.dataRate;
        case kNetwork:
            return &message.network;
        case kNetworkApplication:
            return &message.networkApplication;
        case kNetworkDevice:
            return &message.networkDevice;
        case kDeviceName:
            return &message.deviceName;
        case kOriginId:
            return &message.originId;
        case kDownlinkId:
            return &message.downlinkId;
        case kDownlinkStream:
            return &message.downlinkStream;
        case kText:
            return &message.text;
        default:
            return nullptr;
    }
}

void decodeRest(pbf_reader& reader, Message& message) {
    if (reader.wire_type() != pbf_wire_type::length_delimited) return reader.skip();
    const protozero::pbf_tag_type tag = reader.tag();
    const data_view view = reader.get_view();
    if (std::string* text = textOf(message, tag)) {
        text->assign(view.data(), view.size());
    } else if (tag == kPayload) {
        message.payload.assign(view.data(), view.data() + view.size());
    } else if (tag == kReception) {
        if (message.receptions.empty()) message.receptions.reserve(2);
        message.receptions.push_back(decodeReception(pbf_reader(view)));
    } else if (tag == kExtra) {
        message.extra.push_back(decodeField(pbf_reader(view), 0));
    }
}

}  // namespace

void encode(const Message& message, std::string& out) {
    pbf_writer writer(out);
    if (message.kind != Kind{}) writer.add_uint32(kKind, static_cast<std::uint32_t>(message.kind));
    if (message.isConfirmed) writer.add_bool(kConfirmed, true);
    if (message.port != 0) writer.add_uint32(kPort, message.port);
    writer.add_fixed64(kDevice, message.device.value);
    if (message.application) writer.add_fixed64(kApplication, message.application->value);
    if (message.frameCounter != 0) writer.add_uint32(kFrameCounter, message.frameCounter);
    if (message.frequencyHz != 0) writer.add_uint32(kFrequencyHz, message.frequencyHz);
    addText(writer, kRegion, message.region);
    addText(writer, kDataRate, message.dataRate);
    if (message.networkTime) writer.add_sint64(kNetworkTime, millisecondsOf(*message.networkTime));
    writer.add_sint64(kBrokerTime, millisecondsOf(message.brokerTime));
    if (!message.payload.empty()) {
        writer.add_bytes(kPayload, reinterpret_cast<const char*>(message.payload.data()),
                         message.payload.size());
    }
    for (const Reception& reception : message.receptions) {
        encodeReception(reception, pbf_writer(writer, kReception));
    }
    addText(writer, kNetwork, message.network);
    addText(writer, kNetworkApplication, message.networkApplication);
    addText(writer, kNetworkDevice, message.networkDevice);
    addText(writer, kDeviceName, message.deviceName);
    addText(writer, kOriginId, message.originId);
    addText(writer, kDownlinkId, message.downlinkId);
    addText(writer, kDownlinkStream, message.downlinkStream);
    addText(writer, kText, message.text);
    for (const Field& field : message.extra) encodeField(field, pbf_writer(writer, kExtra), 0);
}

Result<std::shared_ptr<Message>> decode(std::span<const std::uint8_t> body, Position position) {
    try {
        auto message = std::make_shared<Message>();
        message->position = position;
        pbf_reader reader(reinterpret_cast<const char*>(body.data()), body.size());
        while (reader.next()) {
            if (!decodeNumber(reader, *message)) decodeRest(reader, *message);
        }
        return message;
    } catch (const protozero::exception& error) {
        return Error{"", error.what()};
    }
}

}  // namespace runnel
