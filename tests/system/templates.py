# SPDX-License-Identifier: Apache-2.0
"""Device templates: an uplink's payload becomes fields by the template that its stream, its device
or its application names, over the whole path; what a codec cannot decode goes out as it came."""
import asyncio
import time

import api
import runnel
import template_world as world

FIRST, SECOND, THIRD, FOURTH = (f"0080E1150000000{n}" for n in range(1, 5))

#: Each is a way to do harm; whoever decodes by it gets a reason instead of fields.
HOSTILE = {
    "computes": "function decodeUplink(i) { for (;;) {} }",
    "matches": "function decodeUplink(i) { return {data: {a: /^(a+)+$/.test('a'.repeat(40) + '!')}}; }",
    "allocates": "function decodeUplink(i) { var a = []; for (;;) a.push(new Array(10000).fill(1)); }",
    "recurses": "function decodeUplink(i) { return decodeUplink(i); }",
    "opens": "function decodeUplink(i) { return {data: {a: require('fs').readFileSync('/etc/passwd')}}; }",
    "connects": "function decodeUplink(i) { new WebSocket('ws://127.0.0.1'); }",
    "ends": "function decodeUplink(i) { process.kill(process.pid); }",
}


class Templates(runnel.SystemTest):

    def broker(self, templates, devices=None, streams=None, **application):
        self.token = runnel.new_token()
        streams = streams or [world.stream("cloud", self.token)]
        return world.broker(templates, devices, streams, **application)

    async def fields(self, broker, *uplinks, client=None):
        """What the stream shows of each of them: Fields, or DecodeError's text, or nothing."""
        client = client or await broker.connect(self.token)
        await world.post(broker, *uplinks)
        documents = await client.documents(len(uplinks))
        self.assertEqual([d["Data"] for d in documents], [u["Data"] for u in uplinks])
        return [d.get("Fields", d.get("DecodeError")) for d in documents]

    async def test_each_codec_makes_fields_and_a_device_without_template_has_none(self):
        templates = [world.javascript("scripted"),
                     world.template("listed", ("fields", world.LAYOUT)),
                     world.template("lpp", ("cayenne", {}))]
        devices = {FIRST: "scripted", SECOND: "listed", THIRD: "lpp", FOURTH: None}
        async with self.broker(templates, devices) as broker:
            shown = await self.fields(broker, world.uplink(FIRST, "00D7"),
                                      world.uplink(SECOND, "FFD7"),
                                      world.uplink(THIRD, "036700D7"),
                                      world.uplink(FOURTH, "00D7"))
        self.assertEqual(shown[:2], [{"temperature": 21.5, "port": 2}, {"temperature": -4.1}])
        self.assertIn(21.5, shown[2].values())
        self.assertIsNone(shown[3])

    async def test_what_cannot_be_decoded_goes_out_with_the_reason(self):
        templates = [world.javascript("scripted"),
                     world.template("codecless", description="nothing to decode with")]
        devices = {FIRST: "scripted", SECOND: "forgotten", THIRD: "codecless"}
        async with self.broker(templates, devices) as broker:
            short, absent, codecless = await self.fields(
                broker, world.uplink(FIRST, "01"), world.uplink(SECOND, "01"),
                world.uplink(THIRD, "01"))
            metrics = (await api.local(broker).get("/metrics")).body.decode()
        self.assertIn('runnel_codec_errors_total{codec="codec_javascript"} 1\n', metrics)
        self.assertIn("needs 2 bytes, found 1", short)
        self.assertIn("there is no device template 'forgotten'", absent)
        self.assertIsNone(codecless)

    async def test_the_stream_s_template_goes_before_the_device_s_and_that_before_the_application_s(self):
        def says(word):
            return f"function decodeUplink(i) {{ return {{data: {{by: '{word}'}}}}; }}"
        token = runnel.new_token()
        self.token = runnel.new_token()
        streams = [world.stream("own", token, template="of-stream"),
                   world.stream("cloud", self.token)]
        templates = [world.javascript(f"of-{word}", says(word))
                     for word in ("stream", "device", "application")]
        async with world.broker(templates, {FIRST: "of-device", SECOND: None}, streams,
                                template="of-application") as broker:
            uplinks = [world.uplink(FIRST, "01"), world.uplink(SECOND, "02")]
            self.assertEqual(await self.fields(broker, *uplinks),
                             [{"by": "device"}, {"by": "application"}])
            own = await broker.connect(token)
            self.assertEqual([d["Fields"]["by"] for d in await own.documents(2)], ["stream"] * 2)

    async def test_a_name_means_the_newest_version_and_a_version_stays(self):
        def says(number):
            return f"function decodeUplink(i) {{ return {{data: {{version: {number}}}}}; }}"
        templates = [world.javascript("meter", says(n), version=n) for n in (1, 2, 10)]
        async with self.broker(templates, {FIRST: "meter", SECOND: "meter@2"}) as broker:
            client = await broker.connect(self.token)
            shown = await self.fields(broker, world.uplink(FIRST, "01"), world.uplink(SECOND, "01"),
                                      client=client)
            self.assertEqual([fields["version"] for fields in shown], [10, 2])
            name, content = world.javascript("meter", says(11), version=11)
            broker.write(f"templates/{name}.yaml", content)
            broker.signal(runnel.signal.SIGHUP)
            await broker.logged("reload")
            shown = await self.fields(broker, world.uplink(FIRST, "02", 2),
                                      world.uplink(SECOND, "02", 2), client=client)
            self.assertEqual([fields["version"] for fields in shown], [11, 2])

    async def test_a_template_s_text_is_its_streams_document(self):
        text = '{"dev":"{{DeviceEUI|lower}}","t":{{{Fields.temperature|json}}}}'
        templates = [world.javascript("acme", format={"plugin": "template",
                                                      "options": {"uplink": text}})]
        self.token = runnel.new_token()
        streams = [runnel.websocket_stream("cloud", self.token, format="template")]
        async with world.broker(templates, {FIRST: "acme"}, streams) as broker:
            client = await broker.connect(self.token)
            await world.post(broker, world.uplink(FIRST, "00D7"))
            self.assertEqual(await client.document(), {"dev": FIRST.lower(), "t": 21.5})

    async def test_a_document_shows_the_tags_of_its_device(self):
        text = '{"at":{{{Tags.place|json}}},"floor":{{{Tags.floor|json}}}}'
        self.token = runnel.new_token()
        streams = [runnel.websocket_stream("cloud", self.token, format="template",
                                           options={"uplink": text})]
        tags = {"place": 'Quay "4"', "floor": -1}
        async with world.broker([], {FIRST: {"tags": tags}, SECOND: None}, streams) as broker:
            client = await broker.connect(self.token)
            await world.post(broker, world.uplink(FIRST, "01"), world.uplink(SECOND, "01"))
            self.assertEqual(await client.documents(2), [{"at": 'Quay "4"', "floor": -1},
                                                         {"at": None, "floor": None}])

    async def test_what_waited_during_a_restart_has_its_fields(self):
        templates = [world.javascript("scripted")]
        async with self.broker(templates, {FIRST: "scripted"}) as broker:
            await world.post(broker, *(world.uplink(FIRST, "00D7", n) for n in range(1, 4)))
            await broker.kill()
            await broker.restart()
            client = await broker.connect(self.token)
            shown = [d["Fields"]["temperature"] for d in await client.documents(3)]
        self.assertEqual(shown, [21.5] * 3)

    async def test_a_hostile_script_costs_nobody_else_anything(self):
        templates = [world.javascript("good")]
        templates += [world.javascript(name, script) for name, script in HOSTILE.items()]
        bad = {f"0080E115000001{n:02X}": name for n, name in enumerate(HOSTILE)}
        self.token, calm = runnel.new_token(), runnel.new_token()
        streams = [world.stream("cloud", self.token),
                   runnel.websocket_stream("calm", calm)]
        async with world.broker(templates, {FIRST: "good", **bad}, streams) as broker:
            client, bystander = await broker.connect(self.token), await broker.connect(calm)
            await world.post(broker, world.uplink(FIRST, "00D7", 1))
            await client.document()
            await bystander.document()
            before = broker.memory()
            for count, (device, name) in enumerate(bad.items()):
                started = time.monotonic()
                await world.post(broker, world.uplink(device, "01"),
                                 world.uplink(FIRST, "00D7", 2 + count))
                await bystander.documents(2)
                passed = time.monotonic() - started
                failed, good = await client.documents(2)
                took = time.monotonic() - started
                print(f"    a script that {name}: {1000 * took:.0f} ms, "
                      f"others {1000 * passed:.0f} ms: {failed.get('DecodeError')}")
                self.assertIn("DecodeError", failed, name)
                self.assertEqual(good["Fields"]["temperature"], 21.5, name)
            grown = broker.memory() - before
            print(f"    the broker's memory grew by {grown:.1f} MiB")
            self.assertLess(grown, 32, "MiB")


if __name__ == "__main__":
    runnel.main()
