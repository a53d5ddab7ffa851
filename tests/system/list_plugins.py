# SPDX-License-Identifier: Apache-2.0
"""The real broker loads each of our plugins, and tells what they are: `runneld --list-plugins` and
`--describe-plugin`. (That READMEs say the same is option_tables.py's business.)"""
import runnel

FOLDERS = sorted(path.parent for path in (runnel.ROOT / "plugins").glob("*_*/plugin.cpp"))


class ListPlugins(runnel.SystemTest):

    async def asyncSetUp(self):
        self.broker = runnel.Runnel()
        self.addCleanup(lambda: runnel.shutil.rmtree(self.broker.directory))

    async def test_the_broker_loads_every_plugin_of_the_tree(self):
        status, output = await self.broker.run("--list-plugins")
        self.assertEqual(status, 0, output)
        self.assertTrue(FOLDERS)
        for folder in FOLDERS:
            kind, name = folder.name.split("_", 1)
            self.assertRegex(output, rf"(?m)^{kind}\s+{name}\b")

    async def test_each_plugin_is_described_with_its_kind_and_name(self):
        for folder in FOLDERS:
            kind, name = folder.name.split("_", 1)
            status, output = await self.broker.run("--describe-plugin", kind, name)
            self.assertEqual(status, 0, output)
            self.assertRegex(output, rf"(?m)^{kind} {name}\b")

    async def test_an_unknown_plugin_is_an_error(self):
        status, output = await self.broker.run("--describe-plugin", "format", "no_such")
        self.assertEqual(status, 1, output)
        self.assertIn("no_such", output)


if __name__ == "__main__":
    runnel.main()
