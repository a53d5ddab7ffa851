# SPDX-License-Identifier: Apache-2.0
"""The Things Stack, which a real mosquitto stands for: every uplink reaches the stream with every
field right, downlinks are pushed with correlation ids, and what becomes of them comes back."""
import base64
import collections
import contextlib
import json

import runnel
import uplinks_chirpstack_tts as expected
from mosquitto import Mosquitto
from mqtt_client import Paho, trusting
from mqtt_source import tts, tts_event, tts_topic, tts_uplink

USER = "sensors@ttn"
APPLICATION, DEVICE = "70B3D57ED0000001", "0080E1150529E258"
PUSH = f"v3/{USER}/devices/{DEVICE.lower()}/down/push"


class TheThingsStack(runnel.SystemTest):

    @contextlib.asynccontextmanager
    async def running(self, applications=(APPLICATION,), **stream):
        """mosquitto, runnel behind it, The Things Stack's publisher; `self.tokens` per stream."""
        self.tokens = {eui: runnel.new_token() for eui in applications}
        files = {eui: {"name": eui, "streams": [runnel.websocket_stream("cloud", token, **stream)]}
                 for eui, token in self.tokens.items()}
        async with Mosquitto(user=USER) as server, runnel.Runnel([tts(server)], files) as broker:
            await server.subscribed(f"v3/{USER}/devices/+/up")
            publisher = Paho(server.port, tls=trusting(server.ca), user=server.user,
                             password=server.password)
            await publisher.connect((f"v3/{USER}/devices/+/down/push", 1))
            try:
                yield server, broker, publisher
            finally:
                await publisher.disconnect()

    async def test_every_uplink_arrives_with_every_field_right_though_runnel_was_away(self):
        events = [line["event"] for line in json.loads(
            runnel.shared("uplinks-tts.json").read_text())]
        for event in events:
            event["end_device_ids"]["application_ids"]["application_id"] = USER.split("@")[0]
        applications = sorted({event["end_device_ids"]["join_eui"] for event in events})
        async with self.running(applications) as (server, broker, publisher):
            for number, event in enumerate(events):
                if number == len(events) // 2:
                    await broker.kill()
                await publisher.publish(
                    tts_topic(server, event["end_device_ids"]["device_id"]), event)
            await broker.restart()
            for eui, token in self.tokens.items():
                client = await broker.connect(token)
                wanted = [d for event in events for d in expected.from_tts(event)
                          if d["AppEUI"] == eui]
                missing = collections.Counter(map(expected.comparable, wanted))
                missing.subtract(map(expected.comparable, await client.documents(len(wanted))))
                self.assertEqual({d: n for d, n in missing.items() if n}, {})
                await client.silence(0.1)
                await client.close()

    async def test_a_join_is_an_event(self):
        async with self.running(events=["join"]) as (server, broker, publisher):
            client = await broker.connect(self.tokens[APPLICATION])
            await publisher.publish(tts_topic(server, DEVICE.lower(), "join"), tts_event(
                server, DEVICE, APPLICATION, join_accept={"session_key_id": "x"}))
            document = await client.document()
            self.assertEqual((document["Event"], document["DeviceEUI"]), ("joined", DEVICE))

    async def test_downlinks_are_pushed_and_their_fate_comes_back(self):
        ends = [("ack", "downlink_ack", "acknowledged"), ("nack", "downlink_nack",
                "notAcknowledged"), ("failed", "downlink_failed", "failed")]
        async with self.running() as (server, broker, publisher):
            client = await broker.connect(self.tokens[APPLICATION])
            await publisher.publish(tts_topic(server, DEVICE.lower()),
                                    tts_uplink(server, DEVICE, APPLICATION, 1))
            await client.document()
            for number, (topic, member, event) in enumerate(ends, 1):
                pushed, seen = await self.pushed(client, publisher, number)
                content = {"f_port": 7, "f_cnt": number, **pushed}
                for name, what, body in (
                        ("queued", "downlink_queued", content),
                        ("sent", "downlink_sent", content),
                        (topic, member, {"downlink": content, "error": {
                            "name": "fcnt_too_low", "message_format": "words"}}
                         if event == "failed" else content)):
                    await publisher.publish(
                        tts_topic(server, DEVICE.lower(), f"down/{name}"),
                        tts_event(server, DEVICE, APPLICATION,
                                  correlation_ids=pushed["correlation_ids"], **{what: body}))
                while len(seen) < 3:
                    seen.append(await client.until(lambda d: "Event" in d))
                self.assertEqual([(d["Event"], d["Id"]) for d in seen], [
                    (name, f"order-{number}") for name in ("queued", "sent", event)])
            self.assertIn("fcnt_too_low", seen[-1]["Text"])

    async def pushed(self, client, publisher, number):
        """A downlink, as The Things Stack gets it, and events that came before its receipt."""
        seen = []
        await client.send({"DeviceEUI": DEVICE, "Port": 7, "Data": f"{number:04X}", "Type": 5,
                           "Id": f"order-{number}"})
        receipt = await client.until(lambda d: "Receipt" in d, seen)
        self.assertEqual(receipt["Receipt"], "accepted", receipt)
        topic, document = await publisher.until(lambda *_: True)
        self.assertEqual(topic, PUSH)
        (downlink,) = document["downlinks"]
        self.assertEqual((downlink["f_port"], downlink["confirmed"]), (7, True))
        self.assertEqual(base64.b64decode(downlink["frm_payload"]).hex().upper(), f"{number:04X}")
        self.assertEqual(len(downlink["correlation_ids"]), 1)
        return downlink, seen


if __name__ == "__main__":
    runnel.main()
