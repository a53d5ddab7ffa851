# SPDX-License-Identifier: Apache-2.0
"""A polite end: on SIGTERM every session is closed with 1001 and runneld ends with status 0 within
seconds, whatever its clients do. In the middle of a backlog nothing gets lost by it, and nothing
comes twice."""
import asyncio
import contextlib
import json
import signal
import time

import runnel
import source

APPLICATION = "0102030405060708"
SECONDS = 10
# More than a client of this pace gets in the three seconds that a stop waits for it.
BACKLOG, READ, PACE = 30_000, 3000, 4000
PADDING = "AB" * 200


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

    async def receive(self, client, is_enough, pace=0):
        """Until `is_enough()`, or the other side closes; at most `pace` documents per second."""
        async with asyncio.timeout(runnel.PATIENCE):
            try:
                while not is_enough():
                    document = json.loads(await client.socket.recv())
                    self.received.append(source.counter_of(document))
                    if pace and len(self.received) % 40 == 0:
                        await asyncio.sleep(40 / pace)
            except runnel.websockets.ConnectionClosed as closed:
                self.assertEqual(closed.rcvd.code, 1001)

    async def stopped_in_the_middle(self, rate):
        """Stopped while a backlog is on its way to a client that answers PINGs, and `rate` more
        per second arrive."""
        token, self.received = runnel.new_token(), []
        async with runnel.Runnel([runnel.webhook()], {APPLICATION: {"name": "Ours", "streams": [
                runnel.websocket_stream("cloud", token)]}}) as broker:
            uplinks = source.Source(broker, APPLICATION, limit=BACKLOG, padding=PADDING).start()
            await uplinks.finish(stop=False)
            live = source.Source(broker, APPLICATION, rate=rate, first_lane=100)
            if rate:
                live.start()
            # A short queue: what the library has read is soon what the client has read.
            client = runnel.Client(await runnel.websockets.connect(
                broker.url(token), ssl=runnel.unverified(), max_queue=16))
            await self.receive(client, lambda: len(self.received) == READ, PACE)
            broker.signal()
            await self.receive(client, lambda: False, PACE)
            await broker.stop()
            print(f"    {len(self.received):,} received before the stop", flush=True)
            self.assertLess(len(set(self.received) & uplinks.keys()), BACKLOG, "in the middle")
            await broker.restart()
            client = await broker.connect(token)
            if rate:
                await live.finish()
            wanted = uplinks.keys() | live.keys()
            await self.receive(client, lambda: len(self.received) >= len(wanted)
                               and wanted <= set(self.received))
            await self.silence(client, live)
            self.check(wanted, live)

    async def silence(self, client, live):
        """Nothing more comes but what the source had to post again."""
        with contextlib.suppress(asyncio.TimeoutError):
            while True:
                text = await asyncio.wait_for(client.socket.recv(), 0.5)
                self.assertIn(source.counter_of(json.loads(text)), live.retried)

    def check(self, wanted, live):
        """Everything once and in order; what the source posted again may have been stored twice."""
        self.assertEqual(set(self.received), wanted)
        last = {}
        for device, counter in self.received:
            if (device, counter) not in live.retried:
                self.assertEqual(counter, last.get(device, 0) + 1, "twice, or out of order")
            last[device] = counter

    async def test_a_backlog_that_is_interrupted_goes_on_after_a_restart_without_duplicates(self):
        await self.stopped_in_the_middle(0)

    async def test_uplinks_that_flow_while_it_stops_are_not_lost_and_not_repeated(self):
        await self.stopped_in_the_middle(500)


if __name__ == "__main__":
    runnel.main()
