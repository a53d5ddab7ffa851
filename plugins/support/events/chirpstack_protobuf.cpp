// SPDX-License-Identifier: Apache-2.0
#include "events/chirpstack_protobuf.h"

#include <Poco/String.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <protozero/exception.hpp>
#include <utility>

#include "events/chirpstack_rules.h"
#include "events/gateway_protobuf.h"
#include "events/protobuf_reader.h"
#include "events/region_names.h"

// The numbers are those of ChirpStack's integration.proto and common.proto.
namespace runnel::events {

namespace {

constexpr std::uint32_t kMax32 = std::numeric_limits<std::uint32_t>::max();

/// The numbers of what most events have; 0: the event has no such field.
struct Numbers {
    std::uint32_t deduplicationId, time, deviceInfo, regionConfigId;
};
constexpr Numbers kUsual{1, 2, 3, 0};
constexpr Numbers kUplink{1, 2, 3, 16};
constexpr Numbers kJoin{1, 2, 3, 7};
constexpr Numbers kTxAck{0, 2, 3, 0};
constexpr Numbers kLog{0, 1, 2, 0};

/// The number that JSON's shortest spelling of `number` stands for.
double asWritten(float number) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    double wide = number;
    std::from_chars(text.data(), end, wide);
    return wide;
}

void add(Fields& fields, const char* name, Value value) {
    fields.push_back({name, std::move(value)});
}

/// Of an enum that JSON writes by name.
template <std::size_t N>
std::string nameOf(std::uint32_t number, const std::array<const char*, N>& names) {
    return number < N ? names[number] : std::to_string(number);
}

void readDeviceInfo(ProtobufReader info, Message& message, std::optional<Eui>& device) {
    std::array<std::optional<Eui>, kApplicationTags.size()> tagged;
    while (info.next()) {
        switch (info.field()) {
            case 3:
                message.networkApplication = info.text("applicationId");
                break;
            case 7:
                message.deviceName = info.text("deviceName");
                break;
            case 8:
                device = info.eui("devEui");
                break;
            case 9:
                readMapEntry(info.message("tags"), [&](const auto& key, const auto& value) {
                    const auto* at =
                        std::find(kApplicationTags.begin(), kApplicationTags.end(), key);
                    if (at != kApplicationTags.end()) {
                        tagged[static_cast<std::size_t>(at - kApplicationTags.begin())] =
                            parseEui(value);
                    }
                });
                break;
            default:
                info.skip();
        }
    }
    const auto* const first =
        std::find_if(tagged.begin(), tagged.end(), [](const auto& eui) { return eui.has_value(); });
    if (first != tagged.end()) message.application = *first;
}

/// `own(reader, event)` reads a field that is not in `numbers`.
template <class Own>
NetworkEvent read(ProtobufReader& reader, Kind kind, const Numbers& numbers, Own own) {
    NetworkEvent event;
    Message& message = event.message;
    message.kind = kind;
    std::optional<Eui> device;
    while (reader.next()) {
        const std::uint32_t field = reader.field();
        if (field == numbers.deduplicationId) {
            message.originId = reader.text("deduplicationId");
        } else if (field == numbers.time) {
            message.networkTime = reader.time("time");
        } else if (field == numbers.deviceInfo) {
            readDeviceInfo(reader.message("deviceInfo"), message, device);
        } else if (field == numbers.regionConfigId) {
            message.region = commonRegionName(reader.bytes("regionConfigId"));
        } else {
            own(reader, event);
        }
    }
    if (!device) {
        reader.complain("deviceInfo.devEui",
                        "must be an EUI of 16 hexadecimal digits, found nothing");
    }
    message.device = device.value_or(Eui{});
    message.networkDevice = Poco::toLower(text(message.device));
    return event;
}

NetworkEvent readUplink(ProtobufReader& reader) {
    std::string region;
    NetworkEvent event =
        read(reader, Kind::Uplink, kUplink, [&region](ProtobufReader& field, NetworkEvent& uplink) {
            Message& message = uplink.message;
            switch (field.field()) {
                case 7:
                    message.frameCounter = field.integer("fCnt", kMax32);
                    break;
                case 8:
                    message.port = static_cast<std::uint8_t>(field.integer("fPort", 255));
                    break;
                case 9:
                    message.isConfirmed = field.boolean("confirmed");
                    break;
                case 10: {
                    const std::string_view data = field.bytes("data");
                    message.payload.assign(data.begin(), data.end());
                    break;
                }
                case 12: {
                    const int index = static_cast<int>(message.receptions.size());
                    message.receptions.push_back(
                        readReception(field.message("rxInfo", index), region));
                    break;
                }
                case 13:
                    readTxInfo(field.message("txInfo"), message);
                    break;
                default:
                    field.skip();
            }
        });
    if (event.message.region.empty()) event.message.region = std::move(region);
    return event;
}

NetworkEvent readJoin(ProtobufReader& reader) {
    NetworkEvent event = read(reader, Kind::Join, kJoin,
                              [](ProtobufReader& field, NetworkEvent& /*event*/) { field.skip(); });
    prefixOrigin(event, "join:");
    return event;
}

NetworkEvent readAck(ProtobufReader& reader) {
    NetworkEvent event =
        read(reader, Kind::NotAcknowledged, kUsual, [](ProtobufReader& field, NetworkEvent& ack) {
            switch (field.field()) {
                case 4:
                    ack.queueItem = field.text("queueItemId");
                    break;
                case 5:
                    ack.message.kind =
                        field.boolean("acknowledged") ? Kind::Acknowledged : Kind::NotAcknowledged;
                    break;
                case 6:
                    ack.message.frameCounter = field.integer("fCntDown", kMax32);
                    break;
                default:
                    field.skip();
            }
        });
    finishDownlinkEvent(event, "ack:", 0);
    return event;
}

NetworkEvent readTxAck(ProtobufReader& reader) {
    std::uint32_t downlinkId = 0;
    NetworkEvent event =
        read(reader, Kind::Sent, kTxAck, [&downlinkId](ProtobufReader& field, NetworkEvent& sent) {
            switch (field.field()) {
                case 1:
                    downlinkId = field.integer("downlinkId", kMax32);
                    break;
                case 4:
                    sent.queueItem = field.text("queueItemId");
                    break;
                case 5:
                    sent.message.frameCounter = field.integer("fCntDown", kMax32);
                    break;
                default:
                    field.skip();
            }
        });
    finishDownlinkEvent(event, "txack:", downlinkId);
    return event;
}

constexpr std::array kLevels{"INFO", "WARNING", "ERROR"};
constexpr std::array kCodes{"UNKNOWN",
                            "DOWNLINK_PAYLOAD_SIZE",
                            "UPLINK_CODEC",
                            "DOWNLINK_CODEC",
                            "OTAA",
                            "UPLINK_F_CNT_RESET",
                            "UPLINK_MIC",
                            "UPLINK_F_CNT_RETRANSMISSION",
                            "DOWNLINK_GATEWAY",
                            "RELAY_NEW_END_DEVICE",
                            "F_CNT_DOWN",
                            "EXPIRED"};

NetworkEvent readLog(ProtobufReader& reader) {
    std::uint32_t level = 0;
    std::uint32_t code = 0;
    std::string description;
    NetworkEvent event =
        read(reader, Kind::Failed, kLog, [&](ProtobufReader& field, NetworkEvent& log) {
            switch (field.field()) {
                case 3:
                    level = field.integer("level", kMax32);
                    break;
                case 4:
                    code = field.integer("code", kMax32);
                    break;
                case 5:
                    description = field.text("description");
                    break;
                case 6:
                    readMapEntry(field.message("context"), [&log](const auto& key, auto value) {
                        if (key == "queue_item_id") log.queueItem = std::move(value);
                    });
                    break;
                default:
                    field.skip();
            }
        });
    finishLogEvent(event, nameOf(level, kLevels), nameOf(code, kCodes), description);
    return event;
}

NetworkEvent readStatus(ProtobufReader& reader) {
    double margin = 0;
    double battery = 0;
    bool isExternal = false;
    bool isUnavailable = false;
    NetworkEvent event = read(reader, Kind::DeviceStatus, kUsual,
                              [&](ProtobufReader& field, NetworkEvent& /*event*/) {
                                  switch (field.field()) {
                                      case 5:
                                          margin = field.signedInteger("margin");
                                          break;
                                      case 6:
                                          isExternal = field.boolean("externalPowerSource");
                                          break;
                                      case 7:
                                          isUnavailable = field.boolean("batteryLevelUnavailable");
                                          break;
                                      case 8:
                                          battery = asWritten(field.real("batteryLevel"));
                                          break;
                                      default:
                                          field.skip();
                                  }
                              });
    Fields& fields = event.message.extra;
    add(fields, "margin", {margin});
    add(fields, "externalPowerSource", {isExternal});
    add(fields, "batteryLevelUnavailable", {isUnavailable});
    add(fields, "batteryLevel", {battery});
    prefixOrigin(event, "status:");
    return event;
}

/// Zeros are left out, as in JSON.
void readPlace(ProtobufReader location, Fields& fields) {
    static constexpr std::array kSources{"UNKNOWN",
                                         "GPS",
                                         "CONFIG",
                                         "GEO_RESOLVER_TDOA",
                                         "GEO_RESOLVER_RSSI",
                                         "GEO_RESOLVER_GNSS",
                                         "GEO_RESOLVER_WIFI"};
    static constexpr std::array kNames{"latitude", "longitude", "altitude"};
    std::array<double, 3> figures{};
    double accuracy = 0;
    std::uint32_t source = 0;
    while (location.next()) {
        const std::uint32_t field = location.field();
        if (field >= 1 && field <= kNames.size()) {
            figures[field - 1] = location.wideReal(kNames[field - 1]);
        } else if (field == 4) {
            source = location.integer("source", kMax32);
        } else if (field == 5) {
            accuracy = asWritten(location.real("accuracy"));
        } else {
            location.skip();
        }
    }
    for (std::size_t i = 0; i < figures.size(); ++i) {
        if (figures[i] != 0) add(fields, kNames[i], {figures[i]});
    }
    if (source != 0) add(fields, "source", {nameOf(source, kSources)});
    if (accuracy != 0) add(fields, "accuracy", {accuracy});
}

NetworkEvent readLocation(ProtobufReader& reader) {
    NetworkEvent event =
        read(reader, Kind::Location, kUsual, [](ProtobufReader& field, NetworkEvent& location) {
            if (field.field() != 4) return field.skip();
            location.message.extra.clear();
            readPlace(field.message("location"), location.message.extra);
        });
    prefixOrigin(event, "location:");
    return event;
}

}  // namespace

Result<NetworkEvent> readChirpstackProtobuf(std::string_view document, std::string_view event) {
    using Read = NetworkEvent (*)(ProtobufReader&);
    static constexpr std::pair<std::string_view, Read> kEvents[] = {
        {"up", &readUplink},        {"join", &readJoin}, {"ack", &readAck},
        {"txack", &readTxAck},      {"log", &readLog},   {"status", &readStatus},
        {"location", &readLocation}};
    const auto* const found =
        std::find_if(std::begin(kEvents), std::end(kEvents),
                     [event](const auto& known) { return known.first == event; });
    if (found == std::end(kEvents)) return unusedEvent(event);
    try {
        ProtobufReader::Complaint complaint;
        ProtobufReader reader(document, complaint);
        NetworkEvent result = found->second(reader);
        if (complaint) return *std::move(complaint);
        return result;
    } catch (const protozero::exception& exception) {
        return Error{"", std::string("the document is not Protobuf: ") + exception.what()};
    }
}

}  // namespace runnel::events
