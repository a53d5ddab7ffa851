# SPDX-License-Identifier: Apache-2.0
"""What `runnelctl export` writes, `runnelctl apply` brings back: on the same broker it changes nothing, on
an empty one it makes the same applications, devices, streams and tokens."""
import ctl
import runnel

APPLICATION = "70B3D57ED0000001"
GATEWAY = "00000000000000AA"
DEVICES = "eui,name,floor\n" + "".join(f"{number:016X},Bay {number},{number % 7}\n"
                                      for number in range(1, 12_001))


# An application whose file is the origin.
FILED = "70B3D57ED00000F1"
FILE = {"name": "Filed", "streams": [{"name": "both", "tokens": [
    {"token": "first-token-of-20-letters", "label": "first"},
    {"token": "second-token-of-20-letters", "label": "second", "scopes": ["up"],
     "expires": "2100-01-01T00:00:00Z"}]}]}


TEMPLATE = {"name": "meter", "version": 2, "description": "level: half litres", "codec": {
    "plugin": "fields", "options": {"uplink": [{"name": "level", "type": "uint8", "scale": 0.5}]}}}


async def fill(broker, devices=DEVICES):
    await broker.ctl("application", "add", APPLICATION, "--name", "Parking: north")
    await broker.ctl("template", "put", broker.write("meter.yaml", TEMPLATE))
    imported = await broker.ctl("device", "import", "-", "--application", APPLICATION,
                                given=devices)
    if devices == DEVICES:
        assert imported.err.splitlines() == ["10000 of 12000 devices", "12000 of 12000 devices"]
    await broker.ctl("stream", "add", "--application", APPLICATION, "--name", "cloud",
                     "--option", "acknowledge=client", "--token-file", "-",
                     given="typed-by-hand-of-20\n")
    await broker.ctl("token", "add", "cloud", "--label", "second: \"down\"", "--scope", "down",
                     "--expires", "30d")
    await broker.ctl("stream", "add", "--application", APPLICATION, "--device",
                     "0000000000000001", "--name", "bay", "--duplicates", "best", "--disabled",
                     "--template", "meter@2")
    await broker.ctl("stream", "add", "--gateway", GATEWAY, "--name", "radio")


class ExportApply(runnel.SystemTest):

    async def test_a_backup_changes_nothing_here_and_everything_on_an_empty_broker(self):
        async with ctl.Managed() as broker, ctl.Managed() as other:
            await fill(broker)
            backup = broker.directory / "backup"
            await broker.ctl("export", backup)
            self.assertEqual(backup.stat().st_mode & 0o777, 0o700)
            file = backup / "applications" / f"{APPLICATION}.yaml"
            self.assertEqual(file.stat().st_mode & 0o777, 0o600)
            same = await broker.ctl("apply", "-f", backup, "--prune")
            self.assertRegex(same.out, r"^0 added, 0 changed, 0 removed, \d+ unchanged\n$")
            planned = await other.ctl("apply", "-f", backup, "--dry-run")
            self.assertIn("(nothing was done)", planned.out)
            self.assertEqual((await other.ctl("stream", "list", "--json")).json["items"], [])
            await other.ctl("apply", "-f", backup)
            first = (await broker.ctl("export")).out
            self.assertEqual((await other.ctl("export")).out, first)
            self.assertIn('deviceTemplate: meter', first)
            self.assertIn('template: meter@2', first)
            again = await other.ctl("apply", "-f", "-", given=first)
            self.assertRegex(again.out, r"^0 added, 0 changed, 0 removed, \d+ unchanged\n$")

    async def test_the_clients_of_one_broker_are_let_in_by_another(self):
        async with ctl.Managed(applications={FILED: FILE}) as broker, ctl.Managed() as other:
            await fill(broker, devices="eui\n0000000000000001\n")
            await broker.ctl("token", "add", f"{FILED}/both", "--label", "added")
            await broker.ctl("stream", "rotate-token", "radio", "--overlap", "1h")
            await other.ctl("apply", "-f", "-", given=(await broker.ctl("export")).out)
            streams = (await broker.ctl("stream", "list", "--json")).json["items"]
            self.assertEqual(len(streams), 4)
            for stream in streams:
                home = stream.get("application") or stream["gateway"]
                name = f"{home}/{stream['name']}"
                there = await self.grants(other, name)
                self.assertEqual(await self.grants(broker, name), there)
                for token, *_ in there if stream["enabled"] else ():
                    await (await other.connect(token)).close()

    @staticmethod
    async def grants(broker, stream):
        """What the stream's tokens are, without what is the broker's own."""
        tokens = (await broker.ctl("token", "list", stream, "--json")).json["items"]
        return {(one["token"], one.get("label"), *one["scopes"], one.get("expires"))
                for one in tokens}

    async def test_an_exported_directory_is_a_good_configuration(self):
        async with ctl.Managed() as broker:
            await fill(broker)
            backup = broker.directory / "backup"
            await broker.ctl("export", backup)
            settings = {**broker.settings, "applications": str(backup / "applications"),
                        "gateways": str(backup / "gateways")}
            broker.write("runnel.yaml", settings)
            status, output = await broker.run("--check")
            self.assertEqual(status, 0, output)

    async def test_what_is_refused_names_the_stream_and_the_field(self):
        async with ctl.Managed() as broker:
            refused = await broker.ctl("apply", "-f", "-", status=1, given=(
                f"application: {APPLICATION}\nname: New\nstreams:\n"
                "  - {name: good}\n  - {name: bad, options: {wings: 2}}\n"))
            self.assertIn(f"stream {APPLICATION}/bad: ", refused.err)
            self.assertIn("options.wings: ", refused.err)

    async def test_prune_removes_what_the_file_has_not(self):
        async with ctl.Managed() as broker:
            await broker.ctl("stream", "add", "--application", APPLICATION, "--name", "old")
            pruned = await broker.ctl("apply", "-f", "-", "--prune", given=(
                f"application: {APPLICATION}\nname: New\nstreams:\n  - {{name: new}}\n"))
            self.assertIn(f"removed  applications/{APPLICATION}/streams/old", pruned.out)
            streams = (await broker.ctl("stream", "list", "--json")).json["items"]
            self.assertEqual([one["name"] for one in streams], ["new"])


if __name__ == "__main__":
    runnel.main()
