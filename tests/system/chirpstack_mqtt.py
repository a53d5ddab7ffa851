# SPDX-License-Identifier: Apache-2.0
"""ChirpStack behind a real mosquitto: every event that it publishes reaches the stream with every
field right, downlinks reach its command topic, and what becomes of them comes back, as JSON and as
protobuf. What has to arrive is computed here from the events, by other code than runnel's."""
import asyncio
import base64
import collections
import contextlib
import json
import uuid

import chirpstack_protobuf
import runnel
import uplinks_chirpstack_tts as expected
from mosquitto import Mosquitto
from mqtt_client import Paho, trusting
from mqtt_source import chirpstack, up_topic

APPLICATION, APPLICATION_ID = "70B3D57ED0000001", "13f243da-3795-4165-8ee0-ed43039c566c"
DEVICE = "0080E1150529E258"
EVENTS = "application/+/device/+/event/+"


def documents(event, applications):
    """What the stream shows of an uplink event."""
    return expected.from_chirpstack(event, applications[event["deviceInfo"]["applicationId"]])


def about_device(**more):
    """An event of DEVICE."""
    return {"time": "2025-01-01T00:00:02.500+00:00", "deviceInfo": {
        "applicationId": APPLICATION_ID, "devEui": DEVICE.lower(), "deviceName": "a device"},
        **more}


class Chirpstack(runnel.SystemTest):

    def files(self, applications, **stream):
        """The broker's applications, one stream each."""
        self.tokens = {eui: runnel.new_token() for eui in applications.values()}
        return {eui: {"name": eui, "streams": [runnel.websocket_stream("cloud", token, **stream)]}
                for eui, token in self.tokens.items()}

    async def server(self, server, **more):
        """The publisher that stands for ChirpStack."""
        client = Paho(server.port, tls=more.pop("tls", None) or trusting(server.ca),
                      user=server.user, password=server.password)
        await client.connect(*more.pop("subscriptions", ()))
        return client

    @contextlib.asynccontextmanager
    async def running(self, stream=None, **options):
        """mosquitto, runnel behind it, ChirpStack's publisher, a client of the stream."""
        applications = {APPLICATION_ID: APPLICATION}
        async with Mosquitto() as server, runnel.Runnel(
                [chirpstack(server, applications, **options)],
                self.files(applications, **(stream or {}))) as broker:
            prefix = options.get("topicPrefix", "")
            await server.subscribed(prefix + EVENTS)
            publisher = await self.server(
                server, subscriptions=[(f"{prefix}application/+/device/+/command/down", 1)])
            client = await broker.connect(self.tokens[APPLICATION])
            try:
                yield broker, publisher, client
            finally:
                await publisher.disconnect()
                await client.close()

    async def publish(self, publisher, kind, event, encode=json.dumps, prefix=""):
        info = event["deviceInfo"]
        await publisher.publish(
            up_topic(info["applicationId"], info["devEui"], prefix, kind), encode(event))

    def compare(self, wanted, got):
        """Equal as sets with numbers, and in order per device."""
        missing = collections.Counter(map(expected.comparable, wanted))
        missing.subtract(map(expected.comparable, got))
        self.assertEqual({d: n for d, n in missing.items() if n}, {}, "1 = missing, -1 = too much")
        for device in {document["DeviceEUI"] for document in wanted}:
            self.assertEqual(
                [expected.comparable(d) for d in wanted if d["DeviceEUI"] == device],
                [expected.comparable(d) for d in got if d["DeviceEUI"] == device])

    def shared_events(self):
        """The events of the shared data and the map of their applications."""
        events = [line["event"] for line in json.loads(
            runnel.shared("uplinks-chirpstack.json").read_text())]
        ids = sorted({event["deviceInfo"]["applicationId"] for event in events})
        return events, {id_: f"70B3D57ED00{number:05X}" for number, id_ in enumerate(ids)}

    async def deliver(self, encode, **options):
        """All shared events through mosquitto, some of them while runnel is away."""
        events, applications = self.shared_events()
        async with Mosquitto() as server, runnel.Runnel(
                [chirpstack(server, applications, **options)], self.files(applications)) as broker:
            await server.subscribed(EVENTS)
            publisher = await self.server(server)
            half = len(events) // 2
            for event in events[:half]:
                await self.publish(publisher, "up", event, encode)
            await broker.kill()
            for event in events[half:]:
                await self.publish(publisher, "up", event, encode)
            await broker.restart()
            await publisher.disconnect()
            for eui, token in self.tokens.items():
                client = await broker.connect(token)
                wanted = [d for event in events for d in documents(event, applications)
                          if d["AppEUI"] == eui]
                self.compare(wanted, await client.documents(len(wanted)))
                await client.silence(0.1)
                await client.close()

    async def test_every_event_arrives_with_every_field_right_though_runnel_was_away(self):
        await self.deliver(json.dumps)

    async def test_every_event_in_protobuf_arrives_with_every_field_right(self):
        await self.deliver(lambda event: chirpstack_protobuf.event("up", event),
                           marshalling="protobuf")

    async def test_joins_and_figures_of_devices_are_events_of_a_stream_that_wants_them(self):
        wanted = {"events": ["join", "status", "location"]}
        async with self.running(wanted) as (_, publisher, client):
            await self.publish(publisher, "join", about_device(
                deduplicationId="a", devAddr="01020304"))
            await self.publish(publisher, "status", about_device(
                deduplicationId="b", margin=7, batteryLevel=94.5))
            await self.publish(publisher, "location", about_device(
                deduplicationId="c", location={"latitude": 1.5, "longitude": 2.5}))
            got = await client.documents(3)
            self.assertEqual([d["Event"] for d in got], ["joined", "status", "location"])
            self.assertEqual({(d["DeviceEUI"], d["AppEUI"]) for d in got}, {(DEVICE, APPLICATION)})
            self.assertEqual(got[1]["Details"], {"margin": 7, "batteryLevel": 94.5})
            self.assertEqual(got[2]["Details"], {"latitude": 1.5, "longitude": 2.5})

    async def ordered(self, client, publisher, number, encode, decode):
        """A downlink: what ChirpStack's command topic got of it."""
        receipt = await client.ask({"DeviceEUI": DEVICE, "Port": 7, "Data": f"{number:04X}",
                                    "Type": 5, "Id": f"order-{number}"})
        self.assertEqual(receipt["Receipt"], "accepted", receipt)
        message = await publisher.message()
        self.assertEqual(
            message.topic, f"application/{APPLICATION_ID}/device/{DEVICE.lower()}/command/down")
        command = decode(message.payload)
        self.assertEqual((command["devEui"], command["fPort"], command["confirmed"]),
                         (DEVICE.lower(), 7, True))
        self.assertEqual(base64.b64decode(command["data"]).hex().upper(), f"{number:04X}")
        self.assertTrue(uuid.UUID(command["id"]))  # ChirpStack takes nothing else
        await self.publish(publisher, "txack", about_device(
            downlinkId=1000 + number, queueItemId=command["id"], fCntDown=number,
            gatewayId="0102030405060708"), encode("txack"))
        await self.event(client, number, "sent")
        return command["id"]

    async def event(self, client, number, name):
        """The next event of this downlink but `queued`."""
        document = await client.until(lambda d: d.get("Id") == f"order-{number}" and
                                      d.get("Event") not in (None, "queued"))
        self.assertEqual((document["Event"], document["DeviceEUI"]), (name, DEVICE))
        return document

    async def downlinks(self, encode, decode, **options):
        """Three downlinks with three ends. `encode(kind)` makes a payload of an event."""
        async with self.running(**options) as (_, publisher, client):
            await self.publish(publisher, "up", runnel.chirpstack_uplink(
                DEVICE, APPLICATION_ID, 1), encode("up"))
            await client.document()
            item = await self.ordered(client, publisher, 1, encode, decode)
            await self.publish(publisher, "ack", about_device(
                deduplicationId="d1", queueItemId=item, acknowledged=True, fCntDown=1),
                encode("ack"))
            await self.event(client, 1, "acknowledged")
            item = await self.ordered(client, publisher, 2, encode, decode)
            await self.publish(publisher, "ack", about_device(
                deduplicationId="d2", queueItemId=item, acknowledged=False, fCntDown=2),
                encode("ack"))
            await self.event(client, 2, "notAcknowledged")
            item = await self.ordered(client, publisher, 3, encode, decode)
            await self.publish(publisher, "log", about_device(
                level="ERROR", code="DOWNLINK_GATEWAY", description="TX_FREQ",
                context={"queue_item_id": item}), encode("log"))
            failed = await self.event(client, 3, "failed")
            self.assertIn("TX_FREQ", failed["Text"])

    async def test_downlinks_reach_the_command_topic_and_their_fate_comes_back(self):
        await self.downlinks(lambda _: json.dumps, json.loads)

    async def test_downlinks_and_their_fate_in_protobuf(self):
        await self.downlinks(
            lambda kind: lambda event: chirpstack_protobuf.event(kind, event),
            chirpstack_protobuf.command, marshalling="protobuf")

    async def test_a_downlink_waits_for_a_mosquitto_that_is_away(self):
        async with Mosquitto() as server, runnel.Runnel(
                [chirpstack(server, {APPLICATION_ID: APPLICATION})],
                self.files({APPLICATION_ID: APPLICATION})) as broker:
            await server.subscribed(EVENTS)
            publisher = await self.server(server, subscriptions=[("application/#", 1)])
            client = await broker.connect(self.tokens[APPLICATION])
            await self.publish(publisher, "up", runnel.chirpstack_uplink(
                DEVICE, APPLICATION_ID, 1))
            await client.document()
            await server.stop()
            receipt = await client.ask({"DeviceEUI": DEVICE, "Data": "01", "Id": "patient"})
            self.assertEqual(receipt["Receipt"], "accepted")
            await server.start()
            topic, command = await publisher.until(lambda topic, _: "command" in topic)
            self.assertIn(DEVICE.lower(), topic)
            self.assertEqual(command["data"], "AQ==")
            await client.until(lambda d: d.get("Event") == "queued" and d["Id"] == "patient")
            await publisher.disconnect()

    async def test_a_client_certificate_opens_a_server_that_asks_for_one(self):
        async with Mosquitto(client_certificate=True) as server:
            own = server.certificates
            network = chirpstack(server, {APPLICATION_ID: APPLICATION},
                                 certificate=str(own.client), key=str(own.client_key))
            async with runnel.Runnel([network], self.files({APPLICATION_ID: APPLICATION})):
                await server.subscribed(EVENTS)

    async def test_a_server_that_is_not_what_the_authority_signed_is_refused(self):
        async with Mosquitto() as server, Mosquitto() as other:
            network = chirpstack(server, {}, ca=str(other.ca))
            async with runnel.Runnel([network], self.files({})) as broker:
                self.assertRegex(await broker.logged(r"cs\b.*certificate"), r"warning|error")
                self.assertNotIn(EVENTS, server.words)

    async def test_a_topic_prefix_tells_one_region_from_another(self):
        async with self.running(topicPrefix="eu868/") as (_, publisher, client):
            for number, prefix in enumerate(("us915/", "", "eu868/"), 1):
                await self.publish(publisher, "up", runnel.chirpstack_uplink(
                    DEVICE, APPLICATION_ID, number), prefix=prefix)
            self.assertEqual((await client.document())["DeviceEUI"], DEVICE)
            await client.silence()
            receipt = await client.ask({"DeviceEUI": DEVICE, "Data": "01"})
            self.assertEqual(receipt["Receipt"], "accepted")
            self.assertTrue((await publisher.message()).topic.startswith("eu868/application/"))

    async def test_a_device_of_an_unknown_application_is_logged_once(self):
        unknown = ["0080E11505290001", "0080E11505290002"]
        async with self.running() as (broker, publisher, client):
            for number in range(1, 4):
                for device in unknown:
                    await self.publish(publisher, "up", runnel.chirpstack_uplink(
                        device, str(uuid.UUID(int=7)), number))
            await self.publish(publisher, "up", runnel.chirpstack_uplink(
                DEVICE, APPLICATION_ID, 1))
            self.assertEqual((await client.document())["DeviceEUI"], DEVICE)
            for device in unknown:
                lines = [line for line in broker.log
                         if device in line and "belongs to no application" in line]
                self.assertEqual(len(lines), 1, lines)


if __name__ == "__main__":
    runnel.main()
