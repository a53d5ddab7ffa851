# SPDX-License-Identifier: Apache-2.0
"""A downlink that was accepted survives the broker's sudden death: it is sent once, as soon as the
network server can be reached, and never again once the server has it. The same Id stays the same
downlink."""
import asyncio
import base64
import contextlib
import http.server
import json
import threading
import time

import runnel

APPLICATION, DEVICE = "70B3D57ED0000001", "0080E1150529E258"
MANY = 20


class Api(http.server.BaseHTTPRequestHandler):
    """A network server's API that takes every downlink and remembers its payload."""
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.calls.append(base64.b64decode(body["queueItem"]["data"]).hex().upper())
        answer = json.dumps({"id": f"queue-item-{len(self.server.calls)}"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


class NetworkServer:
    """Is down until up() and after down(); always on the same port."""

    def __init__(self):
        self.calls, self.server, self.port = [], None, 0
        self.up()
        self.down()

    def up(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Api)
        self.server.calls, self.port = self.calls, self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def down(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


def downlink(number, **more):
    return {"DeviceEUI": DEVICE, "Port": 7, "Data": f"{number:04X}", "Id": f"order-{number}",
            **more}


def later(seconds):
    return int(time.time()) + seconds


class DownlinksSurvive(runnel.SystemTest):

    @contextlib.asynccontextmanager
    async def running(self):
        """A broker that knows the device, its network server (down), and a client."""
        self.token, self.network = runnel.new_token(), NetworkServer()
        hooks = runnel.webhook({"ours": APPLICATION})
        hooks["options"].update(server="chirpstack", key="the-key",
                                api=f"http://127.0.0.1:{self.network.port}")
        try:
            async with runnel.Runnel([hooks], {APPLICATION: {
                    "name": "Ours", "streams": [runnel.websocket_stream("cloud", self.token)]}},
                    ) as broker:
                client = await broker.connect(self.token)
                poster = broker.poster()
                uplink = runnel.chirpstack_uplink(DEVICE, "ours", 1)
                self.assertEqual(poster.post("/?event=up", uplink)[0], 200)
                poster.close()
                await client.document()
                yield broker, client
        finally:
            self.network.down()

    async def accepted(self, client, *downlinks):
        for document in downlinks:
            self.assertEqual((await client.ask(document))["Receipt"], "accepted")

    async def reborn(self, broker):
        """Killed and back, with a new client."""
        await broker.kill()
        await broker.restart()
        return await broker.connect(self.token)

    async def events(self, client, name, count):
        """The ids of so many events of the kind; one that comes again, as its settlement got
        lost, counts once."""
        ids = []
        while len(ids) < count:
            document = await client.until(lambda d: d.get("Event") == name)
            if document["Id"] not in ids:
                ids.append(document["Id"])
        return ids

    def ids(self, count):
        return [downlink(number)["Id"] for number in range(count)]

    def payloads(self, count):
        return [downlink(number)["Data"] for number in range(count)]

    async def test_accepted_while_the_network_is_down_it_is_sent_once_after_a_kill(self):
        async with self.running() as (broker, client):
            await self.accepted(client, *(downlink(n, ExpiresAt=later(3600)) for n in range(MANY)))
            client = await self.reborn(broker)
            self.network.up()
            self.assertEqual(await self.events(client, "queued", MANY), self.ids(MANY))
            self.assertEqual(self.network.calls, self.payloads(MANY))
            await self.reborn(broker)
            await asyncio.sleep(2)
            self.assertEqual(self.network.calls, self.payloads(MANY))

    async def test_what_the_network_server_has_is_not_sent_again_after_a_kill(self):
        async with self.running() as (broker, client):
            self.network.up()
            for number in range(MANY):
                await client.send(downlink(number))
                await client.until(lambda d, id_=downlink(number)["Id"]:
                                   d.get("Event") == "queued" and d["Id"] == id_)
                # The moment after the event is the most dangerous one.
                client = await self.reborn(broker)
            await asyncio.sleep(2)
            self.assertEqual(self.network.calls, self.payloads(MANY))

    async def test_the_same_id_is_the_same_downlink_after_a_kill(self):
        async with self.running() as (broker, client):
            self.network.up()
            await self.accepted(client, downlink(0))
            await self.events(client, "queued", 1)
            client = await self.reborn(broker)
            await self.accepted(client, downlink(0))
            refused = await client.ask(downlink(0, Data="FFFF"))
            self.assertEqual((refused["Receipt"], refused["Field"]), ("rejected", "Id"))
            await self.accepted(client, downlink(1))
            await self.events(client, "queued", 1)
            self.assertEqual(self.network.calls, self.payloads(2))

    async def test_expired_while_the_broker_was_dead_it_is_not_sent_and_says_so(self):
        async with self.running() as (broker, client):
            await self.accepted(client, downlink(0, ExpiresAt=later(2)),
                                downlink(1, ExpiresAt=later(3600)))
            await broker.kill()
            await asyncio.sleep(3)
            self.network.up()
            await broker.restart()
            client = await broker.connect(self.token)
            seen = {}
            while len(seen) < 2:
                document = await client.until(lambda d: "Event" in d)
                seen[document["Id"]] = document["Event"]
            self.assertEqual(seen, {"order-0": "expired", "order-1": "queued"})
            self.assertEqual(self.network.calls, ["0001"])


if __name__ == "__main__":
    runnel.main()
