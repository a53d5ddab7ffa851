# SPDX-License-Identifier: Apache-2.0
"""One command makes a stream that a client can use at once, and the others show, change, test, rotate and
remove it while the broker runs; what is refused says why, with the status that the manual names."""
import asyncio
import json

import ctl
import runnel

APPLICATION, OTHER, DEVICE = "70B3D57ED0000001", "70B3D57ED0000002", "00000000000000A1"
FILED = {"name": "Filed", "streams": [{"name": "cloud", "token": "a-token-of-20-letters"}]}


class Streams(runnel.SystemTest):

    async def test_stream_add_prints_an_url_that_connects(self):
        async with ctl.Managed([runnel.simulator()]) as broker:
            added = await broker.ctl("stream", "add", "--application", APPLICATION, "--protocol",
                                     "websocket", "--format", "json")
            self.assertIn("was not there yet: made", added.err)
            self.assertEqual(added.field("stream"), f"{APPLICATION}/websocket")
            url = added.field("url")
            token = added.field("token")
            self.assertIn(token, url)
            client = await broker.connect(token)
            tested = await broker.ctl("stream", "test", "websocket")
            self.assertEqual(tested.field("sent"), "yes, a made-up uplink")
            self.assertEqual(tested.field("arrived"), "yes")
            tried = await broker.ctl("stream", "attempts", "websocket")
            self.assertNotIn("test", tried.out, "WebSocket tries nothing again")
            document = await client.until(lambda one: one.get("Data") == b"test".hex())
            self.assertEqual(document["Type"], 2)
            listed = await broker.ctl("stream", "list")
            named = await ctl.execute("stream", "list",
                                      environment={"RUNNEL_SOCKET": str(broker.socket)})
            self.assertIn(f"{APPLICATION}/websocket", named.out)
            self.assertIn(f"{APPLICATION}/websocket", listed.out)
            self.assertNotIn(token, listed.out)
            await client.socket.close()

    async def test_rotating_and_revoking_a_token(self):
        async with ctl.Managed() as broker:
            added = await broker.ctl("stream", "add", "--application", APPLICATION)
            old = added.field("token")
            client = await broker.connect(old)
            rotated = await broker.ctl("stream", "rotate-token", "websocket", "--overlap", "1h")
            new = await broker.connect(rotated.field("token"))
            tokens = (await broker.ctl("token", "list", "websocket", "--json")).json["items"]
            self.assertEqual(len(tokens), 2)
            first = next(one for one in tokens if one["token"] == old)
            self.assertIn("expires", first)
            await broker.ctl("token", "revoke", "websocket", first["id"])
            await asyncio.wait_for(client.socket.wait_closed(), runnel.PATIENCE)
            self.assertEqual(client.socket.close_code, 1008)
            await new.socket.close()

    async def test_set_changes_only_what_is_named_and_remove_ends_it(self):
        async with ctl.Managed() as broker:
            await broker.ctl("stream", "add", "--application", APPLICATION, "--name", "cloud",
                             "--events", "uplink,join")
            await broker.ctl("stream", "set", "cloud", "--duplicates", "best")
            shown = (await broker.ctl("stream", "show", "cloud", "--json")).json
            self.assertEqual(shown["duplicates"], "best")
            self.assertEqual(shown["events"], ["uplink", "join"])
            await broker.ctl("stream", "remove", f"{APPLICATION}/cloud")
            gone = await broker.ctl("stream", "show", f"{APPLICATION}/cloud", status=1)
            self.assertIn("there is no stream", gone.err)

    async def test_what_is_refused_names_the_field(self):
        async with ctl.Managed() as broker:
            refused = await broker.ctl("stream", "add", "--application", APPLICATION, "--protocol",
                                       "pigeon", "--option", "wings=2", status=1)
            self.assertIn("protocol", refused.err)
            self.assertIn("pigeon", refused.err)

    async def test_what_stands_in_a_file_is_read_only(self):
        async with ctl.Managed(applications={APPLICATION: FILED}) as broker:
            refused = await broker.ctl("stream", "remove", "cloud", status=1)
            self.assertIn(f"{APPLICATION}.yaml", refused.err)
            shown = await broker.ctl("stream", "show", "cloud")
            self.assertEqual(shown.field("origin"), "file")

    async def test_devices_are_made_changed_and_removed(self):
        async with ctl.Managed() as broker:
            await broker.ctl("application", "add", APPLICATION)
            await broker.ctl("device", "add", "A1", "--application", APPLICATION, status=2)
            await broker.ctl("device", "add", DEVICE, "--application", APPLICATION, "--name", "Bay",
                             "--tag", "floor=3", "--tag", "room=")
            await broker.ctl("device", "set", DEVICE, "--name", "-", "--tag", "floor=",
                             "--tag", "room=a b")
            shown = (await broker.ctl("device", "show", DEVICE, "--json")).json
            self.assertEqual((shown.get("name", ""), shown["tags"]), ("", {"room": "a b"}))
            await broker.ctl("device", "remove", DEVICE)
            await broker.ctl("device", "show", DEVICE, status=1)

    async def test_users_are_made_changed_and_removed_and_the_audit_log_has_it(self):
        async with ctl.Managed() as broker:
            made = await broker.ctl("user", "add", "ann", "--role", "viewer", "--generate")
            self.assertGreaterEqual(len(made.field("password")), 12)
            await broker.ctl("user", "passwd", "ann", "--password-file", "-",
                             given="twelve letters\n")
            refused = await broker.ctl("user", "set", "ann", "--role", "operator", status=1)
            self.assertIn("applications: ", refused.err)
            await broker.ctl("user", "remove", "ann")
            await broker.ctl("user", "remove", "admin", status=1)
            audit = (await broker.ctl("audit", "--object", "/api/v1/users/ann", "--json")).json
            self.assertEqual(audit["items"][0]["action"], "DELETE")
            self.assertNotIn("twelve letters", json.dumps(audit))

    async def test_what_the_broker_is_made_of_is_listed(self):
        async with ctl.Managed([runnel.simulator()]) as broker:
            self.assertIn("protocol  websocket", (await broker.ctl("plugin", "list")).out)
            shown = await broker.ctl("plugin", "show", "protocol", "websocket")
            self.assertIn("acknowledge", shown.out)
            self.assertRegex((await broker.ctl("network", "list")).out, r"sim +simulator")
            self.assertEqual((await broker.ctl("reload")).field("changed"), "nothing has changed")
            self.assertEqual((await broker.ctl("status")).field("streams"), "0")

    async def test_a_broker_that_is_not_there_is_status_3(self):
        result = await ctl.execute("status", "--socket", "/nowhere/admin.sock")
        self.assertEqual(result.status, 3)
        self.assertIn("/nowhere/admin.sock", result.err)


class Https(runnel.SystemTest):

    async def test_a_key_and_the_certificate_are_needed(self):
        async with ctl.Managed() as broker:
            made = await broker.ctl("key", "add", "tests", "--role", "viewer", "--json")
            key = broker.write("key", made.json["key"] + "\n")
            certificate = broker.data / "tls/certificate.pem"
            url = ("--url", f"https://127.0.0.1:{broker.admin_port}")
            good = await ctl.execute("status", *url, "--ca", certificate, "--key-file", key)
            self.assertEqual(good.status, 0, good.err)
            self.assertIn("version", good.out)
            untrusted = await ctl.execute("status", *url, "--key-file", key)
            self.assertEqual(untrusted.status, 3)
            self.assertIn("--ca certificate.pem", untrusted.err)
            unknown = await ctl.execute("status", *url, "--ca", certificate,
                                        environment={"RUNNEL_KEY": "rk_wrong"})
            self.assertEqual(unknown.status, 4)
            viewer = await ctl.execute("user", "list", *url, "--ca", certificate,
                                       environment={"RUNNEL_KEY": made.json["key"]})
            self.assertEqual(viewer.status, 4)
            self.assertNotIn(made.json["key"], json.dumps(broker.log))

    async def test_an_operator_does_what_its_applications_allow_and_no_more(self):
        async with ctl.Managed(applications={APPLICATION: FILED}) as broker:
            await broker.ctl("stream", "add", "--application", OTHER, "--name", "theirs")
            await broker.ctl("stream", "add", "--gateway", DEVICE, "--name", "radio")
            made = await broker.ctl("key", "add", "tests", "--role", "operator", "--application",
                                    APPLICATION, "--json")
            way = ("--url", f"https://127.0.0.1:{broker.admin_port}", "--ca",
                   broker.data / "tls/certificate.pem")

            async def operate(*arguments):
                return await ctl.execute(*arguments, *way,
                                         environment={"RUNNEL_KEY": made.json["key"]})
            added = await operate("stream", "add", "--application", APPLICATION, "--name", "mine")
            self.assertEqual(added.status, 0, added.err)
            for stream in (f"{OTHER}/theirs", f"{DEVICE}/radio", f"{APPLICATION}/none"):
                shown = await operate("stream", "show", stream)
                self.assertEqual(shown.status, 1, stream)
                self.assertIn("there is no stream", shown.err)
            exported = await operate("export")
            self.assertEqual(exported.status, 0, exported.err)
            self.assertIn("gateways are left out", exported.err)
            self.assertIn("name: mine", exported.out)
            self.assertNotIn(OTHER, exported.out)
            self.assertEqual((await operate("gateway", "add", DEVICE)).status, 4)


if __name__ == "__main__":
    runnel.main()
