# SPDX-License-Identifier: Apache-2.0
"""A polite end: on SIGTERM every session is closed with 1001 and runneld ends with status 0 within
seconds, whatever its clients do."""
import asyncio
import signal
import time

import runnel

APPLICATION = "0102030405060708"
SECONDS = 10


class Stop(runnel.SystemTest):

    def broker(self):
        self.token = runnel.new_token()
        return runnel.Runnel([runnel.simulator(rate=50)], {APPLICATION: {
            "name": "Simulated", "streams": [runnel.websocket_stream("cloud", self.token)]}})

    async def stops_with(self, number):
        async with self.broker() as broker:
            clients = [await broker.connect(self.token) for _ in range(5)]
            await clients[0].document()
            deaf = await asyncio.to_thread(runnel.deaf_client, broker.websocket_port, self.token)
            started = time.monotonic()
            broker.signal(number)
            codes = await asyncio.gather(*(client.close_code() for client in clients))
            self.assertEqual(codes, [1001] * 5)
            self.assertEqual(await broker.ended(), 0)
            self.assertLess(time.monotonic() - started, SECONDS)
            deaf.close()

    async def test_sigterm_closes_sessions_with_1001_and_ends_with_0(self):
        await self.stops_with(signal.SIGTERM)

    async def test_sigint_does_the_same(self):
        await self.stops_with(signal.SIGINT)

    async def test_a_broker_without_sessions_stops_as_well(self):
        async with self.broker() as broker:
            broker.signal()
            self.assertEqual(await broker.ended(), 0)


if __name__ == "__main__":
    runnel.main()
