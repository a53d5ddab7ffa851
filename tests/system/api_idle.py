# SPDX-License-Identifier: Apache-2.0
"""Whoever connects and says nothing, or half a thing, keeps nobody from managing the broker."""
import asyncio
import contextlib
import socket
import time

import api
import runnel
from peers import PATIENCE

STATUS = f"{api.BASE}/status"
SECONDS = runnel.options(seconds=13).seconds  # beyond the deadline of a handshake
SLOWEST = 5.0  # half the deadline of a handshake, however busy the machine is


class Idle(runnel.SystemTest):

    @contextlib.contextmanager
    def held(self):
        """Closes at the end what is appended."""
        things = []
        try:
            yield things
        finally:
            for thing in things:
                thing.close()

    def raw(self, broker):
        return socket.create_connection(("127.0.0.1", broker.admin_port), timeout=PATIENCE)

    async def answers_throughout(self, *people, seconds=SECONDS):
        """Each asks again and again, by a new connection every time and by a kept one."""
        times, end = [], time.monotonic() + seconds
        while time.monotonic() < end:
            for person in people:
                fresh = person.again()
                for each in (person, fresh):
                    started = time.monotonic()
                    await each.get(STATUS)
                    times.append(time.monotonic() - started)
                fresh.close()
            await asyncio.sleep(0.1)
        times.sort()
        print(f"    {len(times)} answers, median {times[len(times) // 2] * 1000:.1f} ms, "
              f"slowest {times[-1] * 1000:.1f} ms")
        self.assertLess(times[-1], SLOWEST)

    async def test_silent_connections_and_idle_ones_do_not_slow_it_down(self):
        async with runnel.Runnel() as broker:
            admin = await api.with_key(broker, "admin")
            with self.held() as things:
                things += [self.raw(broker) for _ in range(18)]
                idle = [admin.again() for _ in range(100)]
                things += idle
                for each in idle:
                    await each.get(STATUS)
                await self.answers_throughout(admin, api.local(broker))

    async def test_slow_talkers_do_not_either_and_are_cut_off(self):
        async with runnel.Runnel() as broker:
            admin = await api.with_key(broker, "admin")
            with self.held() as things:
                for part in (b"GET /api/v1/status HT", b"POST /api/v1/session HTTP/1.1\r\nHost: x"
                             b"\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{",
                             b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
                             b"chunked\r\n\r\n5\r\n{"):
                    for _ in range(20):
                        things.append(await asyncio.to_thread(api.connect_tls, broker))
                        things[-1].sendall(part)
                await self.answers_throughout(admin, api.local(broker), seconds=4)

    async def test_the_unix_socket_answers_when_all_places_of_https_are_taken(self):
        async with runnel.Runnel() as broker:
            admin = await api.with_key(broker, "admin")
            await admin.get(STATUS)
            with self.held() as things:
                for _ in range(700):
                    with contextlib.suppress(OSError):
                        things.append(self.raw(broker))
                await self.answers_throughout(api.local(broker), seconds=3)
                await admin.get(STATUS)
            # When they are gone there is room again.
            await runnel.eventually(lambda: self.gets_in(admin), "HTTPS has room again", 30)

    @staticmethod
    def gets_in(person):
        try:
            return person.again().send("GET", STATUS).status == 200
        except OSError:
            return False

    async def test_large_bodies_of_nobody_do_not_fill_the_memory(self):
        async with runnel.Runnel() as broker:
            admin = await api.with_key(broker, "admin")
            before = broker.memory()
            head = (b"POST /api/v1/applications HTTP/1.1\r\nHost: x\r\nContent-Type: "
                    b"application/json\r\nContent-Length: 1048576\r\n\r\n")
            with self.held() as things:
                for _ in range(200):
                    with contextlib.suppress(OSError):
                        things.append(await asyncio.to_thread(api.connect_tls, broker))
                        await asyncio.to_thread(things[-1].sendall, head + b" " * 1_000_000)
                await self.answers_throughout(admin, api.local(broker), seconds=2)
                print(f"    {broker.memory() - before:.0f} MiB more with 200 of 1 MB")
                if not runnel.is_sanitized():
                    # Each connection may hold one body of 1 MiB, and there are at most 256.
                    self.assertLess(broker.memory() - before, 260, "MiB more")

    async def test_deaf_clients_of_events_cost_nothing_and_are_left_behind(self):
        async with runnel.Runnel([runnel.simulator(rate=2000, devices=50)], {
                "0102030405060708": {"name": "Simulated"}}) as broker:
            admin = await api.with_key(broker, "admin")
            with self.held() as things:
                for _ in range(20):
                    connection = await asyncio.to_thread(api.connect_tls, broker)
                    things.append(connection)
                    connection.sendall(
                        f"GET {api.BASE}/events HTTP/1.1\r\nHost: x\r\nAuthorization: "
                        f"{admin.headers['Authorization']}\r\n\r\n".encode())
                before = broker.memory()
                await self.answers_throughout(admin, api.local(broker), seconds=8)
                if not runnel.is_sanitized():
                    self.assertLess(broker.memory() - before, 60, "MiB more")


if __name__ == "__main__":
    runnel.main()
