# SPDX-License-Identifier: Apache-2.0
"""The console with 10,000 devices and 1,000 streams: pages open as quickly as with few, and what one
looks for is found."""
import asyncio

import api
import runnel
from browser import Browser

APPLICATION = "70B3D57ED0000001"
DEVICES, STREAMS = 10_000, 1_000
#: A page that shows part of many takes at most so much longer than one of an empty broker; on a
#: machine that does nothing else each is there within a second.
FACTOR, ALLOWANCE, CEILING = 3, 1_000, 10_000  # milliseconds


class Many(runnel.SystemTest):

    async def fill(self, admin):
        ours = api.application(APPLICATION)
        await admin.post(f"{api.BASE}/applications", {"eui": APPLICATION, "name": "Parking"})
        devices = [{"eui": f"0080E115{number:08X}", "name": f"Bay {number}"}
                   for number in range(DEVICES)]
        await admin.put(f"{ours}/devices", devices, 200)

        async def some(share):
            mine = admin.again()
            for number in range(share, STREAMS, 8):
                await mine.post(f"{ours}/streams", {"name": f"stream-{number:04}"})
            mine.close()
        await asyncio.gather(*(some(share) for share in range(8)))

    async def test_pages_open_as_with_few_and_search_finds(self):
        async with runnel.Runnel() as broker:
            admin = await api.with_password(broker, "anna", "admin")
            async with Browser(broker) as page:
                await page.sign_in("anna", api.PASSWORD)
                await page.see("heading", "Overview")
                empty = [await page.opening("/", "heading", "Overview") for _ in range(3)]
                await self.fill(admin)
                times = {
                    "the first page": await page.opening("/", "heading", "Overview"),
                    "devices": await page.opening("/devices", "link", "Bay 0"),
                    "streams": await page.opening("/streams", "link", "stream-0000"),
                    "streams of the application": await page.opening(
                        f"/applications/{APPLICATION}/streams", "link", "stream-0000"),
                    "a stream": await page.opening(
                        f"/applications/{APPLICATION}/streams/stream-0999", "heading",
                        "Stream stream-0999")}
                await self.find(page)
        limit = min(FACTOR * sorted(empty)[1] + ALLOWANCE, CEILING)
        print(*(f"    {name}: {time:.0f} ms" for name, time in times.items()),
              f"    at most {limit:.0f} ms, as the first page of an empty broker took "
              f"{sorted(empty)[1]:.0f} ms", sep="\n")
        self.assertEqual({name: time for name, time in times.items() if time > limit}, {})

    async def find(self, page):
        await page.go("/devices")
        await page.see("link", "Bay 0")
        await page.fill("Search devices by name or EUI", "bay 9876")
        await page.see("link", "Bay 9876")
        await page.fill("Search devices by name or EUI", "E1-15-00-00-26-94")
        await page.see("link", f"Bay {0x2694}")
        await page.go("/streams")
        await page.click("button", "Next")
        await page.see("link", "stream-0050")
        await page.fill("Search streams by name or EUI", "0987")
        await page.see("link", "stream-0987")
        await page.miss("link", "stream-0050")


if __name__ == "__main__":
    runnel.main()
