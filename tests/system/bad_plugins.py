# SPDX-License-Identifier: Apache-2.0
"""A plugin can be wrong in every way without harm: a bad file is skipped with a message of its own,
a good file whose code throws becomes an error that names the plugin, and all streams of good
plugins go on."""
import re

import runnel

APPLICATION = "0102030405060708"
CASES = runnel.BUILD / "tests" / "bad_plugins"
# These folders hold files that load well; what is wrong with them shows later, or never.
LOADABLE = {"good", "throwing", "factory"}
SKIPPED = re.compile(r"loader: (\S+\.so) (.*); skipped")


def folders():
    found = sorted(path for path in CASES.iterdir() if path.is_dir()) if CASES.is_dir() else []
    if not found:
        runnel.skip(f"there are no bad plugins in {CASES}")
    return found


def bad_files():
    """Every file that has to be refused. Of two plugins of one name the first is taken."""
    return {str(file) for folder in folders() if folder.name not in LOADABLE
            for file in folder.glob("*.so") if file.name not in ("good.so", "a_first.so")}


class BadPlugins(runnel.SystemTest):

    def broker(self, plugins, streams=(), networks=(), protocols=None):
        self.token = runnel.new_token()
        return runnel.Runnel(
            [runnel.simulator(rate=20), *networks],
            {APPLICATION: {"name": "Simulated", "streams": [
                runnel.websocket_stream("cloud", self.token), *streams]}},
            plugins=[*plugins, runnel.PLUGINS],
            protocols={"websocket": {"listen": "127.0.0.1:0"}, **(protocols or {})})

    async def works(self, broker):
        """The good stream gets uplinks and takes downlinks."""
        client = await broker.connect(self.token)
        uplink = await client.until(lambda d: d.get("Type") in (2, 4))
        receipt = await client.ask({"DeviceEUI": uplink["DeviceEUI"], "Data": "01"})
        self.assertEqual(receipt["Receipt"], "accepted")
        await client.close()

    async def test_each_bad_file_is_skipped_with_its_own_message_while_streams_work(self):
        bad = bad_files()
        async with self.broker(folders()) as broker:
            await self.works(broker)
            skipped = dict(match.groups() for match in map(SKIPPED.search, broker.log) if match)
        self.assertGreaterEqual(len(bad), 20)
        self.assertEqual(set(skipped), bad)
        reasons = {}
        for file, reason in skipped.items():
            reasons.setdefault(reason, []).append(file)
        self.assertEqual({reason: files for reason, files in reasons.items() if len(files) > 1},
                         {}, "each has a message of its own")

    async def test_list_plugins_shows_what_was_refused_and_why(self):
        broker = self.broker(folders())
        self.addCleanup(lambda: runnel.shutil.rmtree(broker.directory))
        _, output = await broker.run("--list-plugins")
        for file in bad_files():
            self.assertIn(file, output)

    async def test_a_format_that_throws_is_named_and_harms_no_other_stream(self):
        token = runnel.new_token()
        stream = {"name": "odd", "protocol": "websocket", "format": "throwing", "token": token}
        async with self.broker([CASES / "throwing"], [stream]) as broker:
            client = await broker.connect(token)
            await client.send("anything")
            await broker.logged(r"throwing.*row 7 of 3")
            await broker.logged(r"throwing.*unexpected end")
            await self.works(broker)
            self.assertTrue(client.socket.open)
            await client.close()

    async def test_a_protocol_or_network_that_throws_is_named_and_harms_no_other_stream(self):
        stream = {"name": "odd", "protocol": "throwing", "format": "json",
                  "token": runnel.new_token()}
        network = {"name": "odd", "plugin": "throwing", "options": {}}
        async with self.broker([CASES / "throwing"], [stream], [network],
                               {"throwing": {}}) as broker:
            await broker.logged(r"throwing.*(port is taken|cannot open)")
            await self.works(broker)

    async def test_a_plugin_whose_factory_fails_keeps_its_streams_waiting(self):
        streams = [{"name": name, "protocol": "websocket", "format": name,
                    "token": runnel.new_token()} for name in ("throws", "refuses")]
        async with self.broker([CASES / "factory"], streams) as broker:
            for name in ("throws", "refuses"):
                await broker.logged(rf"\b{name}\b.*")
            await self.works(broker)


if __name__ == "__main__":
    runnel.main()
