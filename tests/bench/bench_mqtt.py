# SPDX-License-Identifier: Apache-2.0
"""How fast messages of QoS 1 come out of a mosquitto into the journal, and out of the journal into a
mosquitto, over TLS, and what they cost: see README.md. RUNNEL_BUILD is the build tree. Exit code 1
if a target is missed.

Options: --messages N of each direction, --unchecked 1 for no targets."""
import asyncio
import contextlib
import pathlib
import sqlite3
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))

# pylint: disable=wrong-import-position
import runnel
from mosquitto import Mosquitto
from mqtt_client import Paho, trusting
from mqtt_source import MqttSource, chirpstack

ARGUMENTS = runnel.options(messages=50_000, unchecked=0)
APPLICATION, APPLICATION_ID = "0102030405060708", "13f243da-3795-4165-8ee0-ed43039c566c"
INTO, OUT_OF = 5_000, 10_000  # messages per second
TICKS_PER_SECOND = 100
# mosquitto keeps everything in memory here: its disk is not what is measured.
FAST = {"autosave_interval": 0, "sys_interval": 1}


def cpu_seconds(process):
    """User and system time of all its threads."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def figure(file, query):
    """One number of a broker's database, 0 while there is none."""
    with contextlib.suppress(sqlite3.OperationalError):
        database = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=1)
        try:
            return database.execute(query).fetchone()[0] or 0
        finally:
            database.close()
    return 0


def journaled(broker):
    return figure(broker.data / "journal.db",
                  "select max(position) - min(position) + 1 from message")


class Progress:
    """A count that grows to `wanted`, seen from outside; what it costs two processes meanwhile."""

    def __init__(self, count, processes):
        self.count, self.processes = count, processes

    async def to(self, wanted):
        """(messages per second, CPU seconds of each process per message), from the moment at which
        none had been counted yet."""
        now = 0
        while now < wanted:
            if now == 0:
                started, before = time.monotonic(), self.cpu()
            await asyncio.sleep(0.01)
            now = self.count()
            assert time.monotonic() - started < 600, f"{now} of {wanted}"
        seconds = time.monotonic() - started
        return wanted / seconds, [(cost - start) / wanted
                                  for cost, start in zip(self.cpu(), before)]

    def cpu(self):
        return [cpu_seconds(process) for process in self.processes]


def report(what, target, rate, costs):
    runneld, mosquitto = (cost * 1e6 for cost in costs)
    print(f"{what}: {rate:,.0f} messages/s (target {target:,}), CPU per message "
          f"{runneld:.1f} us of runneld, {mosquitto:.1f} us of mosquitto", flush=True)
    return rate >= target


async def stored(server):
    """Messages that mosquitto keeps, as it says every second; a few dozen are its own."""
    async with Paho(server.port, tls=trusting(server.ca), user=server.user,
                    password=server.password) as client:
        await client.connect(("$SYS/broker/store/messages/count", 0))
        while (count := int((await client.message()).payload)) > 200:
            pass
        return count


async def into_the_journal():
    """mosquitto's queue of our session is filled while runneld is away."""
    async with Mosquitto(**FAST) as server, runnel.Runnel(
            [chirpstack(server, {APPLICATION_ID: APPLICATION})],
            {APPLICATION: {"name": "Ours", "streams": [
                runnel.websocket_stream("cloud", runnel.new_token())]}},
            log={"level": "info"}) as broker:
        await server.subscribed("application/+/device/+/event/+")
        await broker.stop()
        source = MqttSource(server, APPLICATION_ID, limit=ARGUMENTS.messages, window=1000).start()
        await source.finish(stop=False)
        print(f"    {source.total:,} events wait in mosquitto, published at {source.rate():,.0f}/s",
              flush=True)
        await broker.restart()
        progress = Progress(lambda: journaled(broker), (broker.process, server.process))
        rate, costs = await progress.to(ARGUMENTS.messages)
        await stored(server)
        return report("from mosquitto into the journal", INTO, rate, costs)


async def out_of_the_journal(what, **settings):
    """The journal is filled while mosquitto is away."""
    async with Mosquitto(**FAST, **settings) as server:
        await server.stop()
        stream = runnel.mqtt_stream("site", None, **server.options(role="client"))
        stream["duplicates"] = "best"
        async with runnel.Runnel(
                [runnel.simulator(rate=100_000, count=ARGUMENTS.messages, devices=1000)],
                {APPLICATION: {"name": "Ours", "streams": [stream]}},
                protocols={"mqtt": runnel.MQTT}, log={"level": "info"}) as broker:
            await runnel.eventually(lambda: journaled(broker) >= ARGUMENTS.messages,
                                    "the journal is full")
            await server.start()
            progress = Progress(lambda: figure(
                broker.data / "state.db", "select settled from stream"),
                (broker.process, server.process))
            rate, costs = await progress.to(ARGUMENTS.messages)
            return report(f"from the journal into mosquitto, {what}", OUT_OF, rate, costs)


async def main():
    results = [await into_the_journal(),
               await out_of_the_journal("which takes 20 at a time (its default)"),
               await out_of_the_journal("which takes 1,000 at a time",
                                        max_inflight_messages=1000)]
    sys.exit(0 if all(results) or ARGUMENTS.unchecked else 1)


if __name__ == "__main__":
    asyncio.run(main())
