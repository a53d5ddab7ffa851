# SPDX-License-Identifier: Apache-2.0
"""Whatever bytes come to the MQTT listener, at most the connection that sent them ends: others go
on receiving, and the broker takes new ones.

Options: --seed N and --rounds N of random bytes."""
import asyncio
import contextlib
import random

import mqtt_wire
import runnel
from mqtt_simulated import APPLICATION, DEVICE, DOWN, SimulatedTest
from mqtt_wire import Wire

ARGUMENTS = runnel.options(seed=random.SystemRandom().randrange(1 << 32), rounds=150)
VERSIONS = ("3.1.1", "5")
# The only packets that a client may send without a body.
EMPTY = (mqtt_wire.PINGREQ << 4, mqtt_wire.DISCONNECT << 4)


class Malformed(SimulatedTest):

    @contextlib.asynccontextmanager
    async def running(self):
        """A broker, and a client beside, which must not notice anything."""
        async with self.broker() as broker, self.paho(
                broker, (f"{APPLICATION}/#", 1), reconnect=False) as witness:
            yield broker
            while not witness.messages.empty():
                witness.messages.get_nowait()
            await witness.message()
            self.assertTrue(witness.is_connected.is_set(), "another connection ended, too")

    async def sent(self, broker, raw, version="5", is_connected=False, eof=True):
        """The last packet that came back before the connection ended. With `eof` our end of it is
        closed, since the bytes may be the beginning of something longer."""
        if is_connected:
            wire = await self.wire(broker, version)
        else:
            wire = await Wire.open(broker.plain_mqtt_port, version, "plain")
        with contextlib.suppress(OSError):
            wire.send(raw)
            if eof:
                wire.writer.write_eof()
        try:
            return await wire.end()
        finally:
            wire.close()

    async def farewell(self, wire):
        """The end of a connection that did not begin as MQTT does. It might have been HTTP, for a
        WebSocket, so it may be told in those words."""
        said = await asyncio.wait_for(wire.reader.read(), runnel.PATIENCE)
        self.assertTrue(said == b"" or said.startswith(b"HTTP/1.1 4"), said)
        wire.close()

    def session(self, version):
        """All that a good client says."""
        return (mqtt_wire.connect(version, "a-client", self.token) +
                mqtt_wire.subscribe(f"{APPLICATION}/#", version=version, id_=1) +
                mqtt_wire.publish(DOWN, b'{"Data":"01"}', version, id_=2) +
                mqtt_wire.packet(mqtt_wire.PINGREQ) + mqtt_wire.packet(mqtt_wire.DISCONNECT))

    async def test_a_session_that_is_cut_off_anywhere_harms_nobody(self):
        async with self.running() as broker:
            for version in VERSIONS:
                whole = self.session(version)
                for end in range(len(whole) + 1):
                    await self.sent(broker, whole[:end], version)

    async def test_a_session_with_one_wrong_byte_harms_nobody(self):
        print(f"seed {ARGUMENTS.seed}", flush=True)
        dice = random.Random(ARGUMENTS.seed)
        async with self.running() as broker:
            for version in VERSIONS:
                whole = self.session(version)
                for place in range(len(whole)):
                    damaged = bytearray(whole)
                    damaged[place] ^= dice.randrange(1, 256)
                    await self.sent(broker, bytes(damaged), version)

    async def test_every_first_byte_but_that_of_connect_ends_the_connection(self):
        async with self.running() as broker:
            for first in range(256):
                if first == mqtt_wire.CONNECT << 4:
                    continue
                wire = await Wire.open(broker.plain_mqtt_port, tls="plain")
                wire.send(bytes([first, 2, 0, 0]))
                await self.farewell(wire)

    async def test_every_type_with_every_flag_and_no_body_ends_the_connection(self):
        async with self.running() as broker:
            for version in VERSIONS:
                for first in range(256):
                    if first in EMPTY:
                        continue
                    with self.subTest(version=version, first=f"{first:02X}"):
                        last = await self.sent(broker, bytes([first, 0]), version, True, eof=False)
                        if version == "3.1.1":
                            self.assertIsNone(last)
                        else:
                            self.assertGreaterEqual(last.code, 0x80)
                            self.assertEqual(last.kind, mqtt_wire.DISCONNECT)

    async def test_flags_that_a_type_does_not_have_end_the_connection(self):
        good = {
            mqtt_wire.SUBSCRIBE: lambda v: mqtt_wire.subscribe(f"{APPLICATION}/#", version=v),
            mqtt_wire.PUBACK: lambda _: mqtt_wire.acknowledge(1),
            mqtt_wire.PUBREL: lambda _: mqtt_wire.acknowledge(1, mqtt_wire.PUBREL),
            mqtt_wire.PINGREQ: lambda _: mqtt_wire.packet(mqtt_wire.PINGREQ),
            mqtt_wire.DISCONNECT: lambda _: mqtt_wire.packet(mqtt_wire.DISCONNECT)}
        async with self.running() as broker:
            for version in VERSIONS:
                for kind, make in good.items():
                    for flags in set(range(16)) - {mqtt_wire.FLAGS.get(kind, 0)}:
                        raw = bytearray(make(version))
                        raw[0] = kind << 4 | flags
                        await self.sent(broker, bytes(raw), version, True, eof=False)
                raw = mqtt_wire.publish(DOWN, b"{}", version)
                for flags in (6, 7, 14, 15):  # QoS 3
                    await self.sent(broker, bytes([0x30 | flags]) + raw[1:], version, True,
                                    eof=False)

    async def test_lengths_that_cannot_be_end_the_connection(self):
        async with self.running() as broker:
            for is_connected in (False, True):
                for size in (b"\xff\xff\xff\xff", b"\x80\x80\x80\x80\x01", b"\xff\xff\xff\x7f"):
                    await self.sent(broker, b"\x10" + size, "5", is_connected, eof=False)

    async def test_wrong_texts_and_topics_end_the_connection(self):
        topics = [b"", b"\xff\xfe", b"a\0b", b"a/+", b"#", b"\xed\xa0\x80"]
        async with self.running() as broker:
            for version in VERSIONS:
                for topic in topics:
                    raw = mqtt_wire.publish(topic, b"{}", version)
                    await self.sent(broker, raw, version, True, eof=False)
                for filter_ in (b"", b"a/#/b", b"a+", b"\xc0\x80"):
                    raw = mqtt_wire.subscribe(filter_, version=version)
                    await self.sent(broker, raw, version, True, eof=False)
                await self.sent(broker, mqtt_wire.connect(version, "x", self.token)[:-1] + b"\xff",
                                version, eof=False)
                again = mqtt_wire.connect(version, "x", self.token)
                await self.sent(broker, again, version, True, eof=False)

    async def test_random_bytes_harm_nobody(self):
        print(f"seed {ARGUMENTS.seed}", flush=True)
        dice = random.Random(ARGUMENTS.seed)
        async with self.running() as broker:
            for number in range(ARGUMENTS.rounds):
                raw = dice.randbytes(dice.randrange(1, 300))
                await self.sent(broker, raw, dice.choice(VERSIONS), bool(number % 2))

    async def test_rubbish_in_tls_and_in_a_websocket_harms_nobody(self):
        async with self.running() as broker:
            wire = await Wire.open(broker.mqtt_port)
            wire.send(b"\x00" * 100)
            await self.farewell(wire)
            socket = await runnel.websockets.connect(
                f"wss://127.0.0.1:{broker.mqtt_port}/mqtt", ssl=runnel.unverified(),
                subprotocols=["mqtt"])
            self.assertEqual(socket.subprotocol, "mqtt")
            await socket.send(b"\x00" * 100)
            with self.assertRaises(runnel.websockets.ConnectionClosed):
                while True:
                    await socket.recv()

    async def test_a_client_that_says_nothing_is_sent_away(self):
        async with self.running() as broker:
            wire = await Wire.open(broker.plain_mqtt_port, tls="plain")
            self.assertIsNone(await wire.end())


if __name__ == "__main__":
    runnel.main()
