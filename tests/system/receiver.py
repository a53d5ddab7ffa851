# SPDX-License-Identifier: Apache-2.0
"""Clients that come back whenever their broker does, and remember what they got, in order: count(),
all() as ((device, counter), connection, time), come() and leave()."""
import asyncio
import json
import time

import runnel
import source
from mqtt_client import Paho, trusting


NEAR = 3  # uplinks


class Receiver:
    """A client in this process, that connects again and again; its library answers PINGs."""

    def __init__(self, broker, token):
        self.broker, self.token = broker, token
        self.receipts, self.seen, self.connections, self.task = [], set(), 0, None

    async def run(self):
        client = None
        while True:
            try:
                client = await self.broker.connect(self.token)
                self.connections += 1
                while True:
                    key = source.counter_of(json.loads(await client.socket.recv()))
                    self.receipts.append((key, self.connections, time.monotonic()))
                    self.seen.add(key)
            except (OSError, AssertionError, runnel.websockets.WebSocketException):
                await asyncio.sleep(0.02)
            finally:
                if client:
                    client.socket.transport.abort()

    def count(self):
        return len(self.seen)

    def all(self):
        return self.receipts

    async def come(self):
        self.task = asyncio.create_task(self.run())

    async def leave(self):
        """Without a word."""
        self.task.cancel()
        await asyncio.wait([self.task])


class Subscriber:
    """paho with a session that mosquitto keeps; remembers what came, in order."""

    def __init__(self, server, topic):
        self.paho = Paho(server.port, client_id="subscriber", tls=trusting(server.ca),
                         user=server.user, password=server.password, receive_maximum=65535)
        self.paho.received = self.received
        self.topic, self.receipts, self.seen = topic, [], set()

    def received(self, message):
        key = source.counter_of(json.loads(message.payload))
        self.receipts.append((key, 1, time.monotonic()))
        self.seen.add(key)

    def count(self):
        return len(self.seen)

    def all(self):
        return self.receipts

    async def come(self):
        await self.paho.connect((self.topic, 1))

    async def leave(self):
        await self.paho.disconnect()

    async def has_caught_up(self, uplinks):
        """It is connected and almost nothing is on its way to it, so nothing waits in mosquitto.
        Uplinks come more slowly meanwhile, in case the machine is too busy for their rate."""
        usual, uplinks.interval = uplinks.interval, uplinks.interval * 4
        async with asyncio.timeout(runnel.PATIENCE):
            await self.paho.is_subscribed.wait()
            while uplinks.total - self.count() > NEAR:
                await asyncio.sleep(0.01)
        uplinks.interval = usual


def check_order(test, receipts, wanted):
    """Every device's uplinks came for the first time in order and without a gap, up to
    `wanted[device]`. Returns how many came more than once."""
    last, seen = {}, set()
    for key, _, _ in receipts:
        device, counter = key
        if key not in seen:
            test.assertEqual(counter, last.get(device, 0) + 1, f"order of {device}")
            last[device] = counter
            seen.add(key)
    test.assertEqual(last, wanted)
    return len(receipts) - len(seen)


async def arrived(client, wanted):
    """Waits for so many as long as there is progress."""
    deadline, before = time.monotonic() + runnel.PATIENCE, -1
    while client.count() < wanted:
        if client.count() > before:
            deadline, before = time.monotonic() + runnel.PATIENCE, client.count()
        assert time.monotonic() < deadline, f"{before} of {wanted} came, then nothing"
        await asyncio.sleep(0.05)
