# SPDX-License-Identifier: Apache-2.0
"""The real broker loads each of our plugins, and the table of options in a plugin's README is the
one that the broker validates with: `runneld --describe-plugin` prints every option's name, type and
default."""
import re

import runnel

OPTION = re.compile(  # {"name", "type", or {.name = "name", .type = "type", of runnel::Option
    r'\{\s*(?:\.name = )?"(\w+)",\s*(?:\.type = )?"(?:text|boolean|integer|number|choice|list|map)\b')

FOLDERS = sorted(path.parent for path in (runnel.ROOT / "plugins").glob("*_*/plugin.cpp"))
ROW = re.compile(r"^\|\s*`([a-zA-Z0-9_]+)`\s*\|", re.MULTILINE)


class PluginReadmes(runnel.SystemTest):

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

    async def test_each_readme_lists_exactly_the_plugins_options(self):
        for folder in FOLDERS:
            kind, name = folder.name.split("_", 1)
            with self.subTest(plugin=folder.name):
                status, output = await self.broker.run("--describe-plugin", kind, name)
                self.assertEqual(status, 0, output)
                documented = set(ROW.findall((folder / "README.md").read_text()))
                for option in documented:
                    self.assertRegex(output, rf"\b{option}\b")
                self.assertEqual(documented, set(OPTION.findall(
                    (folder / "plugin.cpp").read_text())))

    async def test_an_unknown_plugin_is_an_error(self):
        status, output = await self.broker.run("--describe-plugin", "format", "no_such")
        self.assertEqual(status, 1, output)
        self.assertIn("no_such", output)


if __name__ == "__main__":
    runnel.main()
