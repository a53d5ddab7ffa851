# SPDX-License-Identifier: Apache-2.0
"""SIGHUP applies the configuration again while everything runs: all of it or nothing, and whoever
is not concerned notices nothing. The log says what has changed and what needs a restart."""
import asyncio
import json
import pathlib
import signal
import ssl
import subprocess

import runnel
import source

APPLICATION = "0102030405060708"
OTHER = "0102030405060709"
DEVICE = source.device_eui(0, 0)
RELOADS, RATE = 20, 400


def key_of(document):
    return source.counter_of(document)


class Reload(runnel.SystemTest):

    def setUp(self):
        self.kept, self.token = runnel.new_token(), runnel.new_token()
        self.posted = {}

    def broker(self, *streams, **more):
        networks = more.pop("networks", [runnel.webhook()])
        return runnel.Runnel(networks, {APPLICATION: self.application(*streams)}, **more)

    def application(self, *streams, **more):
        return {"name": "Ours", "streams": [
            runnel.websocket_stream("kept", self.kept, options={"deviceName": True}), *streams], **more}

    def stream(self, name="cloud", **more):
        return runnel.websocket_stream(name, more.pop("token", self.token), **more)

    async def reload(self, broker, *streams, **more):
        """Writes the application's file and reloads; the line about it."""
        broker.write(f"applications/{APPLICATION}.yaml", self.application(*streams, **more))
        return await self.hang_up(broker)

    async def hang_up(self, broker):
        after = len(broker.log)
        broker.signal(signal.SIGHUP)
        return await broker.logged(r"\breload: ", after)

    async def post(self, broker, count, lane=0):
        """So many more uplinks of one device are journaled; returns their keys."""
        uplinks = source.Source(broker, APPLICATION, limit=count, lanes=1, devices=1,
                                first_lane=lane)
        uplinks.posted = self.posted
        before = self.posted.get(source.device_eui(lane, 0), 0)
        await uplinks.start().finish(stop=False)
        return {key for key in uplinks.keys() if key[1] > before}

    async def receives(self, client, keys):
        """Exactly these, in order."""
        documents = await client.documents(len(keys))
        self.assertEqual([key_of(document) for document in documents], sorted(keys))

    def status(self, broker, token):
        return runnel.http_get(broker.websocket_port, f"/?token={token}", runnel.UPGRADE)[0]

    async def test_nothing_has_changed(self):
        async with self.broker() as broker:
            self.assertIn("nothing has changed", await self.hang_up(broker))

    async def test_a_new_stream_is_live_at_once_and_starts_behind_the_newest_message(self):
        async with self.broker() as broker:
            await self.post(broker, 3)
            self.assertEqual(self.status(broker, self.token), 401)
            line = await self.reload(broker, self.stream())
            self.assertIn(f"1 stream added ({APPLICATION}/cloud)", line)
            client = await broker.connect(self.token)
            await self.receives(client, await self.post(broker, 5, lane=1))
            await client.close()

    async def test_a_removed_stream_ends_with_1008_and_comes_back_where_it_stood(self):
        async with self.broker(self.stream()) as broker:
            client = await broker.connect(self.token)
            await self.receives(client, await self.post(broker, 3))
            await asyncio.sleep(1.5)  # the PING that settles comes within a second
            line = await self.reload(broker)
            self.assertIn(f"1 stream removed ({APPLICATION}/cloud)", line)
            self.assertEqual(await client.close_code(), 1008)
            self.assertEqual(self.status(broker, self.token), 401)
            missed = await self.post(broker, 4, lane=1)
            await self.reload(broker, self.stream())
            client = await broker.connect(self.token)
            await self.receives(client, missed)
            await client.close()

    async def test_a_removed_stream_comes_back_after_a_restart_as_well(self):
        async with self.broker(self.stream()) as broker:
            missed = await self.post(broker, 3)
            await self.reload(broker)
            missed |= await self.post(broker, 4, lane=1)
            await broker.stop()
            broker.write(f"applications/{APPLICATION}.yaml", self.application(self.stream()))
            await broker.restart()
            missed |= await self.post(broker, 2, lane=2)
            client = await broker.connect(self.token)
            await self.receives(client, missed)
            await client.close()

    async def test_a_changed_stream_ends_with_1012_and_goes_on_at_the_cursor(self):
        async with self.broker(self.stream()) as broker:
            waiting = await self.post(broker, 6)
            client = await broker.connect(self.token, ping_interval=None)
            line = await self.reload(broker, self.stream(duplicates="best", options={
                "sequence": True}))
            self.assertIn(f"1 stream changed ({APPLICATION}/cloud: options, duplicates)", line)
            self.assertEqual(await client.close_code(), 1012)
            waiting |= await self.post(broker, 2, lane=1)
            client = await broker.connect(self.token)
            got = []
            while len(set(got)) < len(waiting):
                document = await client.document()
                self.assertIn("Sequence", document)
                got.append(key_of(document))
            self.assertLessEqual(set(got), waiting)
            await client.close()

    async def test_a_narrower_scope_counts_anew_what_is_pending(self):
        async with self.broker(self.stream()) as broker:
            await self.post(broker, 4, lane=1)
            ours = await self.post(broker, 3, lane=0)
            line = await self.reload(broker, self.stream(scope={"device": DEVICE}))
            self.assertIn("cloud: scope)", line)
            client = await broker.connect(self.token)
            await self.receives(client, ours)
            await client.close()

    async def test_an_old_token_opens_nothing_and_its_sessions_end_with_1008(self):
        async with self.broker(self.stream()) as broker:
            client, new = await broker.connect(self.token), runnel.new_token()
            line = await self.reload(broker, self.stream(token=new))
            self.assertIn("cloud: token)", line)
            self.assertEqual(await client.close_code(), 1008)
            self.assertEqual(self.status(broker, self.token), 401)
            client = await broker.connect(new)
            await self.receives(client, await self.post(broker, 2))
            await client.close()
        for secret in (self.token, new):
            self.assertFalse([line for line in broker.log if secret in line])

    async def test_two_streams_may_exchange_their_tokens(self):
        other = runnel.new_token()
        async with self.broker(self.stream("a"), self.stream("b", token=other)) as broker:
            await self.reload(broker, self.stream("a", token=other), self.stream("b"))
            for token in (self.token, other):
                await (await broker.connect(token)).close()
            self.assertFalse([line for line in broker.log if "is another stream's" in line])

    async def test_a_disabled_stream_closes_and_waits_until_it_is_enabled(self):
        async with self.broker(self.stream()) as broker:
            client = await broker.connect(self.token)
            self.assertIn("cloud: enabled)",
                          await self.reload(broker, self.stream(enabled=False)))
            await client.close_code()
            self.assertEqual(self.status(broker, self.token), 403)
            waiting = await self.post(broker, 3)
            await self.reload(broker, self.stream())
            client = await broker.connect(self.token)
            await self.receives(client, waiting)
            await client.close()

    async def test_a_bad_file_changes_nothing_and_is_named_with_its_line(self):
        async with self.broker(self.stream()) as broker:
            client = await broker.connect(self.token)
            file = broker.write(f"applications/{APPLICATION}.yaml",
                                "name: Ours\nstreams:\n  - {name: new}\n  - {nam: cloud}\n")
            after = len(broker.log)
            line = await self.hang_up(broker)
            self.assertRegex(line, r"error.*reload: refused, \d+ complaints?; the running")
            await broker.logged(rf"error.*{file.name}:4:\d+: ", after)
            await self.receives(client, await self.post(broker, 2))
            await client.close()
            line = await self.reload(broker)
            self.assertIn("1 stream removed", line)

    async def test_a_device_gets_its_new_name(self):
        def named(name):
            return {"devices": [{"eui": DEVICE, "name": name}]}
        async with self.broker() as broker:
            client = await broker.connect(self.kept)
            await self.post(broker, 1)
            self.assertNotEqual((await client.document()).get("DeviceName"), "Bay 1")
            self.assertIn("1 device added", await self.reload(broker, **named("Bay 1")))
            await self.post(broker, 1)
            self.assertIn("Bay 1", json.dumps(await client.document()))
            self.assertIn("1 device changed", await self.reload(broker, **named("Bay 2")))
            await self.post(broker, 1)
            self.assertIn("Bay 2", json.dumps(await client.document()))
            self.assertIn("1 device removed", await self.reload(broker))
            await client.close()

    async def test_applications_come_and_go(self):
        async with self.broker() as broker:
            path = broker.write(f"applications/{OTHER}.yaml",
                                {"name": "Other", "streams": [self.stream()]})
            line = await self.hang_up(broker)
            self.assertIn(f"1 application added ({OTHER}); 1 stream added ({OTHER}/cloud)", line)
            client = await broker.connect(self.token)
            path.unlink()
            self.assertIn(f"1 application removed ({OTHER})", await self.hang_up(broker))
            self.assertEqual(await client.close_code(), 1008)

    async def test_networks_and_protocols_need_a_restart_and_settings_do_not(self):
        async with self.broker() as broker:
            broker.settings["networks"] = [runnel.webhook({"7": APPLICATION})]
            broker.settings["protocols"]["websocket"]["listen"] = "127.0.0.1:1"
            broker.settings["retention"] = {"days": 1}
            broker.settings["log"] = {"level": "info"}
            broker.write("runnel.yaml", broker.settings)
            line = await self.hang_up(broker)
            self.assertIn("changed: log.level, retention; needs a restart: protocols.websocket, "
                          "networks.hooks", line)
            # Still true, and still said.
            self.assertRegex(await self.hang_up(broker), r"reload: needs a restart: \S+, \S+$")

    def certify(self, broker, name):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", broker.key, "-out",
             broker.certificate], check=True, capture_output=True)

    async def test_a_new_certificate_is_for_new_connections_and_a_bad_one_for_none(self):
        broker = self.broker(self.stream())
        broker.certificate = pathlib.Path(broker.directory, "certificate.pem")
        broker.key = pathlib.Path(broker.directory, "key.pem")
        broker.settings["tls"] = {"certificate": str(broker.certificate), "key": str(broker.key)}
        broker.write("runnel.yaml", broker.settings)
        self.certify(broker, "first")
        async with broker:
            def shown():
                return ssl.get_server_certificate(("127.0.0.1", broker.websocket_port)).strip()
            client = await broker.connect(self.token)
            self.assertEqual(shown(), broker.certificate.read_text().strip())
            self.certify(broker, "second")
            good = broker.certificate.read_text()
            self.assertIn("changed: tls", await self.hang_up(broker))
            await runnel.eventually(lambda: shown() == good.strip(), "the new one is shown")
            broker.certificate.write_text("no certificate")
            self.assertIn("refused, 1 complaint;",
                          await self.reload(broker, self.stream(duplicates="best")))
            self.assertEqual(shown(), good.strip())
            broker.certificate.write_text(good)
            await self.receives(client, await self.post(broker, 2))
            await client.close()

    async def changing(self, broker, uplinks, got):
        """A client of the stream that changes with every reload; connects again and again."""
        while not uplinks.is_closed or not uplinks.keys() <= set(got):
            try:
                client = await broker.connect(self.token)
                while not uplinks.is_closed or not uplinks.keys() <= set(got):
                    got.append(key_of(json.loads(
                        await asyncio.wait_for(client.socket.recv(), 1))))
                await client.close()
            except (runnel.websockets.WebSocketException, asyncio.TimeoutError, OSError):
                pass

    async def test_reloads_under_load_lose_nothing_and_others_notice_nothing(self):
        async with self.broker(self.stream()) as broker:
            kept, got, changed = await broker.connect(self.kept), [], []
            uplinks = source.Source(broker, APPLICATION, rate=RATE, lanes=8).start()

            async def read():
                async for text in kept.socket:
                    got.append(key_of(json.loads(text)))
            reading = asyncio.create_task(read())
            changing = asyncio.create_task(self.changing(broker, uplinks, changed))
            for turn in range(RELOADS):
                before = uplinks.total
                await runnel.eventually(lambda: uplinks.total > before + 20, "uplinks flow")
                line = await self.reload(
                    broker, self.stream(duplicates=("best", "all")[turn % 2]),
                    self.stream(f"turn{turn}", token=runnel.new_token()))
                self.assertIn("1 stream added", line)
                self.assertIn("1 changed", line)
            await uplinks.finish()
            await asyncio.wait_for(changing, runnel.PATIENCE)
            await runnel.eventually(lambda: len(got) >= len(uplinks.keys()), "all are there")
            self.assertEqual(set(changed), uplinks.keys())
            self.assertEqual(kept.socket.close_code, None, "it is still connected")
            print(f"    {uplinks.total:,} uplinks, {len(changed):,} came to the changed stream")
            await kept.close()
            await reading
            last = {}
            for device, counter in got:
                self.assertEqual(counter, last.get(device, 0) + 1, "lost, twice or out of order")
                last[device] = counter
            self.assertEqual(last, uplinks.acknowledged)


if __name__ == "__main__":
    runnel.main()
