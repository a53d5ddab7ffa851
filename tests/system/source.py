# SPDX-License-Identifier: Apache-2.0
"""A network server as network_http wants it: posts each uplink until it is answered 200, the
devices of one connection one after the other, and remembers what was acknowledged."""
import asyncio
import json
import time

import runnel

RETRY_SECONDS = 0.05


def device_eui(lane, number):
    return f"70B3D57E{lane:04X}{number:04X}"


def counter_of(document):
    """(device, counter) of a document that shows an uplink of a Source."""
    return document["DeviceEUI"], int(document["Data"][:8], 16)


class Lane(asyncio.Protocol):
    """One keep-alive connection and its devices; one request at a time."""

    def __init__(self, source, number):
        self.source, self.number = source, number
        self.devices = [device_eui(number, n) for n in range(source.devices_per_lane)]
        self.transport, self.buffer, self.turn = None, b"", 0
        self.uplink = None  # what is to be posted: (device, counter, body)
        self.idle = asyncio.Event()
        self.due = time.monotonic()
        self.connecting, self.retrying = None, None

    def next_uplink(self):
        device = self.devices[self.turn % len(self.devices)]
        self.turn += 1
        counter = self.source.posted.get(device, 0) + 1
        self.source.posted[device] = counter
        body = json.dumps({"DeviceEUI": device, "AppEUI": self.source.application, "Port": 2,
                           "Data": f"{counter:08X}" + self.source.padding,
                           "FrameCounter": counter}).encode()
        return device, counter, body

    def connect(self):
        """Until somebody listens."""
        async def attempt():
            while not self.source.is_closed:
                try:
                    port = self.source.broker.port("hooks")
                    await asyncio.get_running_loop().create_connection(
                        lambda: self, "127.0.0.1", port)
                    return
                except (OSError, AssertionError):
                    await asyncio.sleep(RETRY_SECONDS)
        self.connecting = asyncio.create_task(attempt())

    def connection_made(self, transport):
        self.transport, self.buffer = transport, b""
        if self.uplink:
            self.source.retried.add(self.uplink[:2])
            self.send()
        else:
            self.proceed()

    def proceed(self):
        """The next uplink, when its time has come."""
        if self.transport is None or self.uplink:
            return
        if not self.source.wants_more():
            self.idle.set()
            return
        wait = self.due - time.monotonic()
        if wait > 0:
            asyncio.get_running_loop().call_later(wait, self.proceed)
            return
        self.idle.clear()
        # A pause is not made up for: the rate is the most, not the mean.
        self.due = max(self.due, time.monotonic() - 0.1) + self.source.interval
        self.uplink = self.next_uplink()
        self.source.count += 1
        if self.source.sent_at is not None:
            self.source.sent_at[self.uplink[:2]] = time.monotonic()
        self.send()

    def send(self):
        if self.transport is None or self.source.is_closed:
            return
        body = self.uplink[2]
        self.transport.write(self.source.head % len(body) + body)

    def data_received(self, data):
        self.buffer += data
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line[15:])
        if len(rest) < length:
            return
        self.buffer = rest[length:]
        self.answered(int(head[9:12]), rest[:length])

    def answered(self, status, text):
        self.source.statuses[status] = self.source.statuses.get(status, 0) + 1
        if status == 200:
            device, counter, _ = self.uplink
            self.source.acknowledged[device] = counter
            self.source.total += 1
            self.uplink = None
            self.proceed()
        elif status == 503:
            self.source.retried.add(self.uplink[:2])
            self.retrying = asyncio.get_running_loop().call_later(RETRY_SECONDS, self.send)
        else:
            self.source.failed(f"{status} {text.decode(errors='replace')} for {self.uplink}")

    def connection_lost(self, error):
        self.transport = None
        if self.retrying:
            self.retrying.cancel()
        if not self.source.is_closed:
            self.connect()


class Source:
    """`rate` uplinks per second at most, 0 for as fast as answers come; `limit` of them, 0 for no
    end. Each device counts from 1; what was acknowledged is 1 to acknowledged[device]. `timed`
    keeps when each was sent first."""

    def __init__(self, broker, application, rate=0, limit=0, **more):
        self.broker, self.application, self.limit = broker, application, limit
        self.devices_per_lane = more.pop("devices", 4)
        self.padding = more.pop("padding", "")
        first = more.pop("first_lane", 0)
        lanes = more.pop("lanes", 32)
        self.sent_at = {} if more.pop("timed", False) else None
        assert not more, more
        self.interval = lanes / rate if rate else 0
        self.head = (b"POST / HTTP/1.1\r\nHost: runnel\r\nContent-Type: application/json\r\n"
                     b"Authorization: Bearer " + runnel.SECRET.encode() +
                     b"\r\nContent-Length: %d\r\n\r\n")
        self.posted, self.acknowledged, self.statuses = {}, {}, {}
        self.retried, self.count, self.total = set(), 0, 0
        self.started, self.is_stopping, self.is_closed, self.error = 0, False, False, None
        self.lanes = [Lane(self, first + number) for number in range(lanes)]

    def start(self):
        self.started = time.monotonic()
        for number, lane in enumerate(self.lanes):
            lane.due = self.started + number * self.interval / len(self.lanes)
            lane.connect()
        return self

    def wants_more(self):
        if self.limit:
            return not self.is_stopping and self.count < self.limit
        return not self.is_stopping

    def failed(self, error):
        self.error = self.error or AssertionError(error)
        self.is_stopping = True
        for lane in self.lanes:
            lane.idle.set()

    async def finish(self, stop=True):
        """No new uplinks; returns when all that were posted are acknowledged. With `stop=False`
        those up to the limit are posted first."""
        self.is_stopping = self.is_stopping or stop
        for lane in self.lanes:
            lane.proceed()
        before = -1
        while not all(lane.idle.is_set() for lane in self.lanes):
            before = await self._progress(before)
        self.close()
        if self.error:
            raise self.error
        return self

    async def _progress(self, before):
        waiting = [asyncio.create_task(lane.idle.wait()) for lane in self.lanes]
        _, pending = await asyncio.wait(waiting, timeout=runnel.PATIENCE)
        for task in pending:
            task.cancel()
        assert not pending or self.total > before, (
            f"{self.total} acknowledged, then none for {runnel.PATIENCE} s; "
            f"answers: {self.statuses}")
        if pending:
            print(f"    {self.total:,} uplinks acknowledged", flush=True)
        return self.total

    def close(self):
        self.is_closed = True
        for lane in self.lanes:
            if lane.connecting:
                lane.connecting.cancel()
            if lane.transport:
                lane.transport.close()

    def rate(self):
        return self.total / max(time.monotonic() - self.started, 0.001)

    def keys(self):
        """All that was acknowledged."""
        return {(device, counter) for device, last in self.acknowledged.items()
                for counter in range(1, last + 1)}
