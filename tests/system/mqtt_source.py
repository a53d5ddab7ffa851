# SPDX-License-Identifier: Apache-2.0
"""Network servers as an MQTT broker sees them: ChirpStack, whose events are numbered per device and
published until they are safe."""
import asyncio
import base64
import collections
import contextlib
import json
import time

import mqtt_wire
import runnel
from mqtt_client import trusting

# mosquitto saves behind its back: what it acknowledged in the last moments before it is killed is
# published again, with the same deduplicationId.
SAFE_SECONDS = 2


def device_eui(number):
    return f"70B3D57E{number:08X}"


def up_topic(application, device, prefix="", event="up"):
    return f"{prefix}application/{application}/device/{device.lower()}/event/{event}"


def chirpstack(server, applications, **more):
    """A network of runnel: ChirpStack behind the mosquitto `server`. `applications` maps its
    application ids to application EUIs."""
    return {"name": "cs", "plugin": "chirpstack",
            "options": server.options(applications=applications, **more)}


def tts(server):
    """A network of runnel: The Things Stack, which `server` stands for. Its user name is an
    application and its tenant."""
    return {"name": "tts", "plugin": "tts", "options": server.options()}


def tts_topic(server, device, event="up"):
    return f"v3/{server.user}/devices/{device}/{event}"


def tts_event(server, device, application, **more):
    """Of the device whose id is its EUI in lower case."""
    ids = {"device_id": device.lower(), "dev_eui": device, "join_eui": application,
           "application_ids": {"application_id": server.user.partition("@")[0]}}
    return {"end_device_ids": ids, "received_at": "2025-01-01T00:00:01.006713032Z", **more}


def tts_uplink(server, device, application, count, payload=b"\x01\x02"):
    return tts_event(
        server, device, application, correlation_ids=[f"gs:uplink:{device}-{count}"],
        uplink_message={
            "f_port": 2, "f_cnt": count, "frm_payload": base64.b64encode(payload).decode(),
            "rx_metadata": [{"gateway_ids": {"gateway_id": "a-gateway",
                                             "eui": "0102030405060708"},
                             "rssi": -60, "snr": 9.5}],
            "settings": {"data_rate": {"lora": {"bandwidth": 125000, "spreading_factor": 7}},
                         "frequency": "868100000"},
            "received_at": "2025-01-01T00:00:01.006713032Z"})


class Entry:
    """One uplink that is on its way, or safe since `acknowledged`."""

    def __init__(self, key, topic, event):
        self.key, self.topic, self.payload = key, topic, json.dumps(event).encode()
        self.acknowledged = None


class MqttSource:
    """`rate` uplinks per second at most, 0 for as fast as PUBACKs come; `limit` of them, 0 for no
    end. Each device counts from 1; what was acknowledged is 1 to acknowledged[device]. `again` are
    those that were published twice."""

    def __init__(self, server, application, rate=0, limit=0, **more):
        self.server, self.application, self.limit = server, application, limit
        self.devices, self.window = more.pop("devices", 32), more.pop("window", 100)
        self.padding = more.pop("padding", b"")
        assert not more, more
        self.interval = 1 / rate if rate else 0
        self.ledger, self.open = collections.deque(), {}
        self.posted, self.acknowledged, self.again = collections.Counter(), {}, set()
        self.total, self.started, self.is_stopping = 0, 0, False
        self.task, self.moved = None, asyncio.Event()

    def start(self):
        self.started = time.monotonic()
        self.task = asyncio.create_task(self._run())
        return self

    async def _run(self):
        while self.wants_more() or not self.is_idle():
            with contextlib.suppress(OSError, ConnectionError, asyncio.TimeoutError):
                await self._session()
            await asyncio.sleep(0.05)

    def wants_more(self):
        return not self.is_stopping and (not self.limit or sum(self.posted.values()) < self.limit)

    def is_idle(self):
        """Nothing waits for its PUBACK."""
        return all(entry.acknowledged for entry in self.ledger)

    async def _session(self):
        """One connection, from what is not safe yet."""
        wire, answer = await mqtt_wire.Wire.connected(
            self.server.port, "3.1.1", trusting(self.server.ca), client_id="network-server",
            user=self.server.user, password=self.server.password)
        if answer is None or answer.code != 0:
            wire.close()
            return
        self.open = {}
        reader = asyncio.create_task(self._read(wire))
        writer = asyncio.create_task(self._write(wire))
        try:
            await asyncio.wait([reader, writer], return_when=asyncio.FIRST_COMPLETED)
            if writer.done():
                writer.result()
        finally:
            for task in (reader, writer):
                task.cancel()
            await asyncio.wait([reader, writer])
            self._lost()
            wire.close()

    def _lost(self):
        """What was acknowledged just now may be forgotten."""
        border = time.monotonic() - SAFE_SECONDS
        self.ledger = collections.deque(entry for entry in self.ledger if
                                        not entry.acknowledged or entry.acknowledged > border)

    async def _read(self, wire):
        while answer := await wire.read():
            if answer.kind == mqtt_wire.PUBACK:
                self._settle(self.open.pop(answer.id))
                self.moved.set()

    def _settle(self, entry):
        now = time.monotonic()
        if not entry.acknowledged:
            device, counter = entry.key
            if counter > self.acknowledged.get(device, 0):
                self.acknowledged[device] = counter
                self.total += 1
        entry.acknowledged = now
        while self.ledger and (self.ledger[0].acknowledged or now) < now - SAFE_SECONDS:
            self.ledger.popleft()

    async def _write(self, wire):
        """Ends when everything is acknowledged and nothing new is wanted."""
        for entry in list(self.ledger):
            self.again.add(entry.key)
            await self._send(wire, entry)
        due = time.monotonic()
        while self.wants_more():
            # A pause is not made up for: the rate is the most, not the mean.
            due = max(due, time.monotonic() - 0.1) + self.interval
            self.ledger.append(self._next())
            await self._send(wire, self.ledger[-1])
            if (wait := due - time.monotonic()) > 0:
                await asyncio.sleep(wait)
        while self.open:
            await self._move()

    def _next(self):
        device = device_eui(sum(self.posted.values()) % self.devices)
        self.posted[device] += 1
        counter = self.posted[device]
        payload = counter.to_bytes(4, "big") + self.padding
        return Entry((device, counter), up_topic(self.application, device),
                     runnel.chirpstack_uplink(device, self.application, counter, payload=payload))

    async def _move(self):
        self.moved.clear()
        await self.moved.wait()

    async def _send(self, wire, entry):
        while len(self.open) >= self.window:
            await self._move()
        id_ = next(wire.ids)
        self.open[id_] = entry
        wire.send(mqtt_wire.publish(entry.topic, entry.payload, "3.1.1", id_=id_))
        await wire.writer.drain()

    async def finish(self, stop=True):
        """No new uplinks (or, with `stop=False`, those up to the limit); returns when all are
        acknowledged."""
        self.is_stopping = self.is_stopping or stop
        before = -1
        while not self.task.done():
            before = self.total
            await asyncio.wait([self.task], timeout=runnel.PATIENCE)
            assert self.task.done() or self.total > before, f"no PUBACK after {before}"
        self.task.result()
        return self

    async def close(self):
        """Whatever is open."""
        self.task.cancel()
        await asyncio.wait([self.task])

    def rate(self):
        return self.total / max(time.monotonic() - self.started, 0.001)
