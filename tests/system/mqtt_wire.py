# SPDX-License-Identifier: Apache-2.0
"""MQTT by hand, for what no client library lets a test do: acknowledge late or never, see every
reason code, send nonsense, publish fast. Versions "3.1.1" and "5"; in 5 properties are empty where
a function does not take them."""
import asyncio
import itertools
import struct

from peers import PATIENCE, unverified

(CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBSCRIBE, SUBACK, UNSUBSCRIBE,
 UNSUBACK, PINGREQ, PINGRESP, DISCONNECT, AUTH) = range(1, 16)
FLAGS = {PUBREL: 2, SUBSCRIBE: 2, UNSUBSCRIBE: 2}
SESSION_EXPIRY, RECEIVE_MAXIMUM = 0x11, 0x21


def text(value):
    raw = value.encode() if isinstance(value, str) else value
    return struct.pack("!H", len(raw)) + raw


def length(number):
    """Seven bits a byte, the lowest first."""
    raw = bytearray()
    while True:
        number, low = divmod(number, 128)
        raw.append(low | (0x80 if number else 0))
        if not number:
            return bytes(raw)


def packet(kind, body=b"", flags=None):
    flags = FLAGS.get(kind, 0) if flags is None else flags
    return bytes([kind << 4 | flags]) + length(len(body)) + body


def connect(version="5", client_id="", user=None, password=None, **more):
    """`clean`, `keep_alive` and, in 5, `expiry` and `receive_maximum`."""
    clean, expiry = more.pop("clean", True), more.pop("expiry", 0)
    maximum, keep_alive = more.pop("receive_maximum", 0), more.pop("keep_alive", 60)
    assert not more, more
    flags = (2 if clean else 0) | (0x80 if user is not None else 0) | (
        0x40 if password is not None else 0)
    body = text("MQTT") + bytes([4 if version == "3.1.1" else 5, flags])
    body += struct.pack("!H", keep_alive)
    if version == "5":
        properties = b""
        if expiry:
            properties += struct.pack("!BI", SESSION_EXPIRY, expiry)
        if maximum:
            properties += struct.pack("!BH", RECEIVE_MAXIMUM, maximum)
        body += length(len(properties)) + properties
    body += text(client_id)
    for part in (user, password):
        body += b"" if part is None else text(part)
    return packet(CONNECT, body)


def publish(topic, payload, version="5", qos=1, id_=1, **more):
    """`retain` and `duplicate` are its flags."""
    flags = qos << 1 | int(more.get("retain", False)) | int(more.get("duplicate", False)) << 3
    body = text(topic) + (struct.pack("!H", id_) if qos else b"")
    body += b"\0" if version == "5" else b""
    return packet(PUBLISH, body + payload, flags)


def subscribe(*filters, version="5", qos=1, id_=1):
    body = struct.pack("!H", id_) + (b"\0" if version == "5" else b"")
    return packet(SUBSCRIBE, body + b"".join(text(f) + bytes([qos]) for f in filters))


def acknowledge(id_, kind=PUBACK):
    return packet(kind, struct.pack("!H", id_))


class Packet:
    """One that came: `kind`, `flags`, `body`."""

    def __init__(self, first, body, version):
        self.kind, self.flags, self.body, self.version = first >> 4, first & 15, body, version

    @property
    def qos(self):
        return self.flags >> 1 & 3

    @property
    def id(self):
        """The packet identifier, 0 if there is none."""
        at = 0
        if self.kind == PUBLISH:
            at = 2 + struct.unpack_from("!H", self.body)[0]
            if self.qos == 0:
                return 0
        return struct.unpack_from("!H", self.body, at)[0]

    @property
    def code(self):
        """Of a CONNACK, or the only one of an acknowledgement; 0 where it is left out."""
        if self.kind == CONNACK:
            return self.body[1]
        if self.kind in (SUBACK, UNSUBACK):
            return self.body[-1]
        if self.kind == DISCONNECT:
            return self.body[0] if self.body else 0
        return self.body[2] if len(self.body) > 2 else 0

    @property
    def is_session_present(self):
        return bool(self.body[0] & 1)

    @property
    def topic(self):
        return self.body[2:2 + struct.unpack_from("!H", self.body)[0]].decode()

    @property
    def payload(self):
        at = 2 + struct.unpack_from("!H", self.body)[0] + (2 if self.qos else 0)
        if self.version == "5":
            at += 1 + self.body[at]  # properties shorter than 128 bytes
        return self.body[at:]


class Wire:
    """One connection. Its end, for whatever reason, is a packet of None."""

    def __init__(self, reader, writer, version):
        self.reader, self.writer, self.version = reader, writer, version
        self.ids = itertools.cycle(range(1, 65536))

    @classmethod
    async def open(cls, port, version="5", tls=None):
        """Not connected in MQTT's sense yet. `tls` is a context, "plain" for none."""
        context = None if tls == "plain" else tls or unverified()
        return cls(*await asyncio.open_connection("127.0.0.1", port, ssl=context), version)

    @classmethod
    async def connected(cls, port, version="5", tls=None, **more):
        """(wire, CONNACK), after what connect() makes of `more`."""
        wire = await cls.open(port, version, tls)
        wire.send(connect(version, **more))
        return wire, await wire.packet()

    def send(self, raw):
        self.writer.write(raw)

    async def read(self):
        """The next packet, however long it takes; None at the end."""
        try:
            first, size, shift = (await self.reader.readexactly(1))[0], 0, 0
            while True:
                byte = (await self.reader.readexactly(1))[0]
                size |= (byte & 127) << shift
                shift += 7
                if byte < 128:
                    return Packet(first, await self.reader.readexactly(size), self.version)
        except (asyncio.IncompleteReadError, OSError):
            return None

    async def packet(self):
        return await asyncio.wait_for(self.read(), PATIENCE)

    async def until(self, kind):
        """The next packet of this kind; asserts that the connection lives until then."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found = await self.read()
                assert found is not None, f"the connection ended before a packet of type {kind}"
                if found.kind == kind:
                    return found

    async def end(self):
        """Reads to the end of the connection; returns the last packet before it, if any."""
        last = None
        async with asyncio.timeout(PATIENCE):
            while found := await self.read():
                last = found
        return last

    async def subscribe(self, filter_, qos=1):
        """The code of the SUBACK."""
        self.send(subscribe(filter_, version=self.version, qos=qos, id_=next(self.ids)))
        return (await self.until(SUBACK)).code

    async def publish(self, topic, payload):
        """QoS 1: the reason of the PUBACK, or None when the connection was closed instead."""
        self.send(publish(topic, payload, self.version, id_=next(self.ids)))
        async with asyncio.timeout(PATIENCE):
            while found := await self.read():
                if found.kind == PUBACK:
                    return found.code
        return None

    def close(self):
        """Without a good-bye."""
        self.writer.transport.abort()
