# SPDX-License-Identifier: Apache-2.0
"""A flood of wrong tokens and wrong API keys disturbs nobody who has a right one, also when it
comes from the same address."""
import asyncio
import json
import secrets
import ssl
import sys
import time

import api
import runnel
import source

APPLICATION = "0102030405060708"
PER_MINUTE, RATE, QUIET = 100_000, 20, 5
OPTIONS = runnel.options(seconds=20, flood="")
LANES = 16


class Guesser(asyncio.Protocol):
    """One kept-alive connection that tries one wrong thing after the other, in time with `due`."""

    def __init__(self, flood, make):
        self.flood, self.make, self.transport, self.buffer = flood, make, None, b""

    def connection_made(self, transport):
        self.transport, self.buffer = transport, b""
        self.next()

    def next(self):
        wait = self.flood.turn()
        if wait is not None:
            asyncio.get_running_loop().call_later(max(wait, 0), self.write)

    def write(self):
        if not self.transport.is_closing():
            self.transport.write(self.make())

    def data_received(self, data):
        self.buffer += data
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = next((int(line[15:]) for line in head.lower().split(b"\r\n")
                       if line.startswith(b"content-length:")), 0)
        if len(rest) < length:
            return
        self.buffer = rest[length:]
        status = head[9:12].decode()
        self.flood.statuses[status] = self.flood.statuses.get(status, 0) + 1
        self.next()

    def connection_lost(self, _):
        self.flood.lost += 1
        self.flood.open(self.make)


class Flood:
    """The program that floods; it is one of its own, so that it does not slow the test down."""

    def __init__(self, websocket, admin, seconds):
        self.ports = {self.token: websocket, self.key: admin}
        self.start, self.seconds = time.monotonic(), seconds
        self.turns, self.statuses, self.lost, self.tasks = 0, {}, 0, set()
        self.context = runnel.unverified()

    @staticmethod
    def token():
        upgrade = "\r\n".join(f"{name}: {value}" for name, value in runnel.UPGRADE.items())
        return (f"GET /?token={secrets.token_urlsafe(24)} HTTP/1.1\r\nHost: x\r\n{upgrade}"
                "\r\n\r\n").encode()

    @staticmethod
    def key():
        return (f"GET /api/v1/status HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                f"rk_{secrets.token_urlsafe(32)}\r\n\r\n").encode()

    def turn(self):
        """Seconds until the next guess is due; None: it is over."""
        due = self.start + self.turns * 60 / PER_MINUTE
        self.turns += 1
        return None if due > self.start + self.seconds else due - time.monotonic()

    def open(self, make):
        async def connect():
            while time.monotonic() < self.start + self.seconds:
                try:
                    await asyncio.get_running_loop().create_connection(
                        lambda: Guesser(self, make), "127.0.0.1", self.ports[make],
                        ssl=self.context, server_hostname="x")
                    return
                except (OSError, ssl.SSLError):
                    await asyncio.sleep(0.05)
        task = asyncio.get_running_loop().create_task(connect())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def run(self):
        for lane in range(LANES):
            self.open((self.token, self.key)[lane % 2])
        await asyncio.sleep(self.seconds + 1)
        print(json.dumps({"statuses": self.statuses, "lost": self.lost}), flush=True)


class Measured:
    """Latencies of a good client, and what new good ones need to connect, in milliseconds."""

    def __init__(self, broker, token, uplinks):
        self.broker, self.token, self.uplinks = broker, token, uplinks
        self.latencies, self.connects, self.requests, self.keys = [], [], [], []

    async def read(self, client):
        async for text in client.socket:
            key = source.counter_of(json.loads(text))
            self.keys.append(key)
            self.latencies.append((time.monotonic() - self.uplinks.sent_at[key]) * 1000)

    async def come_and_go(self, key, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            started = time.monotonic()
            await (await self.broker.connect(self.token)).close()
            self.connects.append((time.monotonic() - started) * 1000)
            started = time.monotonic()
            await key.again().get(f"{api.BASE}/status")
            self.requests.append((time.monotonic() - started) * 1000)
            await asyncio.sleep(0.2)

    def take(self):
        """What was measured since the last time: (p99 latency, slowest connect and request)."""
        latencies = sorted(self.latencies)
        found = (latencies[int(len(latencies) * 0.99)], max(self.connects), max(self.requests))
        self.latencies, self.connects, self.requests = [], [], []
        return found


class WrongTokens(runnel.SystemTest):

    async def flood(self, broker):
        process = await asyncio.create_subprocess_exec(
            sys.executable, __file__, "--flood", f"{broker.websocket_port},{broker.port('admin')}",
            "--seconds", str(OPTIONS.seconds), stdout=asyncio.subprocess.PIPE)
        return process

    async def test_good_ones_notice_nothing_of_a_flood_from_their_own_address(self):
        kept, other = runnel.new_token(), runnel.new_token()
        async with runnel.Runnel([runnel.webhook()], {APPLICATION: {"name": "Ours", "streams": [
                runnel.websocket_stream("kept", kept), runnel.websocket_stream("other", other)]}},
                log={"level": "info"}) as broker:
            key = await api.with_key(broker, "admin")
            uplinks = source.Source(broker, APPLICATION, rate=RATE, lanes=4, timed=True).start()
            measured = Measured(broker, other, uplinks)
            client = await broker.connect(kept)
            reading = asyncio.create_task(measured.read(client))
            await measured.come_and_go(key, QUIET)
            quiet, memory, lines = measured.take(), broker.memory(), len(broker.log)
            process = await self.flood(broker)
            await measured.come_and_go(key, OPTIONS.seconds)
            output, _ = await asyncio.wait_for(process.communicate(), runnel.PATIENCE)
            flooded, flood = measured.take(), json.loads(output)
            lines = len(broker.log) - lines
            await uplinks.finish()
            await runnel.eventually(lambda: len(measured.keys) >= len(uplinks.keys()), "all came")
            self.report(quiet, flooded, flood)
            print(f"    {broker.memory() - memory:.1f} MiB more, {lines} lines in the log")
            self.assertEqual(sorted(measured.keys), sorted(uplinks.keys()))
            self.check(quiet, flooded, flood)
            self.assertLess(lines, 300, "a flood must not fill the log")
            if not runnel.is_sanitized():
                self.assertLess(broker.memory() - memory, 40)
            await client.close()
            await reading

    def report(self, quiet, flooded, flood):
        for name, (latency, connect, request) in (("quiet", quiet), ("flooded", flooded)):
            print(f"    {name:8} p99 latency {latency:6.1f} ms, slowest connect {connect:6.1f} ms, "
                  f"slowest request {request:6.1f} ms")
        tried = sum(flood["statuses"].values())
        print(f"    {tried:,} wrong ones in {OPTIONS.seconds} s ({tried * 60 // OPTIONS.seconds:,}"
              f" a minute), answers {flood['statuses']}, {flood['lost']} connections lost")

    def check(self, quiet, flooded, flood):
        self.assertLessEqual(set(flood["statuses"]), {"401", "429"})
        for what, before, then in zip(("latency", "connect", "request"), quiet, flooded):
            self.assertLess(then, 10 * before + 1000, f"{what} in ms, {before} when it was quiet")
        tried = sum(flood["statuses"].values())
        self.assertGreater(tried, PER_MINUTE / 60 * OPTIONS.seconds * 0.1,
                           "this machine was too slow for a flood")


if __name__ == "__main__":
    if OPTIONS.flood:
        websocket_port, admin_port = (int(port) for port in OPTIONS.flood.split(","))
        asyncio.run(Flood(websocket_port, admin_port, OPTIONS.seconds).run())
    else:
        runnel.main()
