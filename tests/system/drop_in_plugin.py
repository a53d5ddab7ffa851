# SPDX-License-Identifier: Apache-2.0
"""A plugin that is dropped into a plugin directory while the broker runs is there within two
seconds: streams that waited for it lose nothing, and a bad file is shown with its reason."""
import asyncio
import os
import shutil
import time

import api
import ctl
import runnel

APPLICATION = "70B3D57ED0000001"
OWN = api.application(APPLICATION)
WAITING = f"{OWN}/streams/waiting"
HELLO = runnel.BUILD / "examples" / "format_hello.so"
BAD = runnel.BUILD / "tests" / "bad_plugins"
CEILING = 20.0  # seconds; the two are for a machine that has time
NEEDED = ("format_json.so", "network_http.so", "protocol_websocket.so")


def device(number):
    return f"70B3D57E{number:08X}"


class DropInPlugin(runnel.SystemTest):

    def broker(self, *streams, **more):
        """Without format_hello; the second plugin directory is not there yet."""
        self.token = runnel.new_token()
        broker = runnel.Runnel([runnel.webhook()], {APPLICATION: {"name": "Ours", "streams": [
            {**runnel.websocket_stream("waiting", self.token), "format": "hello"}, *streams]}},
            **more)
        packaged, self.directory = broker.directory / "packaged", broker.directory / "dropped"
        packaged.mkdir()
        for name in NEEDED:
            shutil.copyfile(runnel.PLUGINS / name, packaged / name)
        broker.settings["plugins"] = [str(packaged), str(self.directory)]
        broker.write("runnel.yaml", broker.settings)
        return broker

    def drop(self, file, name=None, mode=0o644):
        """As `cp` does; the time of it."""
        self.directory.mkdir(exist_ok=True)
        target = self.directory / (name or file.name)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        with os.fdopen(descriptor, "wb") as copy:
            os.fchmod(descriptor, mode)
            copy.write(file.read_bytes())
        return time.monotonic()

    async def post(self, broker, *numbers):
        poster = broker.poster()
        for number in numbers:
            uplink = {"DeviceEUI": device(number), "AppEUI": APPLICATION, "Port": 2, "Data": "01",
                      "FrameCounter": number}
            status, body = await asyncio.to_thread(poster.post, "/", uplink)
            self.assertEqual(status, 200, body)
        poster.close()

    async def greets(self, client, *numbers):
        got = [await asyncio.wait_for(client.socket.recv(), runnel.PATIENCE) for _ in numbers]
        self.assertEqual(got, [f"hello from {device(number)}" for number in numbers])

    async def listed(self, local, since, **expected):
        """The entry that has these members, and how long it took."""
        while True:
            for entry in await local.all(f"{api.BASE}/plugins"):
                if expected.items() <= entry.items():
                    took = time.monotonic() - since
                    print(f"    after {took:.2f} s: {entry.get('reason', 'loaded')}")
                    self.assertLess(took, CEILING)
                    return entry
            self.assertLess(time.monotonic(), since + runnel.PATIENCE, expected)
            await asyncio.sleep(0.02)

    async def test_a_waiting_stream_gets_everything_since_it_was_made_over_a_restart_too(self):
        async with self.broker() as broker:
            local = api.local(broker)
            state = (await local.get(WAITING)).json["state"]
            self.assertEqual(state["health"], "failing")
            await self.post(broker, 1, 2)
            await broker.stop()
            await broker.restart()
            await self.post(broker, 3)
            local = api.local(broker)
            refused = await local.put(f"{OWN}/streams/early", {"format": "hello"}, 422)
            self.assertIn("no format plugin named 'hello'", repr(refused))
            since = self.drop(HELLO)
            entry = await self.listed(local, since, kind="format", name="hello")
            self.assertEqual(entry["file"], str(self.directory / HELLO.name))
            await self.post(broker, 4)
            client = await broker.connect(self.token)
            await self.greets(client, 1, 2, 3, 4)
            made = await local.put(f"{OWN}/streams/new", {"format": "hello"}, 201)
            new = await broker.connect(made.json["token"])
            await self.post(broker, 5)
            await self.greets(client, 5)
            await self.greets(new, 5)
            self.assertEqual((await local.get(WAITING)).json["state"]["health"], "working")
            await client.close()
            await new.close()

    async def test_runnelctl_shows_it(self):
        async with self.broker() as broker:
            since = self.drop(HELLO)
            await self.listed(api.local(broker), since, name="hello")
            shown = await ctl.execute("plugin", "list", environment={
                "RUNNEL_SOCKET": str(broker.data / "admin.sock")})
            self.assertRegex(shown.out, r"format +hello +1\.0\.0")

    async def test_a_stream_that_a_reload_brings_waits_from_then_on(self):
        async with self.broker() as broker:
            later = runnel.new_token()
            broker.write(f"applications/{APPLICATION}.yaml", {"name": "Ours", "streams": [
                {**runnel.websocket_stream("later", later), "format": "hello"}]})
            await self.post(broker, 1)
            await api.local(broker).post(f"{api.BASE}/reload", expect=200)
            await broker.logged(r"stream \S+/later: .*'hello'")
            await self.post(broker, 2)
            await broker.stop()
            await broker.restart()
            await self.post(broker, 3)
            await self.listed(api.local(broker), self.drop(HELLO), name="hello")
            client = await broker.connect(later)
            await self.greets(client, 2, 3)
            await client.close()

    async def test_a_stream_of_the_api_whose_plugin_was_away_comes_back_with_everything(self):
        broker = self.broker()
        self.drop(HELLO)
        async with broker:
            made = await api.local(broker).put(f"{OWN}/streams/own", {"format": "hello"}, 201)
            await self.post(broker, 1)
            await broker.stop()
            (self.directory / HELLO.name).unlink()
            await broker.restart()
            await self.post(broker, 2)
            await self.listed(api.local(broker), self.drop(HELLO), name="hello")
            client = await broker.connect(made.json["token"])
            await self.greets(client, 1, 2)
            await client.close()

    async def test_a_protocol_begins_with_its_settings_and_so_do_its_streams(self):
        stream = runnel.mqtt_stream("mqtt", runnel.new_token())
        protocols = {"websocket": {"listen": "127.0.0.1:0"}, "mqtt": runnel.MQTT}
        async with self.broker(stream, protocols=protocols) as broker:
            local = api.local(broker)
            path = f"{OWN}/streams/mqtt"
            self.assertEqual((await local.get(path)).json["state"]["health"], "failing")
            await self.post(broker, 1)
            since = self.drop(runnel.PLUGINS / "protocol_mqtt.so")
            await self.listed(local, since, kind="protocol", name="mqtt")
            await broker.logged(r"mqtt listens on")
            await runnel.eventually(lambda: len(broker.listeners.get("mqtt", ())) == 2,
                                    "it listens as its settings say")
            state = (await local.get(path)).json["state"]
            self.assertEqual((state["health"], state["books"]["pending"]), ("waiting", 1))
            report = (await local.post(f"{api.BASE}/reload", expect=200)).json
            self.assertNotIn("mqtt", str(report), "nothing is left to be applied")

    async def test_a_network_says_that_it_needs_a_restart(self):
        broker = self.broker()
        broker.settings["networks"].append(runnel.simulator())
        broker.write("runnel.yaml", broker.settings)
        async with broker:
            self.drop(runnel.PLUGINS / "network_simulator.so")
            await broker.logged(r"network sim: .*restart runnel")

    async def test_a_bad_file_is_refused_with_its_reason_until_it_is_good(self):
        async with self.broker() as broker:
            local, name = api.local(broker), HELLO.name
            path = str(self.directory / name)
            entry = await self.listed(local, self.drop(BAD / "text" / "text.so", name),
                                      file=path, isRefused=True)
            self.assertIn("is not an ELF file", entry["reason"])
            await broker.logged(rf"{name} is not an ELF file.*; skipped")
            since = self.drop(HELLO)
            await self.listed(local, since, name="hello", file=path)
            shown = [one for one in await local.all(f"{api.BASE}/plugins") if one["file"] == path]
            self.assertEqual(len(shown), 1, shown)

    async def test_a_file_that_others_may_write_is_refused_until_its_mode_is_mended(self):
        async with self.broker() as broker:
            local, path = api.local(broker), self.directory / HELLO.name
            entry = await self.listed(local, self.drop(HELLO, mode=0o664), file=str(path),
                                      isRefused=True)
            self.assertIn(f"chmod go-w {path}", entry["reason"])
            path.chmod(0o644)
            path.touch()
            await self.listed(local, time.monotonic(), name="hello")

    async def test_a_changed_file_of_a_loaded_plugin_is_logged_once_and_changes_nothing(self):
        async with self.broker() as broker:
            local = api.local(broker)
            await self.listed(local, self.drop(HELLO), name="hello")
            for name in ("later.so", "latest.so"):
                self.drop(BAD / "text" / "text.so", HELLO.name)
                # Judged in the order of their names.
                since = self.drop(BAD / "text" / "text.so", name)
                await self.listed(local, since, file=str(self.directory / name))
            lines = [line for line in broker.log if "restart runnel to use it" in line]
            self.assertEqual(len(lines), 1, lines)
            await self.post(broker, 1)
            client = await broker.connect(self.token)
            await self.greets(client, 1)
            await client.close()


if __name__ == "__main__":
    runnel.main()
