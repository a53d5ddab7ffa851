# SPDX-License-Identifier: Apache-2.0
"""A real runneld for the system tests: started in a temporary directory on free ports, watched by
its own log, stopped by its own process id. Also the clients that the tests need.

Environment: RUNNEL_BUILD, the build tree (default build/dev); RUNNEL_PATIENCE, seconds after which
what does not happen is a failure."""
import argparse
import asyncio
import base64
import contextlib
import http.client
import json
import os
import pathlib
import re
import secrets
import shutil
import signal
import socket
import ssl
import sys
import tempfile
import unittest

import websockets

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("RUNNEL_BUILD", ROOT / "build" / "dev"))
BINARY = BUILD / "bin" / "runneld"
PLUGINS = BUILD / "plugins"
DATA = ROOT.parent / "shared" / "data"
# Long enough for a sanitizer's build on a busy machine; nothing waits this long when all is well.
PATIENCE = int(os.environ.get("RUNNEL_PATIENCE", "60"))
SECRET = "a-secret-of-the-webhook"

LISTENS = re.compile(r"(\S+) listens on \S*?([0-9.]+):(\d+)")
READY = re.compile(r"\bbroker: ready\b")


def new_token():
    return secrets.token_urlsafe(24)


def skip(reason):
    """Ends the program as CTest's SKIP_RETURN_CODE, with the reason."""
    print(f"SKIP: {reason}")
    sys.exit(77)


def shared(name):
    """A file of the shared test data, which is not part of the project."""
    path = DATA / name
    if not path.is_file():
        skip(f"the test data {name} is not here")
    return path


def unverified():
    """TLS without a look at the certificate: the broker's own is self-signed."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def websocket_stream(name, token, **more):
    return {"name": name, "protocol": "websocket", "format": "json", "token": token, **more}


def simulator(**options):
    return {"name": "sim", "plugin": "simulator",
            "options": {"devices": 10, "rate": 20, "seed": 1, **options}}


def webhook(applications=None):
    """`applications` maps the network server's application ids to application EUIs."""
    options = {"listen": "127.0.0.1:0", "token": SECRET, "applications": applications or {}}
    return {"name": "hooks", "plugin": "http", "options": options}


class Runnel:
    """One runneld. `applications` and `gateways` are {EUI: the file's content}. Use it as
    `async with Runnel(...) as broker`; leaving asserts that it ended with status 0."""

    def __init__(self, networks=(), applications=None, gateways=None, plugins=(PLUGINS,), **more):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="runnel-test."))
        self.log, self.listeners, self.process, self._reader = [], {}, None, None
        self._ready = None
        self.settings = {
            "data": str(self.directory / "data"), "plugins": [str(path) for path in plugins],
            "applications": str(self.directory / "applications"),
            "gateways": str(self.directory / "gateways"), "log": {"level": "debug"},
            "protocols": {"websocket": {"listen": "127.0.0.1:0"}},
            "networks": list(networks), **more}
        for folder, files in (("applications", applications), ("gateways", gateways)):
            (self.directory / folder).mkdir()
            for eui, content in (files or {}).items():
                self.write(f"{folder}/{eui}.yaml", content)
        (self.directory / "data").mkdir()
        self.config = self.write("runnel.yaml", self.settings)

    def write(self, name, content):
        """JSON is YAML; a str is written as it is."""
        path = self.directory / name
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1),
                        encoding="utf-8")
        return path

    async def run(self, *arguments):
        """`runneld --config FILE` with more arguments, to its end: (status, output)."""
        process = await asyncio.create_subprocess_exec(
            BINARY, "--config", self.config, *arguments, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
        try:
            output, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
        except asyncio.TimeoutError:
            process.kill()
            raise
        return process.returncode, output.decode()

    async def start(self):
        # unittest switches it on; it slows a client down that is to keep up with the broker.
        asyncio.get_running_loop().set_debug(False)
        self._ready = asyncio.get_running_loop().create_future()
        self.process = await asyncio.create_subprocess_exec(
            BINARY, "--config", self.config, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, limit=1 << 20)
        self._reader = asyncio.create_task(self._read())
        await asyncio.wait_for(self._ready, PATIENCE)
        return self

    async def _read(self):
        async for raw in self.process.stdout:
            line = raw.decode(errors="replace").rstrip("\n")
            self.log.append(line)
            if listens := LISTENS.search(line):
                self.listeners[listens.group(1)] = int(listens.group(3))
            if READY.search(line) and not self._ready.done():
                self._ready.set_result(None)
        if not self._ready.done():
            self._ready.set_exception(AssertionError("runneld ended before it was ready"))

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    async def ended(self):
        """The exit status, once it has one."""
        status = await asyncio.wait_for(self.process.wait(), PATIENCE)
        await self._reader
        return status

    async def stop(self):
        """A polite end: status 0 within PATIENCE, and books that balance."""
        if self.process.returncode is None:
            self.signal()
        status = await self.ended()
        assert status == 0, f"runneld ended with status {status}"
        await self.books()

    async def kill(self):
        """SIGKILL: nothing is tidied up."""
        self.process.kill()
        await self.process.wait()
        await self._reader

    async def restart(self):
        """Starts again on the same directory and configuration. The ports are others; the log
        goes on."""
        self.listeners.clear()
        return await self.start()

    async def books(self):
        """{stream: its books}, of a stopped broker, after asserting that they balance."""
        status, output = await self.run("--books")
        assert status == 0, f"runneld --books ended with status {status}:\n{output}"
        lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
        return {line.pop("stream"): line for line in lines}

    async def __aenter__(self):
        try:
            return await self.start()
        except BaseException:
            await self._clean(failed=True)
            raise

    async def __aexit__(self, kind, error, trace):
        failed = True
        try:
            if kind is None and self.process.returncode is None:
                await self.stop()
            elif kind is None:
                status = await self.ended()
                assert status in (0, -signal.SIGKILL), f"runneld ended with status {status}"
                if status == 0:
                    await self.books()
            failed = kind is not None
        finally:
            await self._clean(failed)

    @property
    def data(self):
        return pathlib.Path(self.settings["data"])

    def memory(self, field="VmRSS"):
        """Of the running broker, in MiB, as the kernel counts it: VmRSS now, VmHWM at most."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(re.search(rf"^{field}:\s+(\d+) kB", status, re.M).group(1)) / 1024

    async def _clean(self, failed):
        if self.process and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        if self._reader:
            await asyncio.wait([self._reader])
        if failed:
            print("---- runneld's last words", *self.log[-60:], "----", sep="\n")
        shutil.rmtree(self.directory, ignore_errors=True)

    def port(self, *names):
        """The port of the first listener that is known by one of the names."""
        for name in names:
            if name in self.listeners:
                return self.listeners[name]
        raise AssertionError(f"nothing called {' or '.join(names)} listens: {self.listeners}")

    @property
    def websocket_port(self):
        return self.port("websocket")

    def url(self, token, path="/"):
        return f"wss://127.0.0.1:{self.websocket_port}{path}?token={token}"

    async def connect(self, token, **more):
        """A client from python3-websockets, on the stream of `token`."""
        socket_ = await websockets.connect(self.url(token), ssl=more.pop("ssl", unverified()),
                                           max_size=None, max_queue=None, **more)
        return Client(socket_)

    def poster(self, port=None):
        return Poster(port or self.port("hooks", "http", "network_http"))

    async def logged(self, pattern, after=0):
        """Waits for a line of the log that matches; lines of the past count, those behind the
        first `after`."""
        for _ in range(PATIENCE * 20):
            for line in self.log[after:]:
                if re.search(pattern, line):
                    return line
            await asyncio.sleep(0.05)
        raise AssertionError(f"runneld never said: {pattern}")


class Client:
    """A WebSocket client that knows documents."""

    def __init__(self, socket_):
        self.socket = socket_

    async def document(self):
        return json.loads(await asyncio.wait_for(self.socket.recv(), PATIENCE))

    async def documents(self, count):
        return [await self.document() for _ in range(count)]

    async def until(self, matches, passed=None):
        """The first document for which `matches` is true; those before it go to `passed`."""
        async with asyncio.timeout(PATIENCE):  # the stream may go on for ever with others
            while True:
                document = await self.document()
                if matches(document):
                    return document
                if passed is not None:
                    passed.append(document)

    async def silence(self, seconds=0.5):
        """Asserts that nothing comes for a while. A proof of absence needs a time."""
        with contextlib.suppress(asyncio.TimeoutError):
            document = await asyncio.wait_for(self.socket.recv(), seconds)
            raise AssertionError(f"unexpected document {document}")

    async def send(self, document):
        await self.socket.send(document if isinstance(document, (str, bytes))
                               else json.dumps(document))

    async def ask(self, document):
        """Sends and waits for the receipt, skipping what the stream sends meanwhile."""
        await self.send(document)
        return await self.until(lambda d: "Receipt" in d)

    async def close_code(self):
        """Reads on until the other side closes."""
        async def drain():
            async for _ in self.socket:
                pass
        with contextlib.suppress(websockets.ConnectionClosed):
            await asyncio.wait_for(drain(), PATIENCE)
        return self.socket.close_code

    async def close(self):
        await self.socket.close()


class Poster:
    """A network server's webhooks: keep-alive HTTP, one request at a time."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def post(self, path, event, token=SECRET):
        """(status, body). `event` is an object or raw bytes."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        self.connection.request("POST", path, body, headers)
        response = self.connection.getresponse()
        return response.status, response.read().decode(errors="replace")

    def close(self):
        self.connection.close()


async def post_all(broker, path, events, workers=4, key=None):
    """Posts all events, those with the same `key` in order, and expects 200 for each."""
    lanes = [[] for _ in range(workers)]
    for number, event in enumerate(events):
        lanes[hash(key(event)) % workers if key else number % workers].append(event)

    def work(lane):
        poster = broker.poster()
        try:
            for event in lane:
                status, body = poster.post(path, event)
                assert status in (200, 204), f"{status} {body} for {event}"
        finally:
            poster.close()
    await asyncio.gather(*(asyncio.to_thread(work, lane) for lane in lanes))


def chirpstack_uplink(device, application, count, **more):
    """A small ChirpStack v4 event "up"; `gateways` are (EUI, RSSI, SNR)."""
    gateways = more.pop("gateways", [("0102030405060708", -60, 9.5)])
    return {
        "deduplicationId": f"{device}-{count}", "time": "2025-01-01T00:00:01.900+00:00",
        "deviceInfo": {"applicationId": application, "devEui": device, "deviceName": "a device"},
        "devAddr": "01020304", "adr": True, "dr": 5, "fCnt": count, "fPort": 2,
        "confirmed": False, "data": base64.b64encode(more.pop("payload", b"\x01\x02")).decode(),
        "rxInfo": [{"gatewayId": eui, "rssi": rssi, "snr": snr, "crcStatus": "CRC_OK"}
                   for eui, rssi, snr in gateways],
        "txInfo": {"frequency": 868100000, "modulation": {"lora": {
            "bandwidth": 125000, "spreadingFactor": 7, "codeRate": "CR_4_5"}}},
        "regionConfigId": "eu868", **more}


def http_get(port, target, headers=None, method="GET", body=None):
    """One HTTPS request by hand: (status, headers, body)."""
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=PATIENCE,
                                             context=unverified())
    try:
        connection.request(method, target, body, headers or {})
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read().decode()
    finally:
        connection.close()


UPGRADE = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
           "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}


def deaf_client(port, token):
    """A TLS connection that has asked for the stream and never reads: (socket, raw socket)."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.settimeout(PATIENCE)
    raw.connect(("127.0.0.1", port))
    wrapped = unverified().wrap_socket(raw)
    lines = [f"GET /?token={token} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name}: {value}" for name, value in UPGRADE.items()]
    wrapped.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    return wrapped


class SystemTest(unittest.IsolatedAsyncioTestCase):
    """Base of all system tests."""
    maxDiff = 4000


def is_sanitized():
    """A sanitizer's build is slow and its memory says nothing."""
    return any(mark in BINARY.read_bytes() for mark in (b"__asan_init", b"__tsan_init"))


async def eventually(condition, what, seconds=PATIENCE):
    """Waits until `condition()` is true, which nothing announces."""
    for _ in range(seconds * 20):
        if found := condition():
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"within {seconds} s not so: {what}")


def options(**defaults):
    """The program's own arguments, `--name value` for each default; the rest is unittest's."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name, value in defaults.items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    found, sys.argv[1:] = parser.parse_known_args()
    return found


def main():
    """Runs the tests of the calling program."""
    if not BINARY.is_file():
        sys.exit(f"there is no {BINARY}: build first, or set RUNNEL_BUILD")
    unittest.main(verbosity=2)
