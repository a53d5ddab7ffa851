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
namespace tag {
enum Message : protozero::pbf_tag_type {
    Kind = 1,
    Confirmed = 2,
    Port = 3,
    Device = 4,
    Application = 5,
    FrameCounter = 6,
    FrequencyHz = 7,
    Region = 8,
    DataRate = 9,
    NetworkTime = 10,
    BrokerTime = 11,
    Payload = 12,
    Reception = 13,
    Network = 14,
    NetworkApplication = 15,
    NetworkDevice = 16,
    DeviceName = 17,
    OriginId = 18,
    DownlinkId = 19,
    DownlinkStream = 20,
    Text = 21,
    Extra = 22
};
}  // namespace tag
namespace reception_tag {
enum Reception : protozero::pbf_tag_type { Gateway = 1, Rssi = 2, Snr = 3, Time = 4 };
}  // namespace reception_tag

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

void addText(pbf_writer& writer, tag::Message number, const std::string& text) {
    if (!text.empty()) writer.add_string(number, text);
}

void encodeReception(const Reception& reception, pbf_writer writer) {
    if (reception.gateway) writer.add_fixed64(reception_tag::Gateway, reception.gateway->value);
    writer.add_sint32(reception_tag::Rssi,
                      reception.rssiDbm);  // always: a writer drops an empty message
    if (reception.snrDb != 0) writer.add_float(reception_tag::Snr, reception.snrDb);
    if (reception.time) writer.add_sint64(reception_tag::Time, millisecondsOf(*reception.time));
}

Reception decodeReception(pbf_reader reader) {
    Reception reception;
    while (reader.next()) {
        switch (reader.tag_and_type()) {
            case tag_and_type(reception_tag::Gateway, pbf_wire_type::fixed64):
                reception.gateway = Eui{reader.get_fixed64()};
                break;
            case tag_and_type(reception_tag::Rssi, pbf_wire_type::varint):
                reception.rssiDbm = narrow<std::int16_t>(reader.get_sint32());
                break;
            case tag_and_type(reception_tag::Snr, pbf_wire_type::fixed32):
                reception.snrDb = reader.get_float();
                break;
            case tag_and_type(reception_tag::Time, pbf_wire_type::varint):
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
        case tag_and_type(tag::Kind, pbf_wire_type::varint):
            message.kind = kindOf(reader.get_uint32());
            return true;
        case tag_and_type(tag::Confirmed, pbf_wire_type::varint):
            message.isConfirmed = reader.get_uint32() != 0;  // get_bool does not look for the end
            return true;
        case tag_and_type(tag::Port, pbf_wire_type::varint):
            message.port = narrow<std::uint8_t>(reader.get_uint32());
            return true;
        case tag_and_type(tag::Device, pbf_wire_type::fixed64):
            message.device = Eui{reader.get_fixed64()};
            return true;
        case tag_and_type(tag::Application, pbf_wire_type::fixed64):
            message.application = Eui{reader.get_fixed64()};
            return true;
        case tag_and_type(tag::FrameCounter, pbf_wire_type::varint):
            message.frameCounter = reader.get_uint32();
            return true;
        case tag_and_type(tag::FrequencyHz, pbf_wire_type::varint):
            message.frequencyHz = reader.get_uint32();
            return true;
        case tag_and_type(tag::NetworkTime, pbf_wire_type::varint):
            message.networkTime = instantOf(reader.get_sint64());
            return true;
        case tag_and_type(tag::BrokerTime, pbf_wire_type::varint):
            message.brokerTime = instantOf(reader.get_sint64());
            return true;
        default:
            return false;
    }
}

/// Null: the field is no text.
std::string* textOf(Message& message, protozero::pbf_tag_type number) {
    switch (number) {
        case tag::Region:
            return &message.region;
        case tag::DataRate:
            return &message.dataRate;
        case tag::Network:
            return &message.network;
        case tag::NetworkApplication:
            return &message.networkApplication;
        case tag::NetworkDevice:
            return &message.networkDevice;
        case tag::DeviceName:
            return &message.deviceName;
        case tag::OriginId:
            return &message.originId;
        case tag::DownlinkId:
            return &message.downlinkId;
        case tag::DownlinkStream:
            return &message.downlinkStream;
        case tag::Text:
            return &message.text;
        default:
            return nullptr;
    }
}

void decodeRest(pbf_reader& reader, Message& message) {
    if (reader.wire_type() != pbf_wire_type::length_delimited) return reader.skip();
    const protozero::pbf_tag_type number = reader.tag();
    const data_view view = reader.get_view();
    if (std::string* text = textOf(message, number)) {
        text->assign(view.data(), view.size());
    } else if (number == tag::Payload) {
        message.payload.assign(view.data(), view.data() + view.size());
    } else if (number == tag::Reception) {
        if (message.receptions.empty()) message.receptions.reserve(2);
        message.receptions.push_back(decodeReception(pbf_reader(view)));
    } else if (number == tag::Extra) {
        message.extra.push_back(decodeField(pbf_reader(view), 0));
    }
}

}  // namespace

void encode(const Message& message, std::string& out) {
    pbf_writer writer(out);
    if (message.kind != Kind{})
        writer.add_uint32(tag::Kind, static_cast<std::uint32_t>(message.kind));
    if (message.isConfirmed) writer.add_bool(tag::Confirmed, true);
    if (message.port != 0) writer.add_uint32(tag::Port, message.port);
    writer.add_fixed64(tag::Device, message.device.value);
    if (message.application) writer.add_fixed64(tag::Application, message.application->value);
    if (message.frameCounter != 0) writer.add_uint32(tag::FrameCounter, message.frameCounter);
    if (message.frequencyHz != 0) writer.add_uint32(tag::FrequencyHz, message.frequencyHz);
    addText(writer, tag::Region, message.region);
    addText(writer, tag::DataRate, message.dataRate);
    if (message.networkTime)
        writer.add_sint64(tag::NetworkTime, millisecondsOf(*message.networkTime));
    writer.add_sint64(tag::BrokerTime, millisecondsOf(message.brokerTime));
    if (!message.payload.empty()) {
        writer.add_bytes(tag::Payload, reinterpret_cast<const char*>(message.payload.data()),
                         message.payload.size());
    }
    for (const Reception& reception : message.receptions) {
        encodeReception(reception, pbf_writer(writer, tag::Reception));
    }
    addText(writer, tag::Network, message.network);
    addText(writer, tag::NetworkApplication, message.networkApplication);
    addText(writer, tag::NetworkDevice, message.networkDevice);
    addText(writer, tag::DeviceName, message.deviceName);
    addText(writer, tag::OriginId, message.originId);
    addText(writer, tag::DownlinkId, message.downlinkId);
    addText(writer, tag::DownlinkStream, message.downlinkStream);
    addText(writer, tag::Text, message.text);
    for (const Field& field : message.extra) encodeField(field, pbf_writer(writer, tag::Extra), 0);
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
