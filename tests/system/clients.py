# SPDX-License-Identifier: Apache-2.0
"""Any WebSocket client will do, both ways: npm's ws and wscat and python3-websockets each receive
uplinks, send a downlink and get its receipt and its events."""
import asyncio
import json
import os
import shutil

import runnel

APPLICATION, DEVICE = "0102030405060708", "0252554E00000000"
DOWNLINK = {"DeviceEUI": DEVICE, "Port": 2, "Data": "01FF", "Id": "from-a-client"}
NODE = runnel.BUILD / "node"


def is_receipt(document):
    return document.get("Receipt") == "accepted" and document.get("Id") == DOWNLINK["Id"]


def is_event(document):
    return document.get("Event") == "sent" and document.get("Id") == DOWNLINK["Id"]


class Clients(runnel.SystemTest):

    def broker(self):
        self.token = runnel.new_token()
        return runnel.Runnel([runnel.simulator(rate=20)], {APPLICATION: {
            "name": "Simulated", "devices": [{"eui": DEVICE, "name": "first"}],
            "streams": [runnel.websocket_stream("cloud", self.token)]}})

    def check(self, documents):
        """Uplinks, the receipt and an event have to be among them."""
        for what, kind in (("uplink", lambda d: d.get("Type") in (2, 4)),
                           ("receipt", is_receipt), ("event", is_event)):
            self.assertTrue(any(map(kind, documents)), f"no {what} in {documents}")

    async def process(self, *command):
        """(status, standard output, standard error) of a client that ends by itself. Its standard
        input stays open and silent, as a terminal would: wscat leaves when it ends."""
        silent, ours = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=silent, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE)
            out, err = await asyncio.wait_for(process.communicate(), runnel.PATIENCE)
        finally:
            os.close(silent)
            os.close(ours)
        return process.returncode, out.decode(), err.decode()

    def node(self):
        node = shutil.which("node")
        if node is None or not (NODE / "installed.json").is_file():
            self.skipTest("there is no Node.js or no npm here")
        return node

    async def test_python_websockets_gets_uplinks_and_sends_a_downlink(self):
        async with self.broker() as broker:
            client = await broker.connect(self.token)
            documents = [await client.document()]
            await client.send(DOWNLINK)
            documents.append(await client.until(is_receipt, documents))
            # The receipt and the first events travel independently, so "sent" may be there already.
            if not any(map(is_event, documents)):
                documents.append(await client.until(is_event, documents))
            self.check(documents)
            await client.close()
            self.assertEqual(client.socket.close_code, 1000)

    async def test_ws_of_npm_gets_uplinks_and_sends_a_downlink(self):
        node = self.node()
        async with self.broker() as broker:
            status, out, err = await self.process(
                node, runnel.ROOT / "tests/system/client.mjs", NODE, broker.url(self.token), "80",
                json.dumps(DOWNLINK))
            self.assertEqual(status, 0, err)
            self.assertIn("closed 1000", err)
            self.check([json.loads(line) for line in out.splitlines()])

    async def test_wscat_gets_uplinks_and_sends_a_downlink(self):
        node = self.node()
        async with self.broker() as broker:
            # -x sends one message after connecting, -w 4 listens for four seconds more.
            _, out, err = await self.process(
                node, NODE / "node_modules/wscat/bin/wscat", "--no-color", "-n", "-w", "4",
                "-c", broker.url(self.token), "-x", json.dumps(DOWNLINK))
            lines = [line.lstrip("< ").strip() for line in out.splitlines()]
            documents = [json.loads(line) for line in lines if line.startswith("{")]
            self.assertTrue(documents, f"wscat printed: {out} {err}")
            self.check(documents)

    async def test_watch_shows_one_document_per_line(self):
        async with self.broker() as broker:
            status, out, err = await self.process(
                "/usr/bin/python3", runnel.ROOT / "tests/support/watch.py", "--documents", "5",
                broker.url(self.token))
            self.assertEqual(status, 0, err)
            self.assertEqual(len([json.loads(line) for line in out.splitlines()]), 5)

    async def test_a_token_in_a_header_works_as_well(self):
        async with self.broker() as broker:
            socket = await runnel.websockets.connect(
                f"wss://127.0.0.1:{broker.websocket_port}/any/path", ssl=runnel.unverified(),
                extra_headers={"Authorization": f"Bearer {self.token}"})
            self.assertEqual((await runnel.Client(socket).document())["AppEUI"], APPLICATION)
            await socket.close()


if __name__ == "__main__":
    runnel.main()
