# SPDX-License-Identifier: Apache-2.0
"""An application sends fields, and its device gets bytes: a downlink's Fields are encoded by the device
template that the stream, the device or the application names; what cannot be encoded is rejected with
the codec's reason."""
import asyncio
import base64
import json

import ctl
import runnel
import template_world as world
from webhooks import network_server

APPLICATION, DEVICE = "70B3D57ED0000001", "0080E1150529E258"
FOREIGN = "0080E11505290000"

#: A valve: A5, then minutes in two bytes, on port 10.
TABLE = world.template("valve", ("fields", {"port": 10, "downlink": [
    {"const": "A5"}, {"name": "minutes", "type": "uint16"}]}))
#: The same on port 20, with a limit of its own.
SCRIPT = world.template("script", ("javascript", {"script": """
function encodeDownlink(input) {
    var minutes = input.data.minutes;
    if (minutes > 90) return {errors: ["at most 90 minutes"]};
    return {bytes: [0xA5, minutes >> 8, minutes & 255], fPort: 20};
}
"""}))
MAP = {"device": "/to", "id": "/order", "fields": {"minutes": "/open/for"}}


def fields(minutes, **more):
    return {"DeviceEUI": DEVICE, "Fields": {"minutes": minutes}, **more}


class TemplateDownlinks(runnel.SystemTest):

    def broker(self, server, templates, device=None, application=None, **stream):
        self.token = runnel.new_token()
        network = runnel.webhook({"ours": APPLICATION})
        network["options"].update(server="chirpstack", key="the-key",
                                  api=f"http://127.0.0.1:{server.server_port}")
        devices = [{"eui": DEVICE, **({"template": device} if device else {})}]
        broker = ctl.Managed([network], {
            APPLICATION: {"name": "Ours", "devices": devices, **(application or {}), "streams": [
                {**runnel.websocket_stream("cloud", self.token), **stream}]},
            "70B3D57ED0000002": {"name": "Theirs", "devices": [
                {"eui": FOREIGN, "template": "valve"}]}}, templates="templates")
        (broker.directory / "templates").mkdir()
        for name, content in templates:
            broker.write(f"templates/{name}.yaml", content)
        return broker

    async def rejection(self, client, document):
        receipt = await client.ask(document)
        self.assertEqual(receipt["Receipt"], "rejected", receipt)
        return receipt["Field"], receipt["Reason"]

    async def accepted(self, client, document):
        receipt = await client.ask(document)
        self.assertEqual(receipt["Receipt"], "accepted", receipt)

    async def sent(self, server):
        """Port and bytes of the next downlink that the network server gets."""
        item = (await asyncio.to_thread(server.calls.get, timeout=runnel.PATIENCE))[2]["queueItem"]
        return item["fPort"], base64.b64decode(item["data"]).hex()

    async def test_fields_become_bytes_and_port_by_the_streams_template(self):
        with network_server() as server:
            async with self.broker(server, [TABLE, SCRIPT], "script", template="valve") as broker:
                client = await broker.connect(self.token)
                await self.accepted(client, fields(90))
                self.assertEqual(await self.sent(server), (10, "a5005a"))
                await self.accepted(client, fields(1, Port=77))
                self.assertEqual(await self.sent(server), (77, "a50001"))

    async def test_the_devices_template_goes_before_its_applications(self):
        for device, port in (("script", 20), (None, 10)):
            with network_server() as server:
                async with self.broker(server, [TABLE, SCRIPT], device,
                                       {"template": "valve"}) as broker:
                    await self.accepted(await broker.connect(self.token), fields(90))
                    self.assertEqual(await self.sent(server), (port, "a5005a"))

    async def test_wrong_fields_are_rejected_with_the_codecs_reason_and_reach_no_network(self):
        with network_server() as server:
            async with self.broker(server, [TABLE, SCRIPT], "valve") as broker:
                client = await broker.connect(self.token)
                field, reason = await self.rejection(client, fields(70_000))
                self.assertEqual(field, "Fields/minutes")
                self.assertIn("65535", reason)
                field, reason = await self.rejection(client, {"DeviceEUI": DEVICE, "Fields": {}})
                self.assertEqual(field, "Fields")
                self.assertIn("minutes", reason)
                field, _ = await self.rejection(client, fields(1, Data="00"))
                self.assertEqual(field, "Fields")
                field, reason = await self.rejection(client, {**fields(1), "DeviceEUI": FOREIGN})
                self.assertEqual(field, "DeviceEUI")
                self.assertNotIn("valve", reason)
                await self.accepted(client, fields(2))
                self.assertEqual(await self.sent(server), (10, "a50002"))
                self.assertTrue(server.calls.empty())

    async def test_without_a_codec_that_works_the_reason_says_what_is_missing(self):
        textless = world.template("plain", description="no codec")
        for templates, wanted in (([], "device template"), ([textless], "has no codec"),
                                  ([SCRIPT], "there is no device template 'plain'")):
            with network_server() as server:
                names = {"device": "plain"} if templates else {}
                async with self.broker(server, templates, **names) as broker:
                    client = await broker.connect(self.token)
                    field, reason = await self.rejection(client, fields(1))
                    self.assertEqual(field, "Fields")
                    self.assertIn(wanted, reason)

    async def test_a_scripts_errors_are_the_reason_and_order_is_kept(self):
        with network_server() as server:
            async with self.broker(server, [SCRIPT], "script") as broker:
                client = await broker.connect(self.token)
                self.assertIn("at most 90 minutes",
                              (await self.rejection(client, fields(91)))[1])
                for number in range(20):
                    plain = {"DeviceEUI": DEVICE, "Port": 3, "Data": f"{number:02X}"}
                    await client.send(plain if number % 2 else fields(number))
                for number in range(20):
                    wanted = (3, f"{number:02x}") if number % 2 else (20, f"a500{number:02x}")
                    self.assertEqual(await self.sent(server), wanted)

    async def test_the_same_id_again_is_one_downlink_and_with_other_fields_refused(self):
        with network_server() as server:
            async with self.broker(server, [TABLE], "valve") as broker:
                client = await broker.connect(self.token)
                for _ in range(2):
                    await self.accepted(client, fields(90, Id="same"))
                self.assertEqual((await self.rejection(client, fields(91, Id="same")))[0], "Id")
                await self.accepted(client, fields(1))
                self.assertEqual([(await self.sent(server))[1] for _ in range(2)],
                                 ["a5005a", "a50001"])

    async def test_a_map_finds_the_fields_in_the_applications_own_document(self):
        own = ("valve@1", {**TABLE[1], "format": {"options": {"downlink": MAP}}})
        text = {"uplink": '{"dev":"{{DeviceEUI}}"}'}
        for templates, options in (([TABLE], {**text, "downlink": MAP}), ([own], text)):
            with network_server() as server:
                async with self.broker(server, templates, format="template", template="valve",
                                       options=options) as broker:
                    client = await broker.connect(self.token)
                    document = {"to": DEVICE, "order": "one", "open": {"for": 90}}
                    await self.accepted(client, document)
                    self.assertEqual(await self.sent(server), (10, "a5005a"))

    async def test_the_api_and_runnelctl_take_fields_as_well(self):
        with network_server() as server:
            async with self.broker(server, [TABLE], "valve") as broker:
                send = ("downlink", "send", "--device", DEVICE, "--fields")
                await broker.ctl(*send, json.dumps({"minutes": 90}))
                self.assertEqual(await self.sent(server), (10, "a5005a"))
                wrong = await broker.ctl(*send, json.dumps({"minutes": -1}), status=1)
                self.assertIn("minutes", wrong.err)
                self.assertIn("must be", wrong.err)
                for more in (("{",), ("{}", "--data", "00")):
                    await broker.ctl(*send, *more, status=2)
                await broker.ctl(*send[:-1], status=2)


if __name__ == "__main__":
    runnel.main()
