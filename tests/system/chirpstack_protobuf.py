# SPDX-License-Identifier: Apache-2.0
"""ChirpStack's events as protobuf, made from what they are as JSON, and its downlink command read
back: the numbers of its integration.proto and gw.proto, and as much of the wire format as they
need."""
import base64
import datetime
import struct

VARINT, FIXED32, LENGTH = 0, 5, 2


def varint(number):
    number &= (1 << 64) - 1  # negative numbers take ten bytes
    raw = bytearray()
    while True:
        number, low = number >> 7, number & 127
        raw.append(low | (0x80 if number else 0))
        if not number:
            return bytes(raw)


def field(number, wire, raw):
    return varint(number << 3 | wire) + (varint(len(raw)) if wire == LENGTH else b"") + raw


def text(value):
    return LENGTH, value.encode()


def number_(value):
    return VARINT, varint(int(value))


def real(value):
    return FIXED32, struct.pack("<f", value)


def base64_(value):
    return LENGTH, base64.b64decode(value)


def choice(*names):
    return lambda value: (VARINT, varint(names.index(value)))


def time_(value):
    """RFC 3339 to a Timestamp."""
    moment = datetime.datetime.fromisoformat(value[:19] + "+00:00")
    fraction = value[19:].lstrip(".").partition("+")[0].rstrip("Z")
    nanoseconds = int(fraction.ljust(9, "0")[:9]) if fraction else 0
    return LENGTH, (field(1, VARINT, varint(int(moment.timestamp())))
                    + field(2, VARINT, varint(nanoseconds)))


def map_(value):
    """Its entries are messages of their own: several fields of the same number."""
    return [field(1, LENGTH, name.encode()) + field(2, LENGTH, content.encode())
            for name, content in value.items()]


def message(table):
    return lambda value: (LENGTH, encode(table, value))


def encode(table, event):
    """Members that the table does not know are left out, and so are zeros, as proto3 does."""
    raw = b""
    for name, (number, kind) in table.items():
        value = event.get(name)
        if not value:
            continue
        if kind is map_:
            raw += b"".join(field(number, LENGTH, entry) for entry in map_(value))
        else:
            for each in value if isinstance(value, list) else [value]:
                raw += field(number, *kind(each))
    return raw


DEVICE = {"tenantId": (1, text), "tenantName": (2, text), "applicationId": (3, text),
          "applicationName": (4, text), "deviceProfileId": (5, text),
          "deviceProfileName": (6, text), "deviceName": (7, text), "devEui": (8, text),
          "tags": (9, map_)}
RATES = choice("CR_UNDEFINED", "CR_4_5", "CR_4_6", "CR_4_7", "CR_4_8", "CR_3_8", "CR_2_6",
               "CR_1_4", "CR_1_6", "CR_5_6", "CR_LI_4_5", "CR_LI_4_6", "CR_LI_4_8")
MODULATION = {
    "lora": (3, message({"bandwidth": (1, number_), "spreadingFactor": (2, number_),
                         "codeRate": (5, RATES)})),
    "fsk": (4, message({"frequencyDeviation": (1, number_), "datarate": (2, number_)})),
    "lrFhss": (5, message({"operatingChannelWidth": (1, number_)}))}
RX = {"gatewayId": (1, text), "uplinkId": (2, number_), "gwTime": (3, time_), "rssi": (6, number_),
      "snr": (7, real), "channel": (8, number_), "rfChain": (9, number_), "context": (13, base64_),
      "metadata": (15, map_), "crcStatus": (16, choice("NO_CRC", "BAD_CRC", "CRC_OK")),
      "nsTime": (17, time_)}
HEAD = {"deduplicationId": (1, text), "time": (2, time_), "deviceInfo": (3, message(DEVICE))}
EVENTS = {
    "up": {**HEAD, "devAddr": (4, text), "adr": (5, number_), "dr": (6, number_),
           "fCnt": (7, number_), "fPort": (8, number_), "confirmed": (9, number_),
           "data": (10, base64_), "rxInfo": (12, message(RX)),
           "txInfo": (13, message({"frequency": (1, number_),
                                   "modulation": (2, message(MODULATION))}))},
    "join": {**HEAD, "devAddr": (4, text)},
    "ack": {**HEAD, "queueItemId": (4, text), "acknowledged": (5, number_),
            "fCntDown": (6, number_)},
    "txack": {"downlinkId": (1, number_), "time": (2, time_), "deviceInfo": (3, message(DEVICE)),
              "queueItemId": (4, text), "fCntDown": (5, number_), "gatewayId": (6, text)},
    "log": {"time": (1, time_), "deviceInfo": (2, message(DEVICE)),
            "level": (3, choice("INFO", "WARNING", "ERROR")),
            "code": (4, choice("UNKNOWN", "DOWNLINK_PAYLOAD_SIZE", "UPLINK_CODEC",
                               "DOWNLINK_CODEC", "OTAA", "UPLINK_F_CNT_RESET", "UPLINK_MIC",
                               "UPLINK_F_CNT_RETRANSMISSION", "DOWNLINK_GATEWAY")),
            "description": (5, text), "context": (6, map_)},
    "status": {**HEAD, "margin": (5, number_), "externalPowerSource": (6, number_),
               "batteryLevelUnavailable": (7, number_), "batteryLevel": (8, real)},
}


def event(kind, document):
    """The bytes of an event of this kind: up, join, ack, txack, log, status."""
    return encode(EVENTS[kind], document)


def read_varint(raw, at):
    number, shift = 0, 0
    while True:
        byte = raw[at]
        at += 1
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return number, at


def command(raw):
    """A DownlinkCommand in the shape of its JSON."""
    found, at = {}, 0
    while at < len(raw):
        key, at = read_varint(raw, at)
        value, at = read_varint(raw, at)
        if key & 7 == LENGTH:
            at, value = at + value, raw[at:at + value]
        found[key >> 3] = value
    return {"id": found.get(1, b"").decode(), "devEui": found.get(2, b"").decode(),
            "confirmed": bool(found.get(3, 0)), "fPort": found.get(4, 0),
            "data": base64.b64encode(found.get(5, b"")).decode()}
