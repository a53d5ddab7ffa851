# SPDX-License-Identifier: Apache-2.0
"""MQTT clients that were not written for this project: paho for Python, and the programs
mosquitto_pub and mosquitto_sub."""
import asyncio
import json
import ssl
import uuid

import paho.mqtt.client as paho
import paho.mqtt.packettypes as packettypes
import paho.mqtt.properties as properties

from peers import PATIENCE, unverified

VERSIONS = {"3.1.1": paho.MQTTv311, "5": paho.MQTTv5}


def trusting(ca, certificate=None, key=None):
    """TLS that trusts what `ca` has signed, and shows a certificate if one is given."""
    context = ssl.create_default_context(cafile=ca)
    if certificate:
        context.load_cert_chain(certificate, key)
    return context


class Refused(Exception):
    """The server said no to the connection, with this code (3.1.1) or reason (5)."""

    def __init__(self, code):
        super().__init__(f"refused with {code}")
        self.code = code


class Client(paho.Client):
    """paho 1.6 lets an error of TLS end its thread; it is a lost connection."""

    def _sock_recv(self, *arguments):
        return self._or_lost(super()._sock_recv, *arguments)

    def _sock_send(self, *arguments):
        return self._or_lost(super()._sock_send, *arguments)

    @staticmethod
    def _or_lost(action, *arguments):
        try:
            return action(*arguments)
        except ssl.SSLError as error:
            raise ConnectionError(str(error)) from error


class Paho:
    """paho, whose network loop has a thread of its own; everything else runs on the test's loop.
    It connects again by itself. With a `client_id` its session is persistent."""

    def __init__(self, port, version="5", client_id="", **more):
        self.loop, self.port, self.version = asyncio.get_running_loop(), port, version
        self.messages, self.grants, self.sent = asyncio.Queue(), {}, {}
        self.subscriptions = []
        self.is_connected, self.is_subscribed = asyncio.Event(), asyncio.Event()
        self.answers = asyncio.Queue()
        self.persistent = bool(client_id)
        more_ = {} if version == "5" else {"clean_session": not client_id}
        transport = more.pop("transport", "tcp")
        self.client = Client(client_id or f"test-{uuid.uuid4().hex[:12]}",
                             protocol=VERSIONS[version], transport=transport,
                             reconnect_on_failure=more.pop("reconnect", True), **more_)
        if transport == "websockets":
            self.client.ws_set_options(path="/mqtt")
        context = more.pop("tls", None) or unverified()
        if context != "plain":
            self.client.tls_set_context(context)
            self.client.tls_insecure_set(not context.check_hostname)
        self.client.username_pw_set(more.pop("user", None), more.pop("password", None))
        self.receive_maximum = more.pop("receive_maximum", None)
        assert not more, more
        self.client.reconnect_delay_set(min_delay=0.2, max_delay=1)
        self.client.on_connect = self._on_connect
        self.client.on_disconnect = self._here(self._disconnected)
        self.client.on_message = self._here(lambda _, __, message: self.received(message))
        self.client.on_subscribe = self._here(self._granted)
        self.client.on_publish = self._here(self._published)

    def _here(self, action):
        """`action` on the test's loop, called from paho's thread."""
        return lambda *arguments: self.loop.call_soon_threadsafe(action, *arguments)

    def received(self, message):
        """May be replaced by who has no use for the queue."""
        self.messages.put_nowait(message)

    def _on_connect(self, _, __, flags, code, *___):
        number = getattr(code, "value", code)
        if number == 0 and self.subscriptions:
            self.client.subscribe(self.subscriptions)
        self.loop.call_soon_threadsafe(self._connected, number, flags["session present"])

    def _connected(self, code, is_session_present):
        if code == 0:
            self.is_connected.set()
        self.answers.put_nowait((code, is_session_present))

    def _disconnected(self, *_):
        self.is_connected.clear()
        self.is_subscribed.clear()
        self.answers.put_nowait((-1, False))

    def _granted(self, _, __, mid, grants, *___):
        self.is_subscribed.set()
        self._future(self.grants, mid).set_result([getattr(g, "value", g) for g in grants])

    def _published(self, _, __, mid):
        self._future(self.sent, mid).set_result(None)

    def _future(self, known, mid):
        return known.setdefault(mid, self.loop.create_future())

    async def connect(self, *subscriptions):
        """Returns whether the server had a session. `subscriptions` (filter, QoS) are made with
        every connection."""
        self.subscriptions = [self._subscription(*each) for each in subscriptions]
        settings = {}
        if self.version == "5":
            settings["properties"] = found = properties.Properties(packettypes.PacketTypes.CONNECT)
            found.SessionExpiryInterval = 3600 if self.persistent else 0
            if self.receive_maximum:
                found.ReceiveMaximum = self.receive_maximum
            settings["clean_start"] = not self.persistent
        await asyncio.to_thread(self.client.connect, "127.0.0.1", self.port, 60, **settings)
        self.client.loop_start()
        code, is_session_present = await asyncio.wait_for(self.answers.get(), PATIENCE)
        if code != 0:
            await self.disconnect()
            raise Refused(code)
        if self.subscriptions:
            await asyncio.wait_for(self.is_subscribed.wait(), PATIENCE)
        return is_session_present

    def _subscription(self, topic, qos):
        return (topic, paho.SubscribeOptions(qos=qos) if self.version == "5" else qos)

    async def subscribe(self, topic, qos=1):
        """The granted QoS, or the reason for none."""
        result, mid = self.client.subscribe([self._subscription(topic, qos)])
        assert result == paho.MQTT_ERR_SUCCESS, result
        return (await asyncio.wait_for(self._future(self.grants, mid), PATIENCE))[0]

    async def publish(self, topic, payload, qos=1, **more):
        """Returns when the server has it."""
        payload = json.dumps(payload) if isinstance(payload, dict) else payload
        sent = self.client.publish(topic, payload, qos, **more)
        await asyncio.wait_for(self._future(self.sent, sent.mid), PATIENCE)

    async def message(self):
        return await asyncio.wait_for(self.messages.get(), PATIENCE)

    async def document(self):
        return json.loads((await self.message()).payload)

    async def documents(self, count):
        return [await self.document() for _ in range(count)]

    def unread(self):
        """The documents that have come and that nobody has asked for."""
        return [json.loads(self.messages.get_nowait().payload)
                for _ in range(self.messages.qsize())]

    async def until(self, matches):
        """(topic, document) of the first message for which `matches(topic, document)` is true."""
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await self.message()
                document = json.loads(message.payload)
                if matches(message.topic, document):
                    return message.topic, document

    async def silence(self, seconds=0.5):
        """Asserts that nothing comes for a while. A proof of absence needs a time."""
        await asyncio.sleep(seconds)
        assert self.messages.empty(), f"unexpected {self.messages.get_nowait().payload}"

    async def disconnect(self):
        """With a good-bye, which also ends the thread."""
        self.client.disconnect()
        await asyncio.to_thread(self.client.loop_stop)
        # What its thread handed over before it ended is in the queue after this.
        await asyncio.sleep(0)

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.disconnect()


class Program:
    """mosquitto_pub or mosquitto_sub towards 127.0.0.1, version "311" or "5"."""

    def __init__(self, name, port, *arguments, version="5", ca=None, user=None, password=None):
        # Line by line, as to a terminal.
        self.command = ["stdbuf", "-oL", f"mosquitto_{name}", "-h", "127.0.0.1", "-p", str(port),
                        "-V", {"3.1.1": "311"}.get(version, version)]
        if ca:
            self.command += ["--cafile", str(ca)]
        if user:
            self.command += ["-u", user]
        if password:
            self.command += ["-P", password]
        self.command += [str(argument) for argument in arguments]
        self.process = None

    async def __aenter__(self):
        self.process = await asyncio.create_subprocess_exec(
            *self.command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT, limit=1 << 20)
        return self

    async def __aexit__(self, *_):
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()

    async def line(self):
        raw = await asyncio.wait_for(self.process.stdout.readline(), PATIENCE)
        assert raw, f"{self.command[2]} ended"
        return raw.decode().rstrip("\n")

    async def until(self, matches):
        """The first line of its output for which `matches` is true."""
        async with asyncio.timeout(PATIENCE):
            while True:
                line = await self.line()
                if matches(line):
                    return line

    async def run(self):
        """To its end: (status, output)."""
        async with self:
            output, _ = await asyncio.wait_for(self.process.communicate(), PATIENCE)
            return self.process.returncode, output.decode()
