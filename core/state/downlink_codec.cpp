// SPDX-License-Identifier: Apache-2.0
#include "state/downlink_codec.h"

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

namespace runnel {

namespace {

using Tag = protozero::pbf_tag_type;

constexpr Tag kDevice = 1;
constexpr Tag kApplication = 2;
constexpr Tag kPort = 3;
constexpr Tag kConfirmed = 4;
constexpr Tag kPayload = 5;
constexpr Tag kSenderExpires = 6;
constexpr Tag kNetwork = 7;
constexpr Tag kNetworkDevice = 8;
constexpr Tag kSenderId = 9;
constexpr Tag kStream = 10;
constexpr Tag kAccepted = 11;
constexpr Tag kExpires = 12;

constexpr std::uint32_t varint(Tag tag) {
    return protozero::tag_and_type(tag, protozero::pbf_wire_type::varint);
}
constexpr std::uint32_t fixed(Tag tag) {
    return protozero::tag_and_type(tag, protozero::pbf_wire_type::fixed64);
}
constexpr std::uint32_t counted(Tag tag) {
    return protozero::tag_and_type(tag, protozero::pbf_wire_type::length_delimited);
}

std::int64_t number(Instant time) {
    return time.time_since_epoch().count();
}

Instant instant(std::int64_t milliseconds) {
    return Instant(std::chrono::milliseconds(milliseconds));
}

void addText(protozero::pbf_writer& writer, Tag tag, const std::string& text) {
    if (!text.empty()) writer.add_string(tag, text);
}

/// False: not one of the downlink's own members.
bool readDownlink(protozero::pbf_reader& reader, Downlink& downlink) {
    switch (reader.tag_and_type()) {
        case fixed(kDevice):
            downlink.device = Eui{reader.get_fixed64()};
            return true;
        case fixed(kApplication):
            downlink.application = Eui{reader.get_fixed64()};
            return true;
        case varint(kPort):
            downlink.port = static_cast<std::uint8_t>(reader.get_uint32());
            return true;
        case varint(kConfirmed):
            downlink.isConfirmed = reader.get_bool();
            return true;
        case counted(kPayload): {
            const auto bytes = reader.get_view();
            downlink.payload.assign(bytes.data(), bytes.data() + bytes.size());
            return true;
        }
        case varint(kSenderExpires):
            downlink.expires = instant(reader.get_int64());
            return true;
        case counted(kNetwork):
            downlink.network = reader.get_string();
            return true;
        case counted(kNetworkDevice):
            downlink.networkDevice = reader.get_string();
            return true;
        default:
            return false;
    }
}

void readRecord(protozero::pbf_reader& reader, DownlinkRecord& record) {
    switch (reader.tag_and_type()) {
        case counted(kSenderId):
            record.senderId = reader.get_string();
            break;
        case counted(kStream):
            record.stream = reader.get_string();
            break;
        case varint(kAccepted):
            record.accepted = instant(reader.get_int64());
            break;
        case varint(kExpires):
            record.expires = instant(reader.get_int64());
            break;
        default:
            reader.skip();
    }
}

}  // namespace

std::string encodeDownlink(const DownlinkRecord& record) {
    std::string body;
    protozero::pbf_writer writer(body);
    const Downlink& downlink = record.downlink;
    writer.add_fixed64(kDevice, downlink.device.value);
    if (downlink.application) writer.add_fixed64(kApplication, downlink.application->value);
    writer.add_uint32(kPort, downlink.port);
    if (downlink.isConfirmed) writer.add_bool(kConfirmed, true);
    writer.add_bytes(kPayload, reinterpret_cast<const char*>(downlink.payload.data()),
                     downlink.payload.size());
    if (downlink.expires) writer.add_int64(kSenderExpires, number(*downlink.expires));
    addText(writer, kNetwork, downlink.network);
    addText(writer, kNetworkDevice, downlink.networkDevice);
    addText(writer, kSenderId, record.senderId);
    addText(writer, kStream, record.stream);
    writer.add_int64(kAccepted, number(record.accepted));
    writer.add_int64(kExpires, number(record.expires));
    return body;
}

Result<DownlinkRecord> decodeDownlink(std::span<const std::uint8_t> body) {
    DownlinkRecord record;
    try {
        protozero::pbf_reader reader(reinterpret_cast<const char*>(body.data()), body.size());
        while (reader.next()) {
            if (!readDownlink(reader, record.downlink)) readRecord(reader, record);
        }
    } catch (const protozero::exception& exception) {
        return Error{"", std::string("is not a downlink in Protocol Buffers wire format: ") +
                             exception.what()};
    }
    if (record.stream.empty() || record.senderId.empty()) {
        return Error{"", "is a downlink without stream or id"};
    }
    return record;
}

}  // namespace runnel
