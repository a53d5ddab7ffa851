# SPDX-License-Identifier: Apache-2.0
"""runnel as the MQTT broker of its streams: mosquitto's programs, paho and npm's mqtt get uplinks,
send a downlink and get its receipt and its events, with MQTT 3.1.1 and 5, over TLS and over
WebSocket. Who was away gets what it missed; who does not acknowledge gets it again."""
import asyncio
import json
import shutil

import mqtt_wire
import runnel
from mqtt_simulated import APPLICATION, DEVICE, DOWN, SimulatedTest

VERSIONS = ("3.1.1", "5")
NODE = runnel.BUILD / "node"
DOWNLINK = {"Port": 2, "Data": "01FF", "Id": "from-a-client"}
UP = f"{APPLICATION}/+/up"


class Listener(SimulatedTest):

    def check(self, messages):
        """(topic, document) of an uplink, a receipt and an event are among them, each with the
        right topic."""
        receipts = [topic for topic, d in messages if d.get("Receipt") == "accepted"]
        events = [topic for topic, d in messages if d.get("Event") == "sent"]
        uplinks = [(topic, d) for topic, d in messages if d.get("Type") in (2, 4)]
        self.assertEqual(set(receipts), {f"{APPLICATION}/{DEVICE}/receipt"}, messages)
        self.assertEqual(set(events), {f"{APPLICATION}/{DEVICE}/event"}, messages)
        self.assertTrue(uplinks)
        for topic, document in uplinks:
            self.assertEqual(topic, f"{APPLICATION}/{document['DeviceEUI']}/up")

    @staticmethod
    def is_all(messages):
        kinds = [d.get("Receipt") or d.get("Event") or "up" for _, d in messages]
        return {"accepted", "sent", "up"} <= set(kinds)

    async def test_programs_of_mosquitto_get_uplinks_and_send_a_downlink(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                async with self.broker() as broker, self.program(
                        "sub", broker, "-v", "-q", "1", "-t", f"{APPLICATION}/#",
                        version=version) as subscriber:
                    await subscriber.until(lambda line: f"{DEVICE}/up" in line)
                    status, output = await self.program(
                        "pub", broker, "-q", "1", "-t", DOWN, "-m", json.dumps(DOWNLINK),
                        version=version).run()
                    self.assertEqual((status, output), (0, ""))
                    messages = []
                    async with asyncio.timeout(runnel.PATIENCE):
                        while not self.is_all(messages):
                            topic, _, text = (await subscriber.line()).partition(" ")
                            messages.append((topic, json.loads(text)))
                    self.check(messages)

    async def both_ways(self, broker, **more):
        async with self.paho(broker, (f"{APPLICATION}/#", 1), **more) as client:
            await client.until(lambda topic, _: topic == f"{APPLICATION}/{DEVICE}/up")
            await client.publish(DOWN, DOWNLINK)
            messages = []
            while not self.is_all(messages):
                messages.append(await client.until(lambda *_: True))
            self.check(messages)

    async def test_paho_gets_uplinks_and_sends_a_downlink(self):
        for version in VERSIONS:
            for transport in ("tcp", "websockets"):
                with self.subTest(version=version, transport=transport):
                    async with self.broker() as broker:
                        await self.both_ways(broker, version=version, transport=transport)

    async def test_paho_does_so_without_tls_where_that_is_switched_on(self):
        for transport in ("tcp", "websockets"):
            with self.subTest(transport=transport):
                async with self.broker() as broker:
                    await self.both_ways(broker, tls="plain", transport=transport)

    async def test_mqtt_of_npm_gets_uplinks_and_sends_a_downlink(self):
        node = shutil.which("node")
        if node is None or not (NODE / "node_modules/mqtt").is_dir():
            self.skipTest("there is no Node.js or no npm here")
        for version in ("4", "5"):
            for scheme in ("mqtts", "wss"):
                with self.subTest(version=version, scheme=scheme):
                    async with self.broker() as broker:
                        process = await asyncio.create_subprocess_exec(
                            node, runnel.ROOT / "tests/system/mqtt_client.mjs", NODE,
                            f"{scheme}://127.0.0.1:{broker.mqtt_port}", version, self.token,
                            APPLICATION, DOWN, json.dumps(DOWNLINK),
                            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
                            stderr=asyncio.subprocess.PIPE)
                        out, err = await asyncio.wait_for(process.communicate(), runnel.PATIENCE)
                        self.assertEqual(process.returncode, 0, err.decode())
                        self.assertIn("granted 1", err.decode())
                        lines = [line.partition(" ") for line in out.decode().splitlines()]
                        self.check([(topic, json.loads(text)) for topic, _, text in lines])

    async def test_a_subscription_of_qos_2_is_granted_qos_1_and_all_of_them_get_uplinks(self):
        async with self.broker() as broker:
            for version in VERSIONS:
                for qos in (0, 1, 2):
                    with self.subTest(version=version, qos=qos):
                        async with self.paho(broker, version=version) as client:
                            self.assertEqual(await client.subscribe(UP, qos), min(qos, 1))
                            message = await client.message()
                            self.assertEqual(message.qos, min(qos, 1))

    async def test_downlinks_of_every_qos_get_one_receipt(self):
        receipts = f"{APPLICATION}/+/receipt"
        async with self.broker() as broker, self.paho(broker, (receipts, 1), (UP, 0)) as client:
            await client.until(lambda topic, _: topic == f"{APPLICATION}/{DEVICE}/up")
            for qos in (0, 1, 2):
                await client.publish(DOWN, {**DOWNLINK, "Id": f"qos-{qos}"}, qos)
                _, receipt = await client.until(lambda _, d: "Receipt" in d)
                self.assertEqual((receipt["Receipt"], receipt["Id"]), ("accepted", f"qos-{qos}"))
            await client.publish(DOWN, {"Data": "0G", "Id": "bad"})
            _, receipt = await client.until(lambda _, d: "Receipt" in d)
            self.assertEqual((receipt["Receipt"], receipt["Field"]), ("rejected", "Data"))

    async def test_who_was_away_gets_what_it_missed(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                async with self.broker(rate=100) as broker:
                    witness = await broker.connect(self.socket_token)
                    name = {"version": version, "client_id": "one-that-leaves"}
                    async with self.paho(broker, (UP, 1), **name) as client:
                        self.assertFalse(client.session_present)
                        documents = await client.documents(20)
                    # paho acknowledges what the test has not read.
                    seen = [d["Sequence"] for d in documents + client.unread()]
                    missed = await witness.documents(60)
                    async with self.paho(broker, **name) as client:
                        self.assertTrue(client.session_present)
                        while seen[-1] <= missed[-1]["Sequence"]:
                            seen.append((await client.document())["Sequence"])
                    # What had come before it left may come again.
                    seen = sorted(set(seen))
                    self.assertEqual([d["Sequence"] for d in missed if d["Sequence"] >= seen[0]],
                                     [number for number in seen
                                      if number <= missed[-1]["Sequence"]])

    async def publishes(self, wire, count):
        return [await wire.until(mqtt_wire.PUBLISH) for _ in range(count)]

    @staticmethod
    def sequences(packets):
        return [json.loads(packet.payload)["Sequence"] for packet in packets]

    async def test_what_was_not_acknowledged_comes_again(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                async with self.broker(rate=100) as broker:
                    name = {"version": version, "client_id": "one-of-few-words", "clean": False}
                    if version == "5":
                        name.update(expiry=600, receive_maximum=10)
                    wire = await self.wire(broker, **name)
                    self.assertEqual(await wire.subscribe(UP, 1), 1)
                    first = await self.publishes(wire, 10)
                    self.assertEqual({packet.qos for packet in first}, {1})
                    wire.send(mqtt_wire.acknowledge(first[0].id))
                    wire.send(mqtt_wire.acknowledge(first[2].id))
                    # Its answer proves that both were read, and that it got no more than it takes.
                    wire.send(mqtt_wire.packet(mqtt_wire.PINGREQ))
                    await wire.until(mqtt_wire.PINGRESP)
                    wire.close()
                    wire = await self.wire(broker, **name)
                    self.assertTrue(wire.session_present)
                    again = self.sequences(await self.publishes(wire, 10))
                    before = self.sequences(first)
                    self.assertIn(before[1], again)
                    self.assertEqual([n for n in before[3:] if n not in again], [])
                    self.assertNotIn(before[0], again)
                    wire.close()

    async def test_a_receive_maximum_is_kept(self):
        async with self.broker(rate=100) as broker:
            wire = await self.wire(broker, receive_maximum=3)
            self.assertEqual(await wire.subscribe(UP, 1), 1)
            held = await self.publishes(wire, 3)
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(wire.read(), 0.5)
            wire.close()
            self.assertEqual(len({packet.id for packet in held}), 3)

    async def test_the_cursor_waits_for_the_acknowledgement_over_a_restart(self):
        async with self.broker(rate=100) as broker:
            wire = await self.wire(broker, client_id="slow", clean=False, expiry=600)
            await wire.subscribe(UP, 1)
            first = self.sequences(await self.publishes(wire, 30))
            await broker.stop()
            wire.close()
            await broker.restart()
            wire = await self.wire(broker, client_id="slow", clean=False, expiry=600)
            if not wire.session_present:
                await wire.subscribe(UP, 1)
            self.assertEqual(self.sequences(await self.publishes(wire, 30)), first)
            wire.close()

    async def test_the_same_client_identifier_again_ends_the_older_connection(self):
        async with self.broker() as broker:
            older = await self.wire(broker, client_id="twin")
            newer = await self.wire(broker, client_id="twin")
            last = await older.end()
            self.assertEqual((last.kind, last.code), (mqtt_wire.DISCONNECT, 0x8E))
            self.assertEqual(await newer.subscribe(UP, 1), 1)
            newer.close()


if __name__ == "__main__":
    runnel.main()
