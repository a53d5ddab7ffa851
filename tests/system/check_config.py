# SPDX-License-Identifier: Apache-2.0
"""`runneld --check` reads everything and starts nothing: all complaints at once, each with its file,
line and what was expected, and status 1; silence and status 0 for a good configuration."""
import asyncio
import re

import runnel

GOOD_APPLICATION = {"name": "Good", "devices": [{"eui": "0080E1150529E258", "name": "Bay 1"}],
                    "streams": [{"name": "cloud", "token": "a-token-of-20-letters"}]}

BAD_RUNNEL = """\
data: DIRECTORY/data
plugins: [PLUGINS]
applications: DIRECTORY/applications
colour: blue
log: {level: loud}
networks:
  - {name: sim, plugin: simulator, options: {devices: none}}
  - {name: odd, plugin: abacus}
"""

BAD_APPLICATION = """\
name: Parking
devices:
  - {eui: 0080E1150529E25, name: Bay 1}
streams:
  - {name: cloud, protocol: pigeon}
  - {name: erp, duplicates: some}
  - {name: erp, token: short}
"""


class CheckConfig(runnel.SystemTest):

    def broker(self, applications, **more):
        broker = runnel.Runnel([runnel.simulator()], applications, **more)
        self.addCleanup(lambda: runnel.shutil.rmtree(broker.directory))
        return broker

    async def test_a_good_configuration_is_0(self):
        broker = self.broker({"70B3D57ED0000001": GOOD_APPLICATION})
        status, output = await broker.run("--check")
        self.assertEqual(status, 0, output)

    async def test_every_complaint_names_file_line_and_key_at_once(self):
        broker = self.broker({"70B3D57ED0000001": BAD_APPLICATION})
        broker.write("runnel.yaml", BAD_RUNNEL.replace("DIRECTORY", str(broker.directory))
                     .replace("PLUGINS", str(runnel.PLUGINS)))
        status, output = await broker.run("--check")
        self.assertEqual(status, 1, output)
        for place, word in (("runnel.yaml:4", "colour"), ("runnel.yaml:5", "loud"),
                            ("runnel.yaml:7", "devices"), ("runnel.yaml:8", "abacus"),
                            ("70B3D57ED0000001.yaml:3", "eui"),
                            ("70B3D57ED0000001.yaml:5", "pigeon"),
                            ("70B3D57ED0000001.yaml:6", "duplicates"),
                            ("70B3D57ED0000001.yaml:7", "token")):
            self.assertRegex(output, re.escape(place) + r"\b.*" + word)

    async def test_the_configurations_that_the_readme_shows_are_good(self):
        readme = (runnel.ROOT / "README.md").read_text()
        blocks = re.findall(r"^```yaml\n(.*?)^```", readme, re.M | re.S)
        self.assertEqual(len(blocks), 4)
        for main_file, application in zip(blocks[::2], blocks[1::2]):
            broker = self.broker({"70B3D57ED0000001": application})
            for shown, here in (("/usr/lib/runnel/plugins", runnel.PLUGINS),
                                ("/etc/runnel", broker.directory),
                                ("/var/lib/runnel", broker.directory / "data")):
                self.assertIn(shown, main_file)
                main_file = main_file.replace(shown, str(here))
            broker.write("runnel.yaml", main_file)
            status, output = await broker.run("--check")
            self.assertEqual(status, 0, output)

    async def test_a_file_that_is_no_yaml_is_named_with_its_line(self):
        broker = self.broker({"70B3D57ED0000001": "name: Parking\nstreams: [\n  - {name: x\n"})
        status, output = await broker.run("--check")
        self.assertEqual(status, 1, output)
        self.assertRegex(output, r"70B3D57ED0000001\.yaml:\d+")

    async def test_a_missing_file_is_named(self):
        broker = self.broker({})
        broker.config.unlink()
        status, output = await broker.run("--check")
        self.assertEqual(status, 1, output)
        self.assertIn(str(broker.config), output)

    async def test_a_start_with_a_bad_configuration_says_the_same_and_ends_with_1(self):
        broker = self.broker({"70B3D57ED0000001": BAD_APPLICATION})
        _, checked = await broker.run("--check")
        status, started = await broker.run()
        self.assertEqual(status, 1, started)
        for place in set(re.findall(r"70B3D57ED0000001\.yaml:\d+", checked)):
            self.assertIn(place, started)

    async def test_checking_opens_no_port_and_makes_no_tokens_or_certificates(self):
        broker = self.broker({"70B3D57ED0000001": GOOD_APPLICATION})
        before = set(broker.directory.rglob("*"))
        _, output = await broker.run("--check")
        made = set(broker.directory.rglob("*")) - before
        # Plugins are asked for their options, so their private copies may be there.
        copies = broker.directory / "data" / "plugins"
        self.assertEqual([path for path in made if path != copies and copies not in path.parents],
                         [])
        self.assertNotIn("listens on", output)

    async def test_an_unknown_option_is_explained(self):
        process = await asyncio.create_subprocess_exec(
            runnel.BINARY, "--no-such-option", stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT)
        output, _ = await process.communicate()
        self.assertNotEqual(process.returncode, 0)
        self.assertIn(b"no-such-option", output)


if __name__ == "__main__":
    runnel.main()
