# SPDX-License-Identifier: Apache-2.0
"""A damaged file in the data directory stops nothing: the broker starts, says loudly what it found
and did, keeps the file aside, and goes on. A stream whose messages were in it is told."""
import re

import runnel
import source

APPLICATION = "70B3D57ED0000001"
STREAM = f"{APPLICATION}/cloud"
SETTLED, PENDING, MORE = 500, 3000, 50
RUBBISH = bytes(range(256)) * 16


def cut(path):
    """The second half is lost."""
    with open(path, "r+b") as file:
        file.truncate(path.stat().st_size // 2)


def cut_in_a_page(path):
    with open(path, "r+b") as file:
        file.truncate(path.stat().st_size // 2 + 1234)


def empty_head(path):
    """The first page is rubbish."""
    with open(path, "r+b") as file:
        file.write(RUBBISH)


def rubbish_in_the_middle(path):
    """A quarter of the file, as a disk does it: everything but the first pages."""
    size = path.stat().st_size
    with open(path, "r+b") as file:
        file.seek(size * 3 // 8)
        file.write((RUBBISH * (size // 4 // len(RUBBISH) + 1))[:size // 4])


DAMAGES = (cut, cut_in_a_page, empty_head, rubbish_in_the_middle)


class DamagedData(runnel.SystemTest):

    def broker(self):
        self.token = runnel.new_token()
        options = {"sequence": True, "acknowledge": "client"}
        return runnel.Runnel([runnel.webhook()], {APPLICATION: {"name": "Ours", "streams": [
            runnel.websocket_stream("cloud", self.token, options=options)]}}, log={"level": "info"})

    async def post(self, broker, count, lane):
        uplinks = source.Source(broker, APPLICATION, limit=count, lanes=8, first_lane=lane,
                                padding="AB" * 100)
        return (await uplinks.start().finish(stop=False)).keys()

    async def receive(self, client, count):
        """([(position, key)], the notices) of the next `count` uplinks, acknowledged."""
        uplinks, gaps = [], []
        while len(uplinks) < count:
            document = await client.document()
            if "Gap" in document:
                gaps.append(document["Gap"])
            else:
                uplinks.append((document["Sequence"], source.counter_of(document)))
        await client.send({"Ack": uplinks[-1][0]})
        return uplinks, gaps

    async def prepared(self, broker):
        """A stopped broker whose stream has settled some uplinks and waits for others; returns the
        last settled position and what is pending."""
        client = await broker.connect(self.token)
        await self.post(broker, SETTLED, 0)
        uplinks, _ = await self.receive(client, SETTLED)
        await client.close()
        pending = await self.post(broker, PENDING, 100)
        await broker.stop()
        return uplinks[-1][0], pending

    async def spoken(self, broker, name):
        """The damaged file was kept, and the log names it at a level nobody overlooks."""
        line = await broker.logged(rf" (error|warning) .*{re.escape(name)}\.damaged-")
        kept = list(broker.data.glob(f"{name}.damaged-*"))
        self.assertGreater(len(kept), 0)
        self.assertGreater(len(line), 60, "what was found, what was done")
        print(f"    {line}", flush=True)

    async def damaged_journal(self, damage):
        async with self.broker() as broker:
            cursor, pending = await self.prepared(broker)
            damage(broker.data / "journal.db")
            await broker.restart()
            client = await broker.connect(self.token)
            fresh = await self.post(broker, MORE, 200)
            # What can still be read may come; then the notice; then what is new.
            received, gaps = {}, []
            while not fresh <= received.keys():
                document = await client.document()
                if "Gap" in document:
                    gaps.append(document["Gap"])
                    continue
                received[source.counter_of(document)] = document["Sequence"]
            await self.spoken(broker, "journal.db")
            self.check(cursor, pending, (fresh, received, gaps))
            await client.send({"Ack": max(received.values())})
            await client.close()
            await broker.stop()
            await broker.restart()
            await (await broker.connect(self.token)).silence()

    def check(self, cursor, pending, after):
        fresh, received, gaps = after
        self.assertLessEqual(received.keys(), pending | fresh)
        old = [position for key, position in received.items() if key in pending]
        new = [position for key, position in received.items() if key in fresh]
        self.assertGreater(min(new), max([cursor + len(pending), *old]), "positions grow")
        self.assertEqual(sum(gap["Messages"] for gap in gaps), len(pending) - len(old))
        self.assertEqual(len(gaps), 1)
        self.assertGreater(gaps[0]["From"], cursor)
        self.assertGreaterEqual(gaps[0]["To"], cursor + len(pending) - len(old))
        self.assertLess(gaps[0]["To"], min(new))

    async def test_a_damaged_journal_is_moved_aside_and_the_stream_is_told_of_the_gap(self):
        for damage in DAMAGES:
            with self.subTest(damage=damage.__name__):
                await self.damaged_journal(damage)

    async def test_with_a_damaged_state_nothing_in_the_journal_is_lost(self):
        for damage in DAMAGES:
            with self.subTest(damage=damage.__name__):
                async with self.broker() as broker:
                    _, pending = await self.prepared(broker)
                    damage(broker.data / "state.db")
                    await broker.restart()
                    await self.spoken(broker, "state.db")
                    client = await broker.connect(self.token)
                    # It is not known any more what was settled: from the oldest message.
                    uplinks, gaps = await self.receive(client, SETTLED + PENDING)
                    self.assertEqual(gaps, [])
                    self.assertEqual(len(uplinks), len(set(uplinks)))
                    self.assertLessEqual(pending, {key for _, key in uplinks})
                    fresh = await self.post(broker, MORE, 200)
                    more, _ = await self.receive(client, MORE)
                    self.assertEqual({key for _, key in more}, fresh)
                    self.assertEqual(sorted(uplinks + more), uplinks + more, "positions grow")

    async def test_without_its_journal_the_broker_starts_and_tells_of_the_gap(self):
        async with self.broker() as broker:
            cursor, pending = await self.prepared(broker)
            for path in broker.data.glob("journal.db*"):
                path.unlink()
            await broker.restart()
            client = await broker.connect(self.token)
            fresh = await self.post(broker, MORE, 200)
            uplinks, gaps = await self.receive(client, MORE)
            self.check(cursor, pending,
                       (fresh, {key: position for position, key in uplinks}, gaps))

    async def test_without_the_key_of_its_registry_the_broker_says_so_and_does_not_start(self):
        async with self.broker() as broker:
            broker.signal()
            await broker.ended()
            (broker.data / "key").rename(broker.data / "key.away")
            status, output = await broker.run()
            self.assertEqual(status, 1)
            self.assertIn("key is missing, but ", output)
            self.assertIn("put it back from a backup", output)
            self.assertFalse((broker.data / "key").exists(), "no other one is made")
            (broker.data / "key.away").rename(broker.data / "key")
            await broker.start()


if __name__ == "__main__":
    runnel.main()
