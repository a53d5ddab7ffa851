# SPDX-License-Identifier: Apache-2.0
"""A real runneld for the system tests: started in a temporary directory on free ports, watched by
its own log, stopped by its own process id.

Environment: RUNNEL_BUILD, the build tree (default build/dev); RUNNEL_PATIENCE, seconds after which
what does not happen is a failure."""
import argparse
import asyncio
import contextlib
import inspect
import json
import os
import pathlib
import random
import re
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import unittest

import websockets

# The programs know these by the name of this module.
from peers import (PATIENCE, SECRET, UPGRADE, Client, Poster, chirpstack_uplink, deaf_client,
                   http_get, post_all, unverified)

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("RUNNEL_BUILD", ROOT / "build" / "dev"))
BINARY = BUILD / "bin" / "runneld"
PLUGINS = BUILD / "plugins"
DATA = ROOT.parent / "shared" / "data"

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


def websocket_stream(name, token, **more):
    return {"name": name, "protocol": "websocket", "format": "json", "token": token, **more}


def mqtt_stream(name, token, **options):
    """Of role listener unless the options say otherwise."""
    token = {"token": token} if token else {}
    return {"name": name, "protocol": "mqtt", "format": "json", "options": options, **token}


# Listeners with TLS and without, and servers on this machine may be connected to. The same text twice
# would be the same socket, so 127.0.0.1 is written in two ways.
MQTT = {"listen": ["127.0.0.1:0"], "listenPlain": ["127.1:0"], "privateAddresses": True}


def simulator(**options):
    return {"name": "sim", "plugin": "simulator",
            "options": {"devices": 10, "rate": 20, "seed": 1, **options}}


def webhook(applications=None):
    """`applications` maps the network server's application ids to application EUIs."""
    options = {"listen": "127.0.0.1:0", "token": SECRET, "applications": applications or {}}
    return {"name": "hooks", "plugin": "http", "options": options}


def free_port():
    """For a listener that has to come back at the same one after a restart. It is none of those
    that the kernel gives away, or a client would have it meanwhile."""
    while True:
        with contextlib.suppress(OSError), socket.socket() as one:
            one.bind(("127.0.0.1", port := random.randrange(10_000, 30_000)))
            return port


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
            "admin": {"listen": "127.0.0.1:0", "console": str(BUILD / "console")},
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
                self.listeners.setdefault(listens.group(1), []).append(int(listens.group(3)))
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

    def port(self, *names, number=0):
        """A port of the first that is known by one of the names; 0 is what it listened on first."""
        for name in names:
            if name in self.listeners:
                return self.listeners[name][number]
        raise AssertionError(f"nothing called {' or '.join(names)} listens: {self.listeners}")

    @property
    def websocket_port(self):
        return self.port("websocket")

    @property
    def admin_port(self):
        """Of the management API; see api.py."""
        return self.port("admin")

    @property
    def mqtt_port(self):
        """With TLS, for MQTT and for MQTT over WebSocket."""
        return self.port("mqtt")

    @property
    def plain_mqtt_port(self):
        return self.port("mqtt", number=1)

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


class SystemTest(unittest.IsolatedAsyncioTestCase):
    """Base of all system tests."""
    maxDiff = 4000


def is_sanitized():
    """A sanitizer's build is slow and its memory says nothing."""
    return any(mark in BINARY.read_bytes() for mark in (b"__asan_init", b"__tsan_init"))


async def eventually(condition, what, seconds=PATIENCE):
    """Waits until `condition()`, which may be async, is true; nothing announces it."""
    for _ in range(seconds * 20):
        found = condition()
        if inspect.isawaitable(found):
            found = await found
        if found:
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
    # What is printed and what unittest says of failures are one text, in the order of events.
    sys.stdout.reconfigure(line_buffering=True)
    if not BINARY.is_file():
        sys.exit(f"there is no {BINARY}: build first, or set RUNNEL_BUILD")
    unittest.main(verbosity=2)
