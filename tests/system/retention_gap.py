# SPDX-License-Identifier: Apache-2.0
"""A stream that retention has overtaken is told exactly what it missed, once: the first document of
its next session names the range and the number, and everything behind it follows."""
import asyncio
import json

import runnel
import source

OURS, THEIRS = "70B3D57ED0000001", "70B3D57ED0000002"
# The smallest journal that can be configured, and twice what it keeps, of two applications.
RETENTION = {"gibibytes": 0.01}
UPLINKS, PADDING = 25_000, "AB" * 238
SETTLED = 200


class RetentionGap(runnel.SystemTest):

    def broker(self):
        self.absent, self.present = runnel.new_token(), runnel.new_token()
        options = {"sequence": True, "acknowledge": "client"}
        return runnel.Runnel([runnel.webhook()], {
            OURS: {"name": "Ours", "streams": [
                runnel.websocket_stream("absent", self.absent, options=options),
                runnel.websocket_stream("present", self.present, options=options)]},
            THEIRS: {"name": "Theirs", "streams": []}}, retention=RETENTION, log={"level": "info"})

    async def post(self, broker, count, first_lane):
        """So many of ours and as many of theirs, mixed."""
        await asyncio.gather(*(
            source.Source(broker, application, limit=count, padding=PADDING,
                          first_lane=first_lane + lane).start().finish(stop=False)
            for application, lane in ((OURS, 0), (THEIRS, 0x1000))))

    async def receive(self, client, count):
        """[(position, key)] of the next documents, acknowledged."""
        received = []
        async with asyncio.timeout(runnel.PATIENCE * 2):
            while len(received) < count:
                document = json.loads(await client.socket.recv())
                received.append((document["Sequence"], source.counter_of(document)))
                if len(received) % 500 == 0 or len(received) == count:
                    await client.send({"Ack": document["Sequence"]})
        return received

    async def overtaken(self, broker):
        """The absent stream has settled the first uplinks and missed the others; returns all as
        the present one saw them."""
        absent, present = [await broker.connect(token) for token in (self.absent, self.present)]
        await self.post(broker, SETTLED, 0)
        seen = await self.receive(present, SETTLED)
        self.assertEqual(await self.receive(absent, SETTLED), seen)
        await absent.close()
        reader = asyncio.create_task(self.receive(present, UPLINKS))
        await self.post(broker, UPLINKS, 0x100)
        seen += await reader
        await self.settled_down(broker, seen[0][0])
        await present.close()
        return seen

    async def settled_down(self, broker, first):
        """Retention has done what it has to do: the oldest message stays the same."""
        before = None
        for _ in range(runnel.PATIENCE):
            client = runnel.Client(await runnel.websockets.connect(
                broker.url(self.present) + "&since=0", ssl=runnel.unverified(), max_queue=None))
            oldest = (await client.until(lambda d: "Sequence" in d))["Sequence"]
            await client.close()
            if oldest == before and oldest > first:
                return
            before = oldest
            await asyncio.sleep(1)
        raise AssertionError(f"retention removed nothing within {runnel.PATIENCE} s")

    def check_gap(self, document, seen):
        """The notice is right; returns the positions that have to follow."""
        self.assertIn("Gap", document, "the first document is the notice")
        gap, cursor = document["Gap"], seen[SETTLED - 1][0]
        missing = [position for position, _ in seen if cursor < position <= gap["To"]]
        print(f"    {gap}", flush=True)
        self.assertEqual((gap["Messages"], gap["Reason"]), (len(missing), "retention"))
        self.assertGreater(len(missing), 0)
        self.assertGreater(gap["From"], cursor)
        self.assertLessEqual(gap["From"], missing[0])
        return [one for one in seen if one[0] > gap["To"]]

    async def told_once(self, broker, seen, between):
        """`between` is called between two sessions."""
        client = await broker.connect(self.absent)
        notice = await client.document()
        rest = self.check_gap(notice, seen)
        self.assertGreater(len(rest), 0)
        await client.document()
        await client.close()
        await between()
        # Nothing of it was acknowledged: the same again.
        client = await broker.connect(self.absent)
        self.assertEqual(await client.document(), notice)
        self.assertEqual(await self.receive(client, len(rest)), rest)
        await client.close()
        await between()
        client = await broker.connect(self.absent)
        await client.silence()
        await client.close()
        await broker.stop()
        books = (await broker.books()).get(f"{OURS}/absent")
        self.assertEqual((books["expired"], books["settled"], books["pending"]),
                         (notice["Gap"]["Messages"], SETTLED + len(rest), 0))

    async def test_who_was_overtaken_by_retention_is_told_the_exact_gap_once(self):
        async def nothing():
            pass
        async with self.broker() as broker:
            await self.told_once(broker, await self.overtaken(broker), nothing)

    async def test_the_gap_is_told_once_though_the_broker_is_restarted(self):
        async with self.broker() as broker:
            async def restart():
                await broker.stop()
                await broker.restart()
            seen = await self.overtaken(broker)
            await restart()
            await self.told_once(broker, seen, restart)

    async def test_the_gap_is_told_once_though_the_broker_is_killed(self):
        async with self.broker() as broker:
            async def kill():
                await asyncio.sleep(1)  # a checkpoint is saved every 200 ms
                await broker.kill()
                await broker.restart()
            seen = await self.overtaken(broker)
            await kill()
            await self.told_once(broker, seen, kill)


if __name__ == "__main__":
    runnel.main()
