# SPDX-License-Identifier: Apache-2.0
"""A client that stops reading costs the others nothing and the broker no memory, and gets
everything once it reads again. A dead connection that nobody has noticed does not eat its
successor's backlog.

Option: --seconds N, how long the slow client does not read."""
import asyncio
import json
import time

import runnel
import source

ARGUMENTS = runnel.options(seconds=10)
SLOW, DEVICE = "70B3D57ED0000001", "0080E1150529E258"
GOOD = [f"70B3D57ED0001{number:03X}" for number in range(99)]
GOOD_RATE = 500         # uplinks per second, for all good streams together
SLOW_RATE = 100         # uplinks per second, of so many documents each:
GATEWAYS = 20
PAYLOAD = bytes(200)
WARM_UP_SECONDS = 4
# While the slow one does not read, 99 of 100 uplinks are at most so much later than before.
FACTOR, ALLOWANCE = 3, 0.5
GROWTH_MIB = 24


def p99(latencies):
    return sorted(latencies)[len(latencies) * 99 // 100]


def unsent_to(port):
    """Bytes that the broker's kernel could not send to the client with this port."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        for line in table.readlines()[1:]:
            words = line.split()
            if words[2].endswith(f":{port:04X}") and words[3] == "01":
                return int(words[4].split(":")[0], 16)
    return 0


class SlowClient(runnel.SystemTest):

    def broker(self):
        names = [SLOW, *GOOD]
        self.tokens = {name: runnel.new_token() for name in names}
        networks = [runnel.webhook({"slow": SLOW})]
        return runnel.Runnel(networks, {
            name: {"name": name, "streams": [runnel.websocket_stream("cloud", self.tokens[name])]}
            for name in names}, log={"level": "info"})

    async def heavy_traffic(self, broker):
        """For the slow client: documents that fill every buffer, until self.is_over. The first
        self.heavy are acknowledged."""
        poster, loop = broker.poster(), asyncio.get_running_loop()
        gateways = [(f"A84041FFFF1F8A{n:02X}", -60 - n, 9.5 - n) for n in range(GATEWAYS)]
        due = loop.time()
        while not self.is_over:
            event = runnel.chirpstack_uplink(
                DEVICE, "slow", self.heavy + 1, gateways=gateways,
                payload=(self.heavy + 1).to_bytes(4, "big") + PAYLOAD)
            status, body = await asyncio.to_thread(poster.post, "/?event=up", event)
            self.assertEqual(status, 200, body)
            self.heavy += 1
            due += 1 / SLOW_RATE
            await asyncio.sleep(due - loop.time())
        poster.close()

    async def good(self, name, client):
        """Reads for ever; keeps (when, latency) of each uplink and whether order held."""
        uplinks = self.uplinks[name]
        async for text in client.socket:
            key = source.counter_of(json.loads(text))
            now = time.monotonic()
            self.latencies.append((now, now - uplinks.sent_at[key]))
            device, counter = key
            self.assertEqual(counter, self.last.get(device, 0) + 1)
            self.last[device] = counter

    async def slow_reads(self, client, until):
        """Reads documents until `until()`; all of each uplink come together, in order, without
        gap."""
        while not until():
            number = int((await client.document())["Data"][:8], 16)
            if number != self.slow:
                self.assertEqual((number, self.copies), (self.slow + 1, GATEWAYS))
                self.slow, self.copies = number, 0
            self.copies += 1

    def has_all(self, number):
        return self.slow == number and self.copies == GATEWAYS

    async def test_a_client_that_stops_reading_delays_nobody_and_costs_no_memory(self):
        self.is_over, self.heavy, self.latencies, self.last = False, 0, [], {}
        self.slow, self.copies = 0, GATEWAYS
        async with self.broker() as broker:
            clients = {name: await broker.connect(self.tokens[name]) for name in GOOD}
            # A short queue and no PINGs of its own: when nobody reads, the library stops to read.
            slow = runnel.Client(await runnel.websockets.connect(
                broker.url(self.tokens[SLOW]), ssl=runnel.unverified(), max_queue=4,
                ping_interval=None))
            rate = GOOD_RATE / len(GOOD)
            self.uplinks = {name: source.Source(broker, name, rate, lanes=1, timed=True,
                                                first_lane=number).start()
                            for number, name in enumerate(GOOD)}
            readers = [asyncio.create_task(self.good(name, clients[name])) for name in GOOD]
            heavy = asyncio.create_task(self.heavy_traffic(broker))
            warm = time.monotonic() + WARM_UP_SECONDS
            await self.slow_reads(slow, lambda: time.monotonic() > warm)
            await self.stall(broker, slow)
            caught_up = time.monotonic()
            self.is_over = True
            await heavy
            await self.slow_reads(slow, lambda: self.has_all(self.heavy))
            print(f"    the slow client got the rest in {time.monotonic() - caught_up:.1f} s")
            await self.everybody_got_all(readers)

    async def stall(self, broker, slow):
        """Nobody reads for the slow client; measures the others."""
        began, memory, port = time.monotonic(), broker.memory(), slow.socket.local_address[1]
        before = p99([latency for _, latency in self.latencies[len(self.latencies) // 2:]])
        highest = memory
        while time.monotonic() < began + ARGUMENTS.seconds:
            await asyncio.sleep(0.5)
            highest = max(highest, broker.memory())
        during = p99([latency for when, latency in self.latencies if when > began])
        print(f"    p99 {before * 1e3:.1f} ms before, {during * 1e3:.1f} ms during "
              f"{ARGUMENTS.seconds} s of not reading; broker's memory {memory:.1f} MiB before, "
              f"{highest:.1f} at most; {self.heavy - self.slow:,} uplinks behind", flush=True)
        self.assertGreater(unsent_to(port), 0, "the slow client's window was never full")
        self.assertLess(during, FACTOR * before + ALLOWANCE)
        if not runnel.is_sanitized():
            self.assertLess(highest - memory, GROWTH_MIB)

    async def everybody_got_all(self, readers):
        await asyncio.gather(*(uplinks.finish() for uplinks in self.uplinks.values()))
        wanted = {}
        for uplinks in self.uplinks.values():
            wanted |= uplinks.acknowledged
        await runnel.eventually(lambda: self.last == wanted or any(r.done() for r in readers),
                                "the good clients have everything")
        for reader in readers:
            if reader.done():
                reader.result()
            reader.cancel()

    async def test_a_half_open_connection_does_not_eat_its_successors_backlog(self):
        self.slow, self.copies, count = 0, GATEWAYS, 1500
        async with self.broker() as broker:
            deaf = await asyncio.to_thread(runnel.deaf_client, broker.websocket_port,
                                           self.tokens[SLOW])
            gateways = [(f"A84041FFFF1F8A{n:02X}", -60 - n, 9.5 - n) for n in range(GATEWAYS)]
            await runnel.post_all(broker, "/?event=up", [
                runnel.chirpstack_uplink(DEVICE, "slow", number, gateways=gateways,
                                         payload=number.to_bytes(4, "big") + PAYLOAD)
                for number in range(1, count + 1)], workers=1)
            successor = await broker.connect(self.tokens[SLOW])
            await self.slow_reads(successor, lambda: self.has_all(count))
            deaf.close()
            await successor.silence()


if __name__ == "__main__":
    runnel.main()
