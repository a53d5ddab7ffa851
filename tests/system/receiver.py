# SPDX-License-Identifier: Apache-2.0
"""A client that comes back whenever its broker does, and remembers what it got, in order."""
import asyncio
import json
import time

import runnel
import source


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
