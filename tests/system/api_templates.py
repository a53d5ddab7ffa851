# SPDX-License-Identifier: Apache-2.0
"""Device templates managed while the broker runs: checked before they are kept, tried on real
messages before a stream moves to them, there again after a restart."""
import json

import api
import ctl
import runnel
import template_world as world

DEVICE, OTHER = "0080E11500000001", "0080E11500000002"
TEMPLATES = f"{api.BASE}/templates"


def says(text):
    return {"codec": {"plugin": "javascript", "options": {
        "script": f"function decodeUplink(i) {{ return {{data: {text}}}; }}"}}}


class ApiTemplates(runnel.SystemTest):

    def broker(self):
        """The stream is the API's."""
        return runnel.Runnel([runnel.webhook()])

    async def application(self, local, **stream):
        ours = api.application(world.APPLICATION)
        await local.put(ours, {"name": "Parking", "template": "meter"})
        await local.put(f"{ours}/streams/cloud", {"options": {"fields": True}, **stream})
        token = (await local.get(f"{ours}/streams/cloud")).json["token"]
        return f"{ours}/streams/cloud", token

    async def test_a_stream_shows_fields_as_soon_as_there_is_a_template_and_after_a_restart(self):
        async with self.broker() as broker:
            local = api.local(broker)
            _, token = await self.application(local)
            client = await broker.connect(token)
            await world.post(broker, world.uplink(DEVICE, "01", 1))
            self.assertIn("no device template 'meter'", (await client.document())["DecodeError"])
            made = await local.put(f"{TEMPLATES}/meter/1", says("{first: i.bytes[0]}"), 201)
            self.assertTrue(made.headers["location"].endswith("/templates/meter/1"))
            await world.post(broker, world.uplink(DEVICE, "02", 2))
            self.assertEqual((await client.document())["Fields"], {"first": 2})
            await local.put(f"{TEMPLATES}/meter/2", says("{second: i.bytes[0]}"), 201)
            await world.post(broker, world.uplink(DEVICE, "03", 3))
            self.assertEqual((await client.document())["Fields"], {"second": 3})
            await client.close()
            await broker.stop()
            await broker.restart()
            local = api.local(broker)
            client = await broker.connect(token)
            await world.post(broker, world.uplink(DEVICE, "04", 4))
            shown = await client.until(lambda d: d["Data"] == "04")
            self.assertEqual(shown["Fields"], {"second": 4})
            listed = [(t["name"], t["version"]) for t in await local.all(TEMPLATES)]
            self.assertEqual(listed, [("meter", 1), ("meter", 2)])

    async def test_one_gets_back_what_one_put_and_bad_ones_are_refused_with_a_pointer(self):
        async with self.broker() as broker:
            local = api.local(broker)
            document = {"name": "meter", "version": 3, "description": "water",
                        **says("{}"), "format": {"plugin": "template",
                                                 "options": {"uplink": '{"p":{{Port}}}'}}}
            await local.put(f"{TEMPLATES}/meter/3", document, 201)
            got = (await local.get(f"{TEMPLATES}/meter/3")).json
            self.assertEqual(got.pop("origin"), "api")
            self.assertEqual(got, document)
            for wrong, pointer, word in (
                    ({"codec": {"plugin": "none"}}, "/codec/plugin", "no codec plugin named"),
                    ({"codec": {"plugin": "javascript", "options": {"script": "function ("}}},
                     "/codec/options/script", "line 1, column 10"),
                    ({"codec": {"plugin": "fields", "options": {"uplink": [{"type": "no"}]}}},
                     "/codec/options/uplink/0/type", "must be one of uint8"),
                    ({"format": {"plugin": "template", "options": {
                        "uplink": "{{#Receptions}}"}}},
                     "/format/options/uplink", "line 1, column 1"),
                    ({**says("{a: 1}"), "examples": [
                        {"input": {"bytes": [1]}, "output": {"data": {"a": 2}}}]},
                     "/examples/0", "expected 2, found 1"),
                    ({"version": 4}, "/version", "fixed by the path"),
                    ({"name": "other"}, "/name", "fixed by the path"),
                    ({"colour": "red"}, "/colour", "colour")):
                answer = await local.ask("PUT", f"{TEMPLATES}/bad/1", wrong, 422)
                errors = answer.json["errors"]
                self.assertEqual(errors[0]["pointer"], pointer, wrong)
                self.assertIn(word, errors[0]["detail"], wrong)
            await local.ask("POST", f"{TEMPLATES}/test", {"name": "bad", "codec": {
                "plugin": "none"}}, 422)
            good = {"name": "good", **says("{}")}
            answer = await local.ask("POST", f"{TEMPLATES}/test", good, 200)
            self.assertEqual(answer.json, {"examples": 0})
            self.assertEqual([t["name"] for t in await local.all(TEMPLATES)], ["meter"])

    async def test_one_that_is_needed_stays(self):
        async with self.broker() as broker:
            local = api.local(broker)
            await self.application(local, template="meter@1")
            for version in (1, 2):
                await local.put(f"{TEMPLATES}/meter/{version}", says("{}"), 201)
            refused = await local.ask("DELETE", f"{TEMPLATES}/meter/1", None, 409)
            self.assertIn("stream 70B3D57ED0000001/cloud", refused.json["detail"])
            await local.ask("DELETE", f"{TEMPLATES}/meter/2", None, 204)
            await local.ask("PATCH", f"{api.application(world.APPLICATION)}/streams/cloud",
                            {"template": None}, 200)
            refused = await local.ask("DELETE", f"{TEMPLATES}/meter/1", None, 409)
            self.assertIn("application 70B3D57ED0000001", refused.json["detail"])
            await local.ask("PATCH", api.application(world.APPLICATION), {"template": None}, 200)
            await local.ask("DELETE", f"{TEMPLATES}/meter/1", None, 204)

    async def test_a_dry_run_shows_before_and_after_and_changes_nothing(self):
        async with self.broker() as broker:
            local = api.local(broker)
            path, token = await self.application(local)
            await local.put(f"{TEMPLATES}/meter/1", says("{first: i.bytes[0]}"), 201)
            client = await broker.connect(token)
            await world.post(broker, world.uplink(DEVICE, "01", 1), world.uplink(OTHER, "02", 1))
            await client.documents(2)
            answer = await local.ask("POST", f"{path}/dry-run", {
                "template": {"name": "meter", "version": 2,
                             **says("i.bytes[0] == 2 ? nonsense : {second: 1}")}}, 200)
            newest, first = answer.json["items"]
            self.assertEqual(json.loads(newest["before"][0])["Fields"], {"first": 2})
            self.assertIn("nonsense", json.loads(newest["after"][0])["DecodeError"])
            self.assertIn("nonsense", newest["error"])
            self.assertEqual(json.loads(first["after"][0])["Fields"], {"second": 1})
            self.assertEqual((first["fields"], first["data"]), ({"second": 1}, "01"))
            self.assertEqual(len(await local.all(TEMPLATES)), 1)
            documents = (await local.get(f"{path}/documents")).json["items"]
            self.assertEqual(json.loads(documents[0]["text"])["Fields"], {"first": 2})
            await local.ask("POST", f"{path}/dry-run", {"template": "nobody"}, 404)
            await local.ask("POST", f"{path}/dry-run", {"template": "meter", "limit": 0}, 422)

    async def ctl(self, broker, *arguments, status=0):
        done = await ctl.execute(*arguments, "--socket", broker.data / "admin.sock")
        self.assertEqual(done.status, status, done.out + done.err)
        return done

    async def test_runnelctl_tests_puts_tries_and_removes_template_files(self):
        async with self.broker() as broker:
            await self.application(api.local(broker))
            file = broker.write("meter.yaml", "name: meter\nversion: 7\ncodec:\n  plugin: fields\n"
                                "  options:\n    uplink:\n"
                                "      - {name: level, type: uint8, scale: 0.5}\n")
            await world.post(broker, world.uplink(DEVICE, "03", 1))
            self.assertIn("is right", (await self.ctl(broker, "template", "test", file)).out)
            shown = await self.ctl(broker, "template", "dry-run", file, "--stream", "cloud",
                                   "--last", 5)
            self.assertIn('"Fields":{"level":1.5}', shown.out)
            put = await self.ctl(broker, "template", "put", file)
            self.assertIn("meter@7 is in use", put.out)
            self.assertRegex((await self.ctl(broker, "template", "list")).out, r"meter +7 +fields")
            shown = await self.ctl(broker, "template", "show", "meter")
            self.assertIn("plugin: fields", shown.out)
            kept = await self.ctl(broker, "template", "remove", "meter@7", status=1)
            self.assertIn("is used by application", kept.err)
            bad = broker.write("bad.yaml", "name: bad\ncodec: {plugin: nothing}\n")
            said = await self.ctl(broker, "template", "test", bad, status=1)
            self.assertIn("no codec plugin named 'nothing'", said.err)


if __name__ == "__main__":
    runnel.main()
