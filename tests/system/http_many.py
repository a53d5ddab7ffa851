# SPDX-License-Identifier: Apache-2.0
"""Many streams that post to many hosts, half of which never answer: the others get what is theirs,
with few threads and little memory. nginx plays the hosts that answer.

Options: --streams N, a multiple of 100."""
import asyncio
import itertools
import pathlib
import socket
import time

import runnel
from http_nginx import PROGRAM, Nginx

ARGUMENTS = runnel.options(streams=1000)
HOSTS = 50  # that answer, and as many that do not


def application(number):
    return f"70B3D57E{number:08X}"


class HttpMany(runnel.SystemTest):

    def silent(self):
        """Takes connections and says nothing: nobody accepts them."""
        found = []
        for _ in range(HOSTS):
            one = socket.socket()
            one.bind(("127.0.0.1", 0))
            one.listen(1)
            self.addCleanup(one.close)
            found.append(f"https://127.0.0.1:{one.getsockname()[1]}/")
        return found

    async def test_many_streams_to_many_hosts(self):
        if not pathlib.Path(PROGRAM).is_file():
            runnel.skip("there is no nginx: its package is nginx-light")
        server = Nginx(ports=HOSTS)
        self.addCleanup(server.stop)
        good = [f"https://127.0.0.1:{port}/" for port in server.ports]
        hosts = [url for pair in zip(itertools.cycle(good), self.silent()) for url in pair]
        per_application = ARGUMENTS.streams // 100
        applications = {application(n): {"name": str(n), "streams": [
            {"name": f"s{m}", "protocol": "http", "options": {
                "url": hosts[(n * per_application + m) % 100], "tlsVerify": False}}
            for m in range(per_application)]} for n in range(100)}
        async with runnel.Runnel([runnel.webhook()], applications, log={"level": "info"},
                                 protocols={"http": {"privateAddresses": True}}) as broker:
            before = broker.memory()
            began = time.monotonic()
            await asyncio.to_thread(self.post, broker)
            wanted = ARGUMENTS.streams // 2
            await runnel.eventually(lambda: server.requests() >= wanted, f"{wanted} requests")
            took = time.monotonic() - began
            status = pathlib.Path(f"/proc/{broker.process.pid}/status").read_text(encoding="utf-8")
            threads = next(int(line.split()[1]) for line in status.splitlines()
                           if line.startswith("Threads:"))
            grown = 1024 * (broker.memory() - before) / ARGUMENTS.streams
            print(f"    {ARGUMENTS.streams} streams to 100 hosts: {wanted} messages in {took:.1f} s, "
                  f"{threads} threads, {grown:.0f} KiB a stream; the other half waits for an answer")
            self.assertLess(threads, 30)
            self.assertEqual(server.requests(), wanted, "each once")

    def post(self, broker):
        poster = broker.poster()
        for number in range(100):
            status, body = poster.post("/", {"DeviceEUI": f"0080E115{number:08X}", "Port": 2,
                                             "AppEUI": application(number), "Data": "01"})
            assert status == 200, body
        poster.close()


if __name__ == "__main__":
    runnel.main()
