# SPDX-License-Identifier: Apache-2.0
"""Many devices and many streams, made through the management API: how long that takes, how soon the
broker is ready again, how much memory it needs, and that it still answers and delivers at once.
    api_scale.py --devices 1000000 --streams 100000"""
import asyncio
import time

import api
import runnel
import source

OPTIONS = runnel.options(devices=20_000, streams=500, applications=20)
BATCH, WRITERS = 10_000, 8


def application_eui(number):
    return f"{0xAA00000000000000 + number:016X}"


def device_eui(number):
    return f"{0xDD00000000000000 + number:016X}"


class Scale(runnel.SystemTest):

    def say(self, what, started, count):
        seconds = time.monotonic() - started
        print(f"    {what}: {count:,} in {seconds:.1f} s, {count / seconds:,.0f} per second",
              flush=True)

    async def make_applications(self, local):
        for number in range(OPTIONS.applications):
            path = api.application(application_eui(number))
            await local.put(path, {"name": f"No. {number}"}, 201)

    async def make_devices(self, local):
        each = -(-OPTIONS.devices // OPTIONS.applications)
        for number in range(OPTIONS.applications):
            mine = range(number * each, min((number + 1) * each, OPTIONS.devices))
            for first in range(mine.start, mine.stop, BATCH):
                await local.put(f"{api.application(application_eui(number))}/devices", [
                    {"eui": device_eui(n), "name": f"Bay {n}"}
                    for n in range(first, min(first + BATCH, mine.stop))], 200)

    async def make_streams(self, broker):
        """Of devices, each with a token of its own."""
        tokens, numbers = {}, iter(range(OPTIONS.streams))
        each = -(-OPTIONS.devices // OPTIONS.applications)

        async def write():
            local = api.local(broker)
            for number in numbers:
                device = number * (OPTIONS.devices // OPTIONS.streams)
                owner = api.application(application_eui(device // each))
                made = await local.post(f"{owner}/streams", {
                    "name": f"stream{number}", "scope": {"device": device_eui(device)}})
                tokens[device] = made.json["token"]
            local.close()
        await asyncio.gather(*(write() for _ in range(WRITERS)))
        return tokens

    async def answers(self, broker):
        """The slowest of some requests that people make, in seconds."""
        local, times = api.local(broker), []
        last = OPTIONS.devices - 1
        for target in (f"{api.BASE}/status", f"{api.BASE}/devices?limit=1000",
                       f"{api.BASE}/devices?search={device_eui(last)}", f"{api.BASE}/streams",
                       f"{api.BASE}/streams?search=no-such-stream", f"{api.BASE}/traffic",
                       f"{api.BASE}/applications?limit=1000",
                       f"{api.application(application_eui(0))}/streams/stream0"):
            started = time.monotonic()
            await local.get(target, check=False)
            times.append((time.monotonic() - started, target))
        print(f"    slowest request: {max(times)[1]}, {max(times)[0] * 1000:.0f} ms")
        return max(times)[0]

    async def delivers(self, broker, tokens):
        """To streams from the first to the last, at once."""
        poster, each = broker.poster(), -(-OPTIONS.devices // OPTIONS.applications)
        devices = sorted(tokens)
        for counter, device in enumerate((devices[0], devices[len(devices) // 2], devices[-1]), 1):
            client = await broker.connect(tokens[device])
            uplink = {"DeviceEUI": device_eui(device), "Port": 2, "Data": f"{counter:08X}",
                      "AppEUI": application_eui(device // each), "FrameCounter": counter}
            status, body = await asyncio.to_thread(poster.post, "/", uplink)
            self.assertEqual(status, 200, body)
            self.assertEqual(source.counter_of(await client.document())[1], counter)
            await client.close()
        poster.close()

    async def test_it_is_ready_again_soon(self):
        async with runnel.Runnel([runnel.webhook()], log={"level": "info"}) as broker:
            empty = broker.memory()
            local = api.local(broker)
            await self.make_applications(local)
            started = time.monotonic()
            await self.make_devices(local)
            self.say("devices", started, OPTIONS.devices)
            started = time.monotonic()
            tokens = await self.make_streams(broker)
            self.say("streams", started, OPTIONS.streams)
            print(f"    {broker.memory():.0f} MiB, {empty:.0f} when it was empty")
            await broker.stop()
            started = time.monotonic()
            await broker.restart()
            seconds = time.monotonic() - started
            print(f"    ready after {seconds:.2f} s, {broker.memory():.0f} MiB, "
                  f"at most {broker.memory('VmHWM'):.0f} MiB")
            found = (await api.local(broker).get(f"{api.BASE}/status")).json
            self.assertEqual((found["devices"], found["streams"]),
                             (OPTIONS.devices, OPTIONS.streams))
            await self.delivers(broker, tokens)
            self.assertLess(await self.answers(broker), 5)
            if not runnel.is_sanitized():
                self.assertLess(seconds, 10)
                self.assertLess(broker.memory(), 800)


if __name__ == "__main__":
    runnel.main()
