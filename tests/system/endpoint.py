# SPDX-License-Identifier: Apache-2.0
"""The server of somebody who gets webhooks, with all its troubles: `async with Endpoint() as server`.
`server.act` is what it does with a request: None answers 204; a name chooses one of the troubles
below; a function of the request gives (status, headers, body)."""
import asyncio
import dataclasses
import json
import pathlib
import ssl
import struct
import socket
import tempfile
import time

import runnel
from mosquitto import Certificates


@dataclasses.dataclass
class Request:
    method: str
    target: str
    headers: dict
    body: bytes
    time: float

    @property
    def json(self):
        return json.loads(self.body)


class Endpoint:
    """Remembers every request that it has read whole (`seen`), and those that it has answered with
    2xx (`taken`), in order."""

    def __init__(self, plain=False, client_certificate=False):
        self.folder = tempfile.TemporaryDirectory(prefix="endpoint-test.")
        self.certificates = Certificates(pathlib.Path(self.folder.name))
        self.plain, self.client_certificate = plain, client_certificate
        self.port = runnel.free_port()
        self.act, self.seen, self.taken, self.connections, self.tries = None, [], [], 0, 0
        self.server, self.news = None, asyncio.Event()

    @property
    def url(self):
        return f"{'http' if self.plain else 'https'}://127.0.0.1:{self.port}"

    def stream(self, name="erp", path="/uplinks/{DeviceEUI}/{event}", **options):
        """A stream that posts to it."""
        trust = {} if self.plain else {"ca": str(self.certificates.ca)}
        return {"name": name, "protocol": "http",
                "options": {"url": self.url + path, "timeout": 2, **trust, **options}}

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, *_):
        await self.stop()
        self.folder.cleanup()

    async def start(self):
        context = None
        if not self.plain:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificates.server, self.certificates.server_key)
            if self.client_certificate:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(self.certificates.ca)
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", self.port, ssl=context)

    async def suffer(self, trouble):
        """A trouble of a request, "rubbish" in place of TLS, or "away"."""
        if trouble not in ("rubbish", "away"):
            self.act = trouble
            return
        await self.stop()
        if trouble == "rubbish":
            self.server = await asyncio.start_server(self.rubbish, "127.0.0.1", self.port)
        else:
            self.server = await asyncio.start_server(self.hang_up, "127.0.0.1", self.port)

    async def recover(self):
        if self.act:
            self.act = None
            return
        await self.stop()
        await self.start()

    async def rubbish(self, _, writer):
        self.note()
        writer.write(b"220 mail.example ESMTP\r\n" * 20)
        await writer.drain()
        writer.close()

    async def hang_up(self, _, writer):
        self.note()
        writer.transport.abort()

    def note(self):
        self.tries += 1
        self.news.set()

    async def stop(self):
        """Hangs up on everybody."""
        self.server.close()
        for task in [one for one in asyncio.all_tasks() if one.get_name() == f"endpoint {self.port}"]:
            task.cancel()

    async def serve(self, reader, writer):
        asyncio.current_task().set_name(f"endpoint {self.port}")
        self.connections += 1
        try:
            while True:
                request = await self.read(reader)
                self.seen.append(request)
                self.note()
                await self.answer(request, writer)
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.transport.abort()

    async def read(self, reader):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip("\r\n").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value.strip()
                   for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return Request(method, target, headers, body, time.monotonic())

    async def answer(self, request, writer):
        if isinstance(self.act, str):
            return await getattr(self, self.act)(writer)
        status, headers, body = self.act(request) if self.act else (204, {}, b"")
        await self.write(writer, status, headers, body)
        if 200 <= status < 300:
            self.taken.append(request)
            self.news.set()

    async def write(self, writer, status, headers=None, body=b""):
        lines = [f"HTTP/1.1 {status} x", f"Content-Length: {len(body)}",
                 *(f"{name}: {value}" for name, value in (headers or {}).items())]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await writer.drain()

    # The troubles. None of them takes the request.

    async def fails(self, writer):
        await self.write(writer, 500, body=b"out of order")

    async def hangs(self, writer):
        await asyncio.sleep(3600)

    async def resets(self, writer):
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise ConnectionResetError

    async def dawdles(self, writer):
        """A byte every now and then."""
        for byte in b"HTTP/1.1 204 x\r\nContent-Length: 0\r\n" * 1000:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.2)

    async def floods(self, writer):
        """100 MB, and no success."""
        writer.write(b"HTTP/1.1 500 x\r\nContent-Length: 100000000\r\n\r\n")
        for _ in range(1000):
            if writer.transport.is_closing():
                raise ConnectionResetError
            writer.write(b"x" * 100_000)
            await writer.drain()
            await asyncio.sleep(0)

    async def babbles(self, writer):
        writer.write(b"\x16\x03\x01 this is no answer \xff\xfe\r\n\r\n" * 10)
        await writer.drain()
        raise ConnectionResetError

    async def until(self, condition, what):
        """Waits until `condition` holds; it is looked at after each request."""
        async def wait():
            while not condition():
                self.news.clear()
                await self.news.wait()
        try:
            await asyncio.wait_for(wait(), runnel.PATIENCE)
        except asyncio.TimeoutError:
            raise AssertionError(f"never came: {what}; {len(self.seen)} requests, "
                                 f"{len(self.taken)} taken") from None
