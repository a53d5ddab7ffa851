# SPDX-License-Identifier: Apache-2.0
"""A real mosquitto for the system tests: TLS and a password, on a port that it keeps when it comes
back, killed and stopped by its own process id. What it keeps for sessions is on disk."""
import asyncio
import contextlib
import pathlib
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time

from peers import PATIENCE, unverified
from runnel import free_port, skip

PROGRAM = "/usr/sbin/mosquitto"
LOGGED = ("error", "warning", "notice", "subscribe")


class Certificates:
    """An authority of the test's own, and what it has signed: `server` for 127.0.0.1 and `client`.
    Attributes are paths of PEM files."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.ca, self.ca_key = self._paths("ca")
        self._openssl("-x509", "-subj", "/CN=authority of a test", "-keyout", self.ca_key,
                      "-out", self.ca)
        self.server, self.server_key = self._signed("server", "IP:127.0.0.1,DNS:localhost")
        self.client, self.client_key = self._signed("client", "DNS:client")

    def _paths(self, name):
        return self.directory / f"{name}.pem", self.directory / f"{name}.key"

    def _openssl(self, *arguments):
        subprocess.run(
            ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-days", "2", *arguments], check=True, capture_output=True)

    def _signed(self, name, names):
        certificate, key = self._paths(name)
        request, extensions = self.directory / f"{name}.csr", self.directory / f"{name}.ext"
        self._openssl("-subj", f"/CN={name}", "-keyout", key, "-out", request)
        extensions.write_text(f"subjectAltName={names}\n", encoding="utf-8")
        subprocess.run(
            ["openssl", "x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.ca_key,
             "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", certificate],
            check=True, capture_output=True)
        return certificate, key


class Mosquitto:
    """One mosquitto. `settings` are further lines of its configuration, by name. With
    `client_certificate` it asks for one. Use it as `async with Mosquitto() as server`.

    It saves after every change (`autosave_interval` changes), but after it has acknowledged it: what
    it acknowledged in the moment before kill() may be forgotten."""

    def __init__(self, client_certificate=False, user="runnel", **settings):
        if not pathlib.Path(PROGRAM).is_file():
            skip("there is no mosquitto here")
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="mosquitto-test."))
        self.certificates = Certificates(self.directory)
        self.user, self.password = user, secrets.token_urlsafe(12)
        self.port, self.process = free_port(), None
        self.log = self.directory / "log"
        self.config = self._configure(client_certificate, settings)

    def _configure(self, client_certificate, settings):
        passwords = self.directory / "passwords"
        passwords.touch(mode=0o600)
        subprocess.run(["mosquitto_passwd", "-b", passwords, self.user, self.password], check=True)
        lines = {
            "user": "root", "persistence": "true", "persistence_location": f"{self.directory}/",
            "autosave_on_changes": "true", "autosave_interval": 1, "max_queued_messages": 0,
            "allow_anonymous": "false", "password_file": passwords, "set_tcp_nodelay": "true",
            "log_dest": "stderr", **settings,
            "listener": f"{self.port} 127.0.0.1", "cafile": self.certificates.ca,
            "certfile": self.certificates.server, "keyfile": self.certificates.server_key,
            "require_certificate": str(client_certificate).lower()}
        path = self.directory / "mosquitto.conf"
        text = "".join(f"{name} {value}\n" for name, value in lines.items())
        text += "".join(f"log_type {name}\n" for name in LOGGED)
        path.write_text(text, encoding="utf-8")
        return path

    @property
    def url(self):
        return f"mqtts://127.0.0.1:{self.port}"

    @property
    def ca(self):
        return self.certificates.ca

    @property
    def is_running(self):
        return self.process is not None and self.process.returncode is None

    def options(self, **more):
        """Of a plugin that is its client."""
        return {"url": self.url, "ca": str(self.ca), "user": self.user, "password": self.password,
                **more}

    async def start(self):
        """Returns when it accepts connections. Somebody may have its port for a moment."""
        async with asyncio.timeout(PATIENCE):
            while not await self._started():
                await asyncio.sleep(0.1)
        return self

    async def _started(self):
        with open(self.log, "ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                PROGRAM, "-c", self.config, stdin=asyncio.subprocess.DEVNULL, stdout=log,
                stderr=log)
        while self.process.returncode is None:
            with contextlib.suppress(OSError):
                # Answered by its main loop; earlier it would not listen to SIGTERM.
                _, writer = await asyncio.open_connection("127.0.0.1", self.port,
                                                          ssl=unverified())
                writer.transport.abort()
                return True
            await asyncio.sleep(0.01)
        if b"Address already in use" in self.log.read_bytes():
            return False
        raise AssertionError(f"mosquitto ended with status {self.process.returncode}: {self.words}")

    async def subscribed(self, filter_, times=1):
        """Returns when clients have subscribed to this so often, as its log tells."""
        pattern = re.compile(rf" \d {re.escape(filter_)}\n")
        async with asyncio.timeout(PATIENCE):
            while len(pattern.findall(self.log.read_text(errors="replace"))) < times:
                await asyncio.sleep(0.02)

    async def saved(self):
        """Returns when it has saved what is there now; something has to change for that."""
        file, begin = self.directory / "mosquitto.db", time.time()
        async with asyncio.timeout(PATIENCE):
            while not file.is_file() or file.stat().st_mtime <= begin:
                await asyncio.sleep(0.02)

    def paralyse(self):
        """It does nothing more until it is killed; its connections stay."""
        self.process.send_signal(signal.SIGSTOP)

    async def kill(self):
        """SIGKILL: nothing more is saved."""
        self.process.kill()
        await self.process.wait()

    async def stop(self):
        """A polite end: everything is saved."""
        if self.is_running:
            self.process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(self.process.wait(), PATIENCE)

    @property
    def words(self):
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-40:])

    async def __aenter__(self):
        try:
            return await self.start()
        except BaseException:
            await self._clean(failed=True)
            raise

    async def __aexit__(self, kind, error, trace):
        await self._clean(failed=kind is not None)

    async def _clean(self, failed):
        if self.is_running:
            await self.kill()
        if failed and self.log.is_file():
            print("---- mosquitto's last words", self.words, "----", sep="\n")
        shutil.rmtree(self.directory, ignore_errors=True)
