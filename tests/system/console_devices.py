# SPDX-License-Identifier: Apache-2.0
"""Devices in the console: they are added, changed, imported, found among many and removed, and a
downlink is sent to one and followed to its end."""
import asyncio
import json

import api
import runnel
from browser import Browser

OURS = "70B3D57ED0000001"
SIMULATED = "0102030405060708"
DEVICE = "0080E1150529E258"
FIRST = "0252554E00000000"  # of the simulator
OWN = api.application(OURS)
DEVICES = f"/applications/{OURS}/devices"


class ConsoleDevices(runnel.SystemTest):

    async def made(self, broker):
        """An operator of OURS and of the simulator's devices."""
        local = api.local(broker)
        await local.put(OWN, {"name": "Parking"}, 201)
        await api.with_password(broker, "anna", "operator", [OURS, SIMULATED])
        await api.with_password(broker, "victor", "viewer")
        return local

    def simulated(self, **options):
        filed = {"name": "Lab", "devices": [{"eui": FIRST, "name": "Filed"}]}
        return runnel.Runnel([runnel.simulator(devices=3, gateways=9, **options)], {SIMULATED: filed})

    async def complained(self, page, label):
        """What is said at the field."""
        return await page.evaluate(
            "(() => { const label = [...document.querySelectorAll('label')].find((each) =>"
            f" each.innerText === {json.dumps(label)}); const field = document.getElementById(label.htmlFor);"
            " return field.getAttribute('aria-invalid') === 'true'"
            " ? field.closest('.field').querySelector('.wrong').innerText : ''; })()")

    async def test_a_device_is_added_changed_and_removed(self):
        async with runnel.Runnel() as broker:
            local = await self.made(broker)
            async with Browser(broker, errors=True) as page:
                await page.sign_in("anna", api.PASSWORD)
                await page.miss("heading", "Sign in to runnel")
                await page.go(DEVICES)
                await page.seeText("There is no device yet. Add one")
                self.assertEqual(await page.violations(), [])
                await page.picture("devices-none")
                await page.click("button", "Add device")
                await page.fill("Device EUI", "0080E1150529E2")
                await page.click("button", "Add device", within=["dialog", "Add device"])
                await page.until("document.querySelector('dialog .wrong')")
                self.assertIn("16", await self.complained(page, "Device EUI"))
                await page.fill("Device EUI", "00-80-E1-15-05-29-E2-58")
                await page.fill("Name", "Bay 1")
                for number, (key, value) in enumerate((("floor", "2"), ("room", "B 7"))):
                    await page.click("button", "Add tag")
                    await page.fill(f"Key {number + 1}", key)
                    await page.fill(f"Value {number + 1}", value)
                self.assertEqual(await page.violations(), [])
                await page.picture("device-add")
                await page.click("button", "Add device", within=["dialog", "Add device"])
                await page.seeText("Device Bay 1 is added")
                found = (await local.get(f"{OWN}/devices/{DEVICE}")).json
                self.assertEqual((found["name"], found["tags"]), ("Bay 1", {"floor": 2, "room": "B 7"}))
                await page.click("link", "Bay 1")
                await page.see("heading", "Bay 1")
                await page.seeText("floor: 2")
                await page.seeText("No uplink of this device is kept")
                await page.click("button", "Edit")
                await page.fill("Name", "Bay 1 <b>north</b>")
                await page.click("button", "Remove tag 2")
                await page.click("button", "Save")
                await page.see("heading", "Bay 1 <b>north</b>")
                found = (await local.get(f"{OWN}/devices/{DEVICE}")).json
                self.assertEqual((found["name"], found["tags"]), ("Bay 1 <b>north</b>", {"floor": 2}))
                self.assertEqual(await page.violations(), [])
                await page.picture("device-silent")
                await page.click("button", "Remove")
                await page.click("button", "Remove", within=["dialog", "Remove device Bay 1 <b>north</b>?"])
                await page.seeText("There is no device yet")
                await local.get(f"{OWN}/devices/{DEVICE}", 404)

    async def test_devices_come_from_a_table(self):
        async with runnel.Runnel() as broker:
            local = await self.made(broker)
            async with Browser(broker, errors=True) as page:
                await page.sign_in("anna", api.PASSWORD)
                await page.miss("heading", "Sign in to runnel")
                await page.go(DEVICES)
                await page.click("button", "Import CSV")
                await page.upload("CSV file", "wrong.csv", "eui,name\nAA00000000000001,one\n12,two\nAA00000000000001,three\n")
                await page.seeText("Line 3: the EUI has to be 16 hexadecimal digits")
                await page.seeText("Line 4: AA00000000000001 is in line 2 already")
                self.assertEqual(await page.violations(), [])
                await page.picture("devices-import-wrong")
                lines = [f"AA{n:014X};\"Bay \"\"{n}\"\"; east\";{n % 5}" for n in range(4500)]
                lines[4321] = f"AA{4321:014X};{'x' * 300};1"
                await page.upload("CSV file", "long.csv", "\n".join(["EUI;Name;floor", *lines]))
                await page.seeText("4,500 devices found, with tags floor")
                await page.click("button", "Import 4,500 devices")
                await page.seeText("Line 4323: the length of 'name'")
                await page.seeText("The 4,000 devices before that are imported.")
                await page.picture("devices-import-refused")
                await page.upload("CSV file", "right.csv", "\n".join(["EUI;Name;floor", *lines[:4321]]))
                await page.click("button", "Import 4,321 devices")
                await page.seeText("321 devices added, 4,000 changed")
                found = (await local.get(f"{OWN}/devices/AA00000000000003")).json
                self.assertEqual((found["name"], found["tags"]), ('Bay "3"; east', {"floor": 3}))
                await page.see("button", "Next")
                self.assertEqual(await page.count("row", ""), 0)

    async def test_one_is_found_among_a_thousand(self):
        async with runnel.Runnel() as broker:
            local = await self.made(broker)
            await local.put(f"{OWN}/devices", [{"eui": f"AA{n:014X}", "name": f"Bay {n}"} for n in range(1000)], 200)
            async with Browser(broker, errors=True) as page:
                await page.sign_in("anna", api.PASSWORD)
                await page.miss("heading", "Sign in to runnel")
                for address in (DEVICES, "/devices"):
                    await page.go(address)
                    await page.see("link", "Bay 49")
                    self.assertEqual(len(await page.texts("tbody tr")), 50)
                    await page.click("button", "Next")
                    await page.see("link", "Bay 50")
                    await page.seeText("Page 2")
                    await page.click("button", "Previous")
                    await page.see("link", "Bay 0")
                    await page.picture("devices-many" if address == DEVICES else "devices-all")
                    await page.fill("Search devices by name or EUI", "bay 99")
                    await page.until("document.querySelectorAll('tbody tr').length === 11")
                    await page.fill("Search devices by name or EUI", "AA000000000003E7")
                    await page.until("document.querySelectorAll('tbody tr').length === 1")
                    await page.see("link", "Bay 999")
                    await page.choose("Configured in", "heard")
                    await page.seeText("No device fits")
                    self.assertEqual(await page.violations(), [])
                await page.choose("Configured in", "")
                await page.click("link", "Bay 999")
                await page.see("heading", "Bay 999")

    async def test_a_downlink_is_sent_and_followed(self):
        async with self.simulated(rate=5) as broker:
            await self.made(broker)
            async with Browser(broker, errors=True) as page:
                await page.sign_in("anna", api.PASSWORD)
                await page.miss("heading", "Sign in to runnel")
                await page.go(f"/applications/{SIMULATED}/devices/0252554E00000001")
                await page.see("heading", "0252554E00000001")
                await page.seeText("The best reception of the last")
                await page.fill("Port", "224")
                await page.fill("Payload", "01F")
                await page.click("button", "Send downlink")
                await page.until("document.querySelectorAll('.wrong').length === 2")
                self.assertIn("1 to 223", await self.complained(page, "Port"))
                self.assertIn("one is missing", await self.complained(page, "Payload"))
                await page.focusOn("Port")
                self.assertEqual(await page.violations(), [])
                await page.picture("device-downlink-wrong")
                await page.fill("Port", "")
                await page.fill("Payload", "00" * 300)
                await page.click("button", "Send downlink")
                await page.until("document.querySelectorAll('.wrong').length === 1")
                self.assertIn("bytes in EU868, found 300", await self.complained(page, "Payload"))
                await page.fill("Payload", "01 ff")
                await page.check("Confirmed")
                await page.click("button", "Send downlink")
                await page.see("heading", "Life cycle")
                for stage in ("Accepted", "Queued", "Sent", "Acknowledged"):
                    await page.seeText(stage, exact=True)
                self.assertEqual(await page.violations(), [])
                await page.picture("device-downlink")
                await page.check("Text")
                await page.check("Confirmed", False)
                await page.fill("Port", "7")
                await page.fill("Payload", "öffne")
                await page.seeText("6 bytes")
                await page.click("button", "Send downlink")
                await page.until("document.querySelector('.stages').innerText.includes('Sent') &&"
                                 " !document.querySelector('.stages').innerText.includes('Acknowledged')")
                listed = (await api.local(broker).get(f"{api.application(SIMULATED)}/downlinks")).json["items"]
                self.assertEqual([(each["port"], each["confirmed"]) for each in listed], [(7, False), (1, True)])
                await page.reload()
                await page.until("document.querySelector('.stages')?.innerText.includes('Sent')")
                await page.click("link", "All downlinks of this device")
                await page.until("document.querySelectorAll('tbody tr').length === 2")
                self.assertEqual(await page.violations(), [])
                await page.picture("downlinks")

    async def test_a_viewer_sees_and_sends_nothing_and_files_are_left_alone(self):
        async with self.simulated(rate=5) as broker:
            await self.made(broker)
            async with Browser(broker, width=390, colours="dark", errors=True) as page:
                await page.sign_in("victor", api.PASSWORD)
                await page.miss("heading", "Sign in to runnel")
                await page.go(f"/applications/{SIMULATED}/devices/{FIRST}")
                await page.see("heading", "Filed")
                await page.seeText("This device is configured in a file")
                await page.seeText("The best reception of the last")
                await page.see("heading", "Recent messages")
                self.assertEqual(await page.count("heading", "Send downlink"), 0)
                for button in ("Edit", "Remove", "Send downlink"):
                    self.assertEqual(await page.count("button", button), 0, button)
                self.assertEqual(await page.violations(), [])
                await page.picture("device-phone")
                self.assertLessEqual(await page.evaluate("document.documentElement.scrollWidth"), 390)
                await page.go(f"/applications/{OURS}/devices/{FIRST}")
                await page.see("alert", "")
                self.assertEqual(await page.count("heading", "Recent messages"), 0)
                await page.go(f"/applications/{SIMULATED}/downlinks")
                await page.seeText("No downlink is remembered. They are sent by the application")
                await page.go(f"/applications/{SIMULATED}/devices")
                await page.see("link", "Filed")
                self.assertEqual(await page.count("button", "Add device"), 0)
                self.assertLessEqual(await page.evaluate("document.documentElement.scrollWidth"), 390)
                await page.picture("devices-phone")

    async def test_uplinks_without_a_stream_are_shown_with_the_reason(self):
        async with runnel.Runnel([runnel.webhook()]) as broker:
            await self.made(broker)
            async with Browser(broker, errors=True) as page:
                await page.sign_in("victor", api.PASSWORD)
                await page.click("link", "Unrouted uplinks")
                await page.see("heading", "Unrouted uplinks")
                await page.seeText("Every uplink of late found a stream.")
                poster = broker.poster()
                for counter, application in enumerate((OURS, SIMULATED, None)):
                    uplink = {"DeviceEUI": f"{counter:016X}", "Port": 2, "Data": "01", "FrameCounter": counter}
                    status, body = await asyncio.to_thread(
                        poster.post, "/", uplink | ({"AppEUI": application} if application else {}))
                    self.assertEqual(status, 200, body)
                poster.close()
                await page.seeText(f"application {OURS} has no stream that takes uplinks")
                await page.seeText(f"application {SIMULATED} is not configured")
                await page.see("link", "Register the device")
                self.assertEqual(await page.violations(), [])
                await page.picture("unrouted")
                await page.resize(390, 800)
                self.assertLessEqual(await page.evaluate("document.documentElement.scrollWidth"), 390)


if __name__ == "__main__":
    runnel.main()
