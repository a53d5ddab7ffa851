# SPDX-License-Identifier: Apache-2.0
"""Two network servers at once, ChirpStack and The Things Stack, each behind a mosquitto of its own,
feed one application: its streams get the uplinks of both, and a downlink goes to the server that
knows its device."""
import asyncio
import contextlib
import json

import runnel
import source
from mosquitto import Mosquitto
from mqtt_client import Paho, trusting
from mqtt_source import chirpstack, tts, tts_event, tts_topic, tts_uplink, up_topic

APPLICATION, APPLICATION_ID = "70B3D57ED0000001", "13f243da-3795-4165-8ee0-ed43039c566c"
USER = "sensors@ttn"
OURS, THEIRS = "0080E11505290001", "0080E11505290002"  # ChirpStack's and The Things Stack's
MANY = 100


class TwoNetworks(runnel.SystemTest):

    async def publisher(self, server, commands):
        client = Paho(server.port, tls=trusting(server.ca), user=server.user,
                      password=server.password)
        await client.connect((commands, 1))
        return client

    @contextlib.asynccontextmanager
    async def running(self):
        self.token, self.mqtt_token = runnel.new_token(), runnel.new_token()
        async with Mosquitto() as first, Mosquitto(user=USER) as second, runnel.Runnel(
                [chirpstack(first, {APPLICATION_ID: APPLICATION}), tts(second)],
                {APPLICATION: {"name": "Ours", "streams": [
                    runnel.websocket_stream("socket", self.token),
                    runnel.mqtt_stream("mqtt", self.mqtt_token)]}},
                protocols={"mqtt": runnel.MQTT, "websocket": {"listen": "127.0.0.1:0"}}) as broker:
            await first.subscribed("application/+/device/+/event/+")
            await second.subscribed(f"v3/{USER}/devices/+/up")
            self.ours = await self.publisher(first, "application/+/device/+/command/down")
            self.theirs = await self.publisher(second, "v3/+/devices/+/down/push")
            self.second = second
            self.socket = await broker.connect(self.token)
            self.mqtt = Paho(broker.mqtt_port, user=self.mqtt_token)
            await self.mqtt.connect((f"{APPLICATION}/#", 1))
            try:
                yield
            finally:
                await asyncio.gather(*(client.disconnect() for client in (
                    self.ours, self.theirs, self.mqtt)))
                await self.socket.close()

    async def uplinks(self, first, last):
        """Of both servers at the same time."""
        for number in range(first, last + 1):
            payload = number.to_bytes(4, "big")
            await asyncio.gather(
                self.ours.publish(up_topic(APPLICATION_ID, OURS), runnel.chirpstack_uplink(
                    OURS, APPLICATION_ID, number, payload=payload)),
                self.theirs.publish(tts_topic(self.second, THEIRS.lower()), tts_uplink(
                    self.second, THEIRS, APPLICATION, number, payload)))

    async def test_both_feed_both_streams_of_an_application(self):
        async with self.running():
            await self.uplinks(1, MANY)
            for client in (self.socket, self.mqtt):
                got = [source.counter_of(d) for d in await client.documents(2 * MANY)]
                for device in (OURS, THEIRS):
                    self.assertEqual([number for eui, number in got if eui == device],
                                     list(range(1, MANY + 1)))

    async def told(self, names, passed):
        """Reads until the WebSocket stream has told these events of each downlink, {id: names};
        those in `passed` have been read before."""
        seen = [document for document in passed if "Event" in document]
        while len(seen) < sum(map(len, names.values())):
            seen.append(await self.socket.until(lambda d: "Event" in d))
        for id_, wanted in names.items():
            self.assertEqual([d["Event"] for d in seen if d["Id"] == id_], wanted)

    async def test_downlinks_go_to_the_server_that_knows_the_device(self):
        async with self.running():
            await self.uplinks(1, 1)
            await self.socket.documents(2)
            passed = []
            for id_, device in (("for-ours", OURS), ("for-theirs", THEIRS)):
                await self.socket.send({"DeviceEUI": device, "Data": "01", "Id": id_})
                receipt = await self.socket.until(lambda d: "Receipt" in d, passed)
                self.assertEqual((receipt["Receipt"], receipt["Id"]), ("accepted", id_))
            message = await self.ours.message()
            self.assertIn(f"/device/{OURS.lower()}/command/down", message.topic)
            item = json.loads(message.payload)["id"]
            topic, pushed = await self.theirs.until(lambda *_: True)
            self.assertEqual(topic, tts_topic(self.second, THEIRS.lower(), "down/push"))
            await self.ours.publish(
                up_topic(APPLICATION_ID, OURS, event="txack"),
                {"downlinkId": 1, "queueItemId": item, "deviceInfo": {
                    "applicationId": APPLICATION_ID, "devEui": OURS.lower()}})
            await self.theirs.publish(
                tts_topic(self.second, THEIRS.lower(), "down/sent"),
                tts_event(self.second, THEIRS, APPLICATION,
                          downlink_sent=pushed["downlinks"][0]))
            await self.told({"for-ours": ["queued", "sent"], "for-theirs": ["queued", "sent"]},
                            passed)

    async def test_downlinks_by_mqtt_do_so_too(self):
        async with self.running():
            await self.uplinks(1, 1)
            await self.mqtt.documents(2)
            for device, server in ((OURS, self.ours), (THEIRS, self.theirs)):
                await self.mqtt.publish(f"{APPLICATION}/{device}/down", {"Data": "01"})
                topic, receipt = await self.mqtt.until(lambda _, d: "Receipt" in d)
                self.assertEqual((topic, receipt["Receipt"]),
                                 (f"{APPLICATION}/{device}/receipt", "accepted"))
                self.assertIn(device.lower(), (await server.message()).topic)


if __name__ == "__main__":
    runnel.main()
