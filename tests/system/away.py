# SPDX-License-Identifier: Apache-2.0
"""An application that was away gets everything in order when it is back, also from a broker that
was stopped or killed meanwhile, and its backlog costs disk and no memory.

Option: --uplinks N, how many it misses."""
import asyncio
import json
import time

import runnel
import source

ARGUMENTS = runnel.options(uplinks=20_000)
APPLICATION = "70B3D57ED0000001"
# Kept in memory, the longest absence tested would take some 400 MiB.
GROWTH_MIB = 96
BEFORE = 100
REPORT_EVERY = 100_000


class Away(runnel.SystemTest):

    def broker(self):
        self.token, self.last, self.early = runnel.new_token(), {}, {}
        return runnel.Runnel([runnel.webhook()], {APPLICATION: {
            "name": "Ours", "streams": [runnel.websocket_stream("cloud", self.token)]}},
            log={"level": "info"})

    async def read(self, client, count):
        """`count` uplinks, those of each device in order and without gap. What the client got
        just before it left may come again."""
        loop, number = asyncio.get_running_loop(), 0
        async with asyncio.timeout(runnel.PATIENCE) as patience:
            while number < count:
                device, counter = source.counter_of(json.loads(await client.socket.recv()))
                if device in self.early and counter <= self.early[device]:
                    continue
                number += 1
                self.assertEqual(counter, self.last.get(device, 0) + 1, f"order of {device}")
                self.last[device] = counter
                if number % 1000 == 0:
                    patience.reschedule(loop.time() + runnel.PATIENCE)
                if number % REPORT_EVERY == 0:
                    print(f"    {number:,} received", flush=True)

    async def present(self, broker):
        """The client has been there."""
        client = await broker.connect(self.token)
        uplinks = source.Source(broker, APPLICATION, limit=BEFORE, lanes=4).start()
        await uplinks.finish(stop=False)
        await self.read(client, BEFORE)
        await client.close()
        self.early = dict(self.last)

    async def miss(self, broker, count, first_lane):
        """Uplinks that nobody waits for."""
        uplinks = source.Source(broker, APPLICATION, limit=count, lanes=64,
                                first_lane=first_lane).start()
        await uplinks.finish(stop=False)
        print(f"    {uplinks.total:,} uplinks posted at {uplinks.rate():,.0f}/s by this program, "
              "one request at a time on each of 64 connections", flush=True)
        return uplinks

    async def catch_up(self, broker, sources, before):
        after = broker.memory()
        client = await broker.connect(self.token)
        started = time.monotonic()
        await self.read(client, ARGUMENTS.uplinks)
        rate = ARGUMENTS.uplinks / (time.monotonic() - started)
        peak = broker.memory("VmHWM")
        print(f"    caught up with {rate:,.0f} messages/s, as this client saw it; broker's memory "
              f"{before:.1f} MiB before, {after:.1f} when the client came back, {peak:.1f} at "
              f"most, {broker.memory():.1f} after", flush=True)
        for uplinks in sources:
            self.assertEqual({device: self.last.get(device) for device in uplinks.acknowledged},
                             uplinks.acknowledged)
        await client.silence()
        if not runnel.is_sanitized():
            self.assertLess(peak - before, GROWTH_MIB)

    async def test_who_was_away_gets_everything_in_order(self):
        async with self.broker() as broker:
            await self.present(broker)
            before = broker.memory()
            missed = await self.miss(broker, ARGUMENTS.uplinks, 100)
            await self.catch_up(broker, [missed], before)

    async def test_who_was_away_gets_everything_from_a_broker_that_was_restarted_meanwhile(self):
        third = ARGUMENTS.uplinks // 3
        async with self.broker() as broker:
            await self.present(broker)
            before, sources = broker.memory(), []
            for part, end in enumerate((broker.stop, broker.kill, None)):
                count = third if end else ARGUMENTS.uplinks - 2 * third
                sources.append(await self.miss(broker, count, 100 * (part + 1)))
                if end:
                    await end()
                    await broker.restart()
            await self.catch_up(broker, sources, before)


if __name__ == "__main__":
    runnel.main()
