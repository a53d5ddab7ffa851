# SPDX-License-Identifier: Apache-2.0
"""What was acknowledged arrives, in order per device, whenever the broker is killed, and whenever
its client is. Nothing else arrives, and twice only what was on its way at such a moment. At every
second kill of the broker its client is away, so that there is a backlog that only the disk knows.

Options: --kills N (of the broker), --seed N, --rate N (uplinks per second at most)."""
import asyncio
import os
import random
import sys
import time

import runnel
import source
from receiver import Receiver, arrived

ARGUMENTS = runnel.options(kills=5, seed=random.SystemRandom().randrange(1 << 32), rate=2000)
APPLICATION = "70B3D57ED0000001"
LONGEST_PEACE = 4  # between two kills, in seconds
# A PING at the latest 1 s after what it covers, a save every 200 ms; the rest is a busy machine.
NEAR_SECONDS = 15


class Processor:
    """A client in a process of its own; its file outlives it."""

    def __init__(self, broker):
        self.broker = broker
        self.file, self.url = broker.directory / "processed", broker.directory / "url"
        self.file.touch()
        self.offset, self.rest, self.seen, self.receipts, self.process = 0, "", set(), [], None


    def count(self):
        """Reads what has been added to the file."""
        with open(self.file, encoding="utf-8") as file:
            file.seek(self.offset)
            lines = (self.rest + file.read()).split("\n")
            self.offset = file.tell()
        self.rest = lines.pop()
        for words in map(str.split, lines):
            if len(words) == 5 and "." in words[4]:
                key = (words[0], int(words[1]))
                self.seen.add(key)
                self.receipts.append((key, int(words[3]), float(words[4])))
        return len(self.seen)

    def all(self):
        self.count()
        return self.receipts

    async def come(self):
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, runnel.ROOT / "tests/system/processing_client.py", self.file, self.url)

    async def leave(self):
        self.process.kill()
        await self.process.wait()


class NothingLost(runnel.SystemTest):

    def broker(self, **options):
        self.token = runnel.new_token()
        return runnel.Runnel([runnel.webhook()], {APPLICATION: {
            "name": "Ours", "streams": [runnel.websocket_stream(
                "cloud", self.token, options=options)]}}, log={"level": "info"})

    def publish_url(self, broker):
        """In one step: the client reads at any moment."""
        draft = broker.write("url.new", broker.url(self.token))
        os.replace(draft, broker.directory / "url")

    async def killed(self, broker):
        """Seconds from the kill to a broker that is ready."""
        started = time.monotonic()
        await broker.kill()
        await broker.restart()
        self.publish_url(broker)
        return time.monotonic() - started

    async def strike(self, victims, broker, client, dice):
        """Returns the seconds that the broker needed to be back. Client first, if both."""
        seconds = 0
        if "client" in victims:
            await client.leave()
            await asyncio.sleep(dice.uniform(0, 0.5))
        if "broker" in victims:
            seconds = await self.killed(broker)
        if "client" in victims:
            await asyncio.sleep(dice.uniform(0, 0.5))
            await client.come()
        return seconds

    async def scenario(self, broker, client, kills):
        """Kills what `kills` names at random moments while uplinks flow; checks what came of it."""
        dice, longest = random.Random(ARGUMENTS.seed), 0
        dice.shuffle(kills)
        await client.come()
        uplinks = source.Source(broker, APPLICATION, ARGUMENTS.rate).start()
        try:
            for number, victims in enumerate(kills, 1):
                await asyncio.sleep(dice.uniform(0.1, LONGEST_PEACE))
                longest = max(longest, await self.strike(victims, broker, client, dice))
                print(f"    kill {number}/{len(kills)} ({victims}): {uplinks.total:,} "
                      f"acknowledged, {client.count():,} received", flush=True)
            await asyncio.sleep(dice.uniform(0.1, LONGEST_PEACE))
            rate = uplinks.rate()
            await uplinks.finish()
            await arrived(client, uplinks.total)
            duplicates = self.check(client.all(), uplinks)
        finally:
            await client.leave()
        print(f"    {uplinks.total:,} uplinks at {rate:,.0f}/s, {len(kills)} kills, "
              f"{duplicates:,} duplicates, {len(uplinks.retried):,} posted again, "
              f"longest recovery {longest:.2f} s", flush=True)

    def check(self, receipts, uplinks):
        """Returns how many came twice."""
        ends = {connection: when for _, connection, when in receipts}
        latest, last, duplicates = {}, {}, 0
        for key, connection, when in receipts:
            device, counter = key
            if key not in latest:
                self.assertEqual(counter, last.get(device, 0) + 1, f"order of {device}")
                last[device] = counter
            else:
                duplicates += 1
                self.check_duplicate(key, uplinks, latest[key], (connection, ends))
            latest[key] = (connection, when)
        self.assertEqual(last, uplinks.acknowledged)
        return duplicates

    def check_duplicate(self, key, uplinks, before, now):
        """Stored twice, as its first acknowledgement got lost, or on its way at a kill."""
        if key in uplinks.retried:
            return
        (earlier, when), (connection, ends) = before, now
        self.assertNotEqual(earlier, connection, f"{key} came twice on one connection")
        self.assertLess(ends[earlier] - when, NEAR_SECONDS,
                        f"{key} came again, long after it was settled")

    def kills(self, *others):
        """The broker alone and with its client away, in turns."""
        half = ARGUMENTS.kills // 2
        return (["broker"] * half + ["client and broker"] * (ARGUMENTS.kills - half)
                + list(others))

    async def test_all_that_was_acknowledged_arrives_though_the_broker_is_killed(self):
        async with self.broker() as broker:
            await self.scenario(broker, Receiver(broker, self.token), self.kills())

    async def test_all_that_was_acknowledged_arrives_though_broker_and_client_are_killed(self):
        async with self.broker(acknowledge="client", sequence=True) as broker:
            self.publish_url(broker)
            kills = self.kills(*["client"] * ((ARGUMENTS.kills + 1) // 2))
            await self.scenario(broker, Processor(broker), kills)


if __name__ == "__main__":
    print(f"seed {ARGUMENTS.seed}", flush=True)
    runnel.main()
