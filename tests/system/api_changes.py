# SPDX-License-Identifier: Apache-2.0
"""Applications, devices and streams are made, changed and removed while the broker runs: at once,
for ever, and without a trace for those who are not concerned."""
import asyncio
import signal

import api
import runnel
import source

FILED, OURS = "0102030405060708", "70B3D57ED0000001"
FILED_DEVICE, DEVICE = "0102030405060AAA", "0080E1150529E258"
OWN = api.application(OURS)
STREAM = f"{OWN}/streams/cloud"
DEVICES = 2500


class Changes(runnel.SystemTest):

    def broker(self, **more):
        self.filed = runnel.new_token()
        self.file = {"name": "Filed", "devices": [{"eui": FILED_DEVICE, "name": "Bay 0"}],
                     "streams": [runnel.websocket_stream("filed", self.filed)]}
        return runnel.Runnel([runnel.webhook()], {FILED: self.file}, **more)

    async def made(self, broker, **more):
        """Whoever manages OURS, and the token of its stream."""
        local = api.local(broker)
        await local.put(OWN, {"name": "Parking"}, 201)
        token = (await local.put(STREAM, more, 201)).json["token"]
        self.operator = await api.with_key(broker, "operator", [OURS])
        return token

    async def post(self, broker, *counters, application=OURS, device=DEVICE):
        poster = broker.poster()
        for counter in counters:
            uplink = {"DeviceEUI": device, "AppEUI": application, "Port": 2,
                      "Data": f"{counter:08X}", "FrameCounter": counter}
            status, body = await asyncio.to_thread(poster.post, "/", uplink)
            self.assertEqual(status, 200, body)
        poster.close()

    async def receives(self, client, *counters):
        found = [source.counter_of(document)[1]
                 for document in await client.documents(len(counters))]
        self.assertEqual(found, list(counters))

    async def test_a_saved_stream_delivers_at_once_and_a_removed_one_closes_with_1008(self):
        async with self.broker() as broker:
            kept = await broker.connect(self.filed)
            client = await broker.connect(await self.made(broker))
            await self.post(broker, 1, 2)
            await self.receives(client, 1, 2)
            await self.operator.delete(STREAM)
            self.assertEqual(await client.close_code(), 1008)
            await self.operator.get(STREAM, 404)
            await self.post(broker, 7, application=FILED)
            await self.receives(kept, 7)
            await kept.close()

    async def test_a_changed_stream_closes_with_1012_and_others_feel_nothing(self):
        async with self.broker() as broker:
            token, kept = await self.made(broker), await broker.connect(self.filed)
            await self.post(broker, 1, 2, 3)
            client = await broker.connect(token, ping_interval=None)
            await self.operator.patch(STREAM, {"options": {"sequence": True}})
            self.assertEqual(await client.close_code(), 1012)
            client = await broker.connect(token)
            document = await client.document()
            self.assertIn("Sequence", document)
            await client.close()
            self.assertEqual((await self.operator.get(STREAM)).json["options"], {"sequence": True})
            await self.post(broker, 1, 2, application=FILED)
            await self.receives(kept, 1, 2)
            self.assertIsNone(kept.socket.close_code)
            await kept.close()

    async def test_what_changes_nothing_closes_nothing(self):
        async with self.broker() as broker:
            client = await broker.connect(await self.made(broker))
            stream = await self.operator.get(STREAM)
            answer = await self.operator.put(STREAM, stream.json, 200)
            self.assertEqual(answer.etag, stream.etag)
            await self.operator.patch(STREAM, {})
            await self.operator.post(f"{OWN}/devices", {"eui": DEVICE, "name": "Bay 1"})
            await self.operator.post(f"{OWN}/streams", {"name": "second"})
            await self.post(broker, 1)
            await self.receives(client, 1)
            await client.close()

    async def test_a_new_name_of_a_device_shows_in_the_next_document(self):
        async with self.broker() as broker:
            client = await broker.connect(await self.made(broker, options={"deviceName": True}))
            device = f"{OWN}/devices/{DEVICE}"
            for counter, name in enumerate(("Bay 1", "Bay 2"), 1):
                await self.operator.put(device, {"name": name})
                await self.post(broker, counter)
                self.assertIn(name, str(await client.document()))
            await self.operator.delete(device)
            await client.close()

    async def test_conditions_keep_two_people_from_overwriting_each_other(self):
        async with self.broker() as broker:
            await self.made(broker)
            device = f"{OWN}/devices/{DEVICE}"
            absent = {"If-None-Match": "*"}
            await self.operator.put(device, {"name": "1"}, 412, headers={"If-Match": "*"})
            first = await self.operator.put(device, {"name": "1"}, 201, headers=absent)
            await self.operator.put(device, {"name": "2"}, 412, headers=absent)
            held = {"If-Match": first.etag}
            second = await self.operator.put(device, {"name": "2"}, 200, headers=held)
            self.assertNotEqual(second.etag, first.etag)
            await self.operator.put(device, {"name": "3"}, 412, headers=held)
            await self.operator.patch(device, {"name": "3"}, 412, headers=held)
            await self.operator.delete(device, 412, headers=held)
            self.assertEqual((await self.operator.get(device)).json["name"], "2")
            several = f'"other", {second.etag}'
            # Its tag says nothing of when it was heard: no answer is left out because of it.
            await self.operator.get(device, headers={"If-None-Match": several})
            await self.operator.patch(device, {"name": "3"}, headers={"If-Match": several})
            await self.operator.delete(device, headers={"If-Match": "*"})
            await self.operator.delete(device, 404)

    async def test_only_one_of_many_at_once_makes_and_only_one_changes(self):
        async with self.broker() as broker:
            await self.made(broker)
            others = [self.operator.again() for _ in range(8)]
            answers = await asyncio.gather(*(
                each.ask("POST", f"{OWN}/devices", {"eui": DEVICE, "name": str(n)})
                for n, each in enumerate(others)))
            self.assertEqual(sorted(each.status for each in answers), [201] + [409] * 7)
            held = {"If-Match": (await self.operator.get(f"{OWN}/devices/{DEVICE}")).etag}
            answers = await asyncio.gather(*(
                each.ask("PATCH", f"{OWN}/devices/{DEVICE}", {"name": f"new {n}"}, headers=held)
                for n, each in enumerate(others)))
            self.assertEqual(sorted(each.status for each in answers), [200] + [412] * 7)

    async def test_a_merge_patch_removes_with_null_and_keeps_the_rest(self):
        async with self.broker() as broker:
            await self.made(broker, options={"sequence": True, "deviceName": True})
            await self.operator.patch(STREAM, {"options": {"sequence": None}})
            self.assertEqual((await self.operator.get(STREAM)).json["options"],
                             {"deviceName": True})
            device = f"{OWN}/devices/{DEVICE}"
            await self.operator.put(device, {"name": "Bay", "tags": {"floor": 2, "lit": True}})
            found = await self.operator.patch(device, {"tags": {"floor": None, "row": "A"}})
            self.assertEqual((found.json["name"], found.json["tags"]),
                             ("Bay", {"lit": True, "row": "A"}))

    async def test_all_that_is_wrong_is_said_at_once_and_nothing_changes(self):
        async with self.broker() as broker:
            await self.made(broker)
            before = (await self.operator.get(STREAM)).json
            answer = await self.operator.put(STREAM, {
                "duplicates": "worst", "events": ["rain"], "colour": 1, "protocol": "pigeon",
                "options": {}}, 422)
            self.assertGreaterEqual(len(answer.json["errors"]), 3, answer)
            self.assertLessEqual({"/duplicates", "/colour"}, answer.pointers)
            answer = await self.operator.patch(STREAM, {"options": {"sequenze": True}}, 422)
            self.assertEqual(answer.pointers, {"/options/sequenze"})
            self.assertIn("sequence", str(answer.json["errors"]), "did you mean")
            self.assertEqual((await self.operator.get(STREAM)).json, before)

    async def test_what_stands_in_a_file_is_read_only_and_the_file_is_named(self):
        async with self.broker() as broker:
            await self.made(broker)
            local, filed = api.local(broker), api.application(FILED)
            for method, path, body in (
                    ("PUT", filed, {"name": "x"}), ("PATCH", filed, {"name": "x"}),
                    ("DELETE", filed, None), ("POST", f"{api.BASE}/applications", {"eui": FILED}),
                    ("PUT", f"{filed}/streams/filed", {}),
                    ("PATCH", f"{filed}/streams/filed", {"enabled": False}),
                    ("DELETE", f"{filed}/streams/filed", None),
                    ("POST", f"{filed}/streams", {"name": "filed"}),
                    ("PUT", f"{filed}/devices/{FILED_DEVICE}", {"name": "x"}),
                    ("PATCH", f"{filed}/devices/{FILED_DEVICE}", {"name": "x"}),
                    ("DELETE", f"{filed}/devices/{FILED_DEVICE}", None),
                    ("PUT", f"{filed}/devices", [{"eui": DEVICE}, {"eui": FILED_DEVICE}])):
                answer = await local.ask(method, path, body, 409)
                self.assertRegex(answer.json["detail"], rf"is written in .*{FILED}\.yaml", f"{method} {path}")
            await local.get(f"{filed}/devices/{DEVICE}", 404)
            self.assertEqual((await local.get(filed)).json["origin"], "file")
            # Beside it there is room.
            await local.put(f"{filed}/streams/more", {}, 201)
            await local.put(f"{filed}/devices/{DEVICE}", {"name": "Bay"}, 201)
            self.assertEqual((await local.get(filed)).json["streamCount"], 2)

    async def test_a_file_that_names_what_the_api_has_is_refused_at_reload(self):
        async with self.broker() as broker:
            token = await self.made(broker)
            local, client = api.local(broker), await broker.connect(token)
            await local.put(f"{OWN}/devices/{DEVICE}", {"name": "Bay"}, 201)
            for content in ({"streams": [{"name": "cloud"}]}, {"devices": [{"eui": DEVICE}]}):
                broker.write(f"applications/{OURS}.yaml", {"name": "Now in a file", **content})
                answer = await local.post(f"{api.BASE}/reload", expect=422)
                self.assertRegex(str(answer.json["errors"]), rf"{OURS}\.yaml:\d+:\d+")
                after = len(broker.log)
                broker.signal(signal.SIGHUP)
                await broker.logged("reload: refused", after)
            self.assertEqual((await local.get(OWN)).json["name"], "Parking")
            await self.post(broker, 1)
            await self.receives(client, 1)
            await client.close()
            broker.write(f"applications/{OURS}.yaml", {"streams": [{"name": "other"}]})
            answer = await local.ask("POST", f"{api.BASE}/reload")
            self.assertIn(answer.status, (200, 422))

    async def test_nobody_reads_names_of_streams_or_files_in_what_is_not_ready(self):
        """Files and the API name the same, found out at a start."""
        async with self.broker() as broker:
            await self.made(broker)
            await broker.stop()
            broker.write(f"applications/{OURS}.yaml", {
                "name": "Now in a file", "streams": [{"name": "cloud"}]})
            await broker.restart()
            answer = await api.Api(broker).ask("GET", "/health/ready")
            for word in (OURS, "cloud", ".yaml", str(broker.directory)):
                self.assertNotIn(word, answer.body.decode())

    async def test_a_reload_by_the_api_says_what_changed(self):
        async with self.broker() as broker:
            await self.made(broker)
            broker.write(f"applications/{FILED}.yaml", {**self.file, "streams": [
                *self.file["streams"], runnel.websocket_stream("new", runnel.new_token())]})
            answer = (await api.local(broker).post(f"{api.BASE}/reload", expect=200)).json
            self.assertIn(f"{FILED}/new", answer["changed"])
            self.assertEqual(answer["needsRestart"], [])
            await self.operator.get(STREAM)

    async def test_what_was_answered_survives_a_kill(self):
        async with self.broker() as broker:
            token = await self.made(broker, duplicates="best")
            local = api.local(broker)
            await local.put(f"{OWN}/devices", [{"eui": f"{n:016X}", "name": f"Bay {n}"}
                                               for n in range(200)], 200)
            gateway = api.gateway("00000000000000AA")
            await local.put(gateway, {"name": "Roof"}, 201)
            await local.put(f"{gateway}/streams/roof", {}, 201)
            await api.with_password(broker, "anna", "viewer", [OURS])
            lists = [f"{api.BASE}/applications", f"{OWN}/devices", f"{OWN}/streams",
                     f"{gateway}/streams", f"{api.BASE}/users", f"{api.BASE}/keys"]
            before = [await local.all(path) for path in lists]
            await local.put(f"{OWN}/devices/{DEVICE}", {"name": "the last one"}, 201)
            await broker.kill()
            await broker.restart()
            after = [await local.all(path) for path in lists]
            devices = [each for each in after[1] if each["eui"] != DEVICE]
            self.assertEqual(len(after[1]), 201, "what was answered last is there")
            for old, new in zip(before, (after[0], devices, *after[2:])):
                for each in (*old, *new):
                    for changing in ("state", "url", "deviceCount", "lastLogin", "lastUsed"):
                        each.pop(changing, None)
                self.assertEqual(new, old)
            client = await broker.connect(token)
            await self.post(broker, 1)
            await self.receives(client, 1)
            await client.close()

    async def test_an_application_takes_what_is_in_it_along(self):
        async with self.broker() as broker:
            client = await broker.connect(await self.made(broker))
            local = api.local(broker)
            await local.put(f"{OWN}/devices/{DEVICE}", {}, 201)
            await local.delete(OWN)
            self.assertEqual(await client.close_code(), 1008)
            for path in (OWN, STREAM, f"{OWN}/devices/{DEVICE}"):
                await local.get(path, 404)
            await local.put(OWN, {}, 201)
            self.assertEqual(await local.all(f"{OWN}/streams"), [])
            self.assertEqual(await local.all(f"{OWN}/devices"), [])
            self.assertEqual((await local.get(OWN)).json["name"], OURS)

    async def news_of_a_change(self, events):
        """The broker looks once a second: what changes before its first look is no news."""
        news = asyncio.create_task(events.until(lambda kind, _: kind == "stream"))
        for number in range(runnel.PATIENCE):
            await self.operator.patch(STREAM, {"duplicates": ("best", "all")[number % 2]})
            if (await asyncio.wait([news], timeout=1.5))[0]:
                break
        return (await news)[1]

    async def test_events_tell_of_changes_and_of_messages(self):
        async with self.broker() as broker:
            await self.made(broker)
            async with api.Events(self.operator) as events, \
                    api.Events(self.operator, "?kinds=stream") as streams:
                data = await self.news_of_a_change(events)
                self.assertIn("cloud", data["stream"])
                await self.post(broker, 5)
                _, data = await events.until(lambda kind, _: kind == "message")
                self.assertEqual((data["device"], data["data"]), (DEVICE, "00000005"))
                await self.operator.delete(STREAM)
                for _ in range(2):
                    kind, _ = await streams.event()
                    self.assertEqual(kind, "stream")

    async def test_a_long_list_comes_in_pages_while_it_changes(self):
        async with self.broker() as broker:
            await self.made(broker)
            own = [f"{0xAA00000000000000 + n:016X}" for n in range(DEVICES)]
            answer = await self.operator.put(f"{OWN}/devices", [
                {"eui": eui, "name": f"Bay {n}"} for n, eui in enumerate(own)], 200)
            self.assertEqual(answer.json, {"added": DEVICES, "changed": 0})
            for path in (f"{OWN}/devices", f"{api.BASE}/devices"):
                for limit in (1000, 333):
                    found = [each["eui"] for each in await self.operator.all(path, limit)]
                    self.assertEqual(found, own, path)
            self.assertEqual(len((await self.operator.get(f"{OWN}/devices")).json["items"]), 100)
            first = (await self.operator.get(f"{OWN}/devices?limit=10")).json
            for eui in own[5:12]:
                await self.operator.delete(f"{OWN}/devices/{eui}")
            second = (await self.operator.get(
                f"{OWN}/devices?limit=10&after={first['next']}")).json
            self.assertEqual([each["eui"] for each in second["items"]], own[12:22])
            for search, wanted in (("Bay 24", 111), ("AA0000000000000", 9), ("bay 2499", 1)):
                found = await self.operator.all(
                    f"{api.BASE}/devices?search={search.replace(' ', '%20')}")
                self.assertEqual(len(found), wanted, search)
            for wrong in ("limit=0", "limit=1001", "limit=x", "limit=-1",
                          "after=%00", "colour=red"):
                answer = await self.operator.ask("GET", f"{OWN}/devices?{wrong}")
                self.assertIn(answer.status, (400, 200) if wrong.startswith("after") else (400,),
                              wrong)

    async def test_a_batch_is_all_or_nothing(self):
        async with self.broker() as broker:
            await self.made(broker)
            for wrong in ({"eui": "no EUI"}, {"eui": "AA00000000000000"}, {"name": "none"},
                          {"eui": "AA00000000000009", "colour": 1}, "AA00000000000009", None):
                answer = await self.operator.put(f"{OWN}/devices", [
                    {"eui": f"{0xAA00000000000000 + n:016X}"} for n in range(5)] + [wrong], 422)
                self.assertTrue(any(pointer.startswith("/5") for pointer in answer.pointers),
                                f"{wrong}: {answer}")
            self.assertEqual(await self.operator.all(f"{OWN}/devices"), [])
            answer = await self.operator.put(f"{OWN}/devices", [
                {"eui": f"{n:016X}"} for n in range(10_001)])
            self.assertIn(answer.status, (413, 422))
            answer = await self.operator.put(f"{OWN}/devices", [], 200)
            self.assertEqual(answer.json, {"added": 0, "changed": 0})


if __name__ == "__main__":
    runnel.main()
