# SPDX-License-Identifier: Apache-2.0
"""nginx as the server of a stream's web hooks, with TLS: how many messages per second it is given,
one by one and in batches. Both programs share the machine.

Options: --uplinks N that wait for it."""
import asyncio
import contextlib
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

import api
import runnel
import source
from mosquitto import Certificates

ARGUMENTS = runnel.options(uplinks=20_000)
APPLICATION = "70B3D57ED0000001"
PROGRAM = "/usr/sbin/nginx"
#: Messages per second that are a bug if they are missed, even on a busy machine with sanitizers.
LEAST = {"single": 200, "batches": 1000}


class Nginx:
    """Answers everything with 204 and counts it, on as many ports as are asked for."""

    def __init__(self, ports=1):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="nginx-test."))
        self.certificates = Certificates(self.folder)
        # Somebody else may take one before nginx does.
        while not self.start(sorted({runnel.free_port() for _ in range(ports)})):
            pass

    def start(self, ports):
        """False: it has ended at once."""
        self.ports = ports
        listen = " ".join(f"listen 127.0.0.1:{port} ssl;" for port in ports)
        config = self.folder / "nginx.conf"
        config.write_text(f"""
daemon off; worker_processes 1; worker_rlimit_nofile 32768; pid {self.folder}/pid; error_log {self.folder}/error.log;
events {{ worker_connections 16384; }}
http {{
    access_log {self.folder}/access.log combined buffer=64k flush=1s;
    client_body_temp_path {self.folder}/body; proxy_temp_path {self.folder}/proxy;
    fastcgi_temp_path {self.folder}/fastcgi; uwsgi_temp_path {self.folder}/uwsgi;
    scgi_temp_path {self.folder}/scgi; keepalive_requests 1000000; client_max_body_size 10m;
    server {{
        {listen}
        ssl_certificate {self.certificates.server}; ssl_certificate_key {self.certificates.server_key};
        location / {{ return 204; }}
    }}
}}
""", encoding="utf-8")
        self.process = subprocess.Popen([PROGRAM, "-c", config, "-e", self.folder / "error.log"])
        while self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", ports[-1])):
                return True
        return False

    def requests(self):
        return (self.folder / "access.log").read_text(encoding="utf-8").count('" 204 ')

    def stop(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)


class HttpNginx(runnel.SystemTest):

    def stream(self, name, server, **options):
        """Waits until it is switched on."""
        return {"name": name, "protocol": "http", "options": {
            "url": f"https://127.0.0.1:{server.ports[0]}/{name}", "ca": str(server.certificates.ca),
            **options}}

    async def drain(self, broker, name):
        """Messages per second from the moment when it is switched on."""
        local, path = api.local(broker), f"{api.application(APPLICATION)}/streams/{name}"
        began = time.monotonic()
        await local.patch(path, {"enabled": True})

        async def is_done():
            books = (await local.get(path)).json["state"].get("books", {"settled": 0})
            return books["settled"] >= ARGUMENTS.uplinks
        await runnel.eventually(is_done, f"the end of {name}")
        return ARGUMENTS.uplinks / (time.monotonic() - began)

    async def test_how_fast_it_is(self):
        if not pathlib.Path(PROGRAM).is_file():
            runnel.skip("there is no nginx: its package is nginx-light")
        server = Nginx()
        self.addCleanup(server.stop)
        async with runnel.Runnel([runnel.webhook()], protocols={"http": {"privateAddresses": True}},
                                 log={"level": "info"}) as broker:
            local = api.local(broker)
            await local.put(api.application(APPLICATION), {"name": "Ours"}, 201)
            for name, options in (("single", {"parallel": 32}), ("batches", {"batch": 200})):
                await local.put(f"{api.application(APPLICATION)}/streams/{name}",
                                {**self.stream(name, server, **options), "enabled": False}, 201)
            uplinks = source.Source(broker, APPLICATION, 100_000, lanes=16).start()
            while uplinks.count < ARGUMENTS.uplinks:
                await asyncio.sleep(0.05)
            await uplinks.finish()
            rates = {"single": await self.drain(broker, "single")}
            await runnel.eventually(lambda: server.requests() >= ARGUMENTS.uplinks, "nginx's log")
            rates["batches"] = await self.drain(broker, "batches")
            print("    nginx was given " + ", ".join(
                f"{rate:,.0f} messages/s ({name})" for name, rate in rates.items()))
            for name, rate in rates.items():
                self.assertGreater(rate, LEAST[name], name)


if __name__ == "__main__":
    runnel.main()
