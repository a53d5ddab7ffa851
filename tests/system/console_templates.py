# SPDX-License-Identifier: Apache-2.0
"""Device templates in the console: one is written, tried, saved and given to a stream, an application
and a device; what is wrong is said where it stands; the next version is tried beside the one in use."""
import asyncio
import json

import api
import runnel
from browser import Browser

OURS, SIMULATED = "70B3D57ED0000001", "0102030405060708"
DEVICE, VALVE = "0080E1150529E258", "0252554E00000000"
CLOUD = f"{api.application(OURS)}/streams/cloud"

SCRIPT = """function decodeUplink(input) {
  return {data: {temperature: (input.bytes[0] << 8 | input.bytes[1]) / 10}};
}
function encodeDownlink(input) {
  if (typeof input.data.minutes !== "number") return {errors: ["minutes must be a number"]};
  return {bytes: [1, input.data.minutes], fPort: 7};
}
"""
EXAMPLE = [{"input": {"bytes": "00D7", "fPort": 2}, "output": {"data": {"temperature": 21.5}}}]


class ConsoleTemplates(runnel.SystemTest):

    def broker(self):
        return runnel.Runnel([runnel.webhook(), runnel.simulator(rate=1, devices=1, gateways=1)])

    async def made(self, broker):
        """An administrator, and a stream with one uplink."""
        local = api.local(broker)
        for eui, name in ((OURS, "Climate"), (SIMULATED, "Valves")):
            await local.put(api.application(eui), {"name": name}, 201)
        await local.put(CLOUD, {"options": {"fields": True}}, 201)
        await api.with_password(broker, "anna", "admin")
        await self.post(broker, 1)
        return local

    async def post(self, broker, counter, data="00D7"):
        poster = broker.poster()
        status, body = await asyncio.to_thread(poster.post, "/uplink", {
            "DeviceEUI": DEVICE, "AppEUI": OURS, "Port": 2, "Data": data, "FrameCounter": counter})
        poster.close()
        self.assertEqual(status, 200, body)

    async def complained(self, page, label):
        """What is said at the field."""
        return await page.evaluate(
            "(() => { const label = [...document.querySelectorAll('label')].find((each) =>"
            f" each.innerText === {json.dumps(label)}); const field = document.getElementById(label.htmlFor);"
            " return field.closest('.field').querySelector('.wrong')?.innerText ?? ''; })()")

    async def wrong_at(self, page, label, text):
        await page.until("document.querySelector('.field .wrong')")
        self.assertIn(text, await self.complained(page, label))

    async def looked_at(self, page, name):
        self.assertEqual(await page.violations(), [])
        await page.picture(name)

    async def write(self, page, name, script=SCRIPT):
        await page.go("/add-template")
        await page.see("heading", "Add template")
        await page.fill("Name", name)
        await page.fill("Script", script)

    async def test_one_is_written_tried_saved_and_used(self):
        async with self.broker() as broker, Browser(broker, errors=True) as page:
            await self.made(broker)
            await page.sign_in("anna", api.PASSWORD)
            await page.click("link", "Device templates")
            await page.seeText("There is no device template yet. Add one")
            await self.looked_at(page, "templates-none")
            await page.click("link", "Add template")
            await page.fill("Name", "acme-climate")
            await page.fill("Script", SCRIPT.replace("return {data", "return {{data"))
            await page.click("button", "Test")
            await self.wrong_at(page, "Script", "line 2")
            await page.focusOn("Script")
            await self.looked_at(page, "template-complaint")
            await page.fill("Script", SCRIPT)
            await page.fill("Examples", json.dumps(EXAMPLE).replace("21.5", "22"))
            await page.click("button", "Test")
            await page.until("document.querySelector('.field .wrong')")
            self.assertRegex(await self.complained(page, "Examples"), "0.*22.*21.5")
            await page.fill("Examples", "[{")
            await page.click("button", "Save")
            await page.until("document.querySelector('.field .wrong')?.innerText.includes('no JSON')")
            await page.fill("Examples", json.dumps(EXAMPLE))
            await page.click("button", "Test")
            await page.seeText("The template is right: 1 example passed")
            await page.click("button", "Try")
            await page.seeText("acme-climate@1 with 1 message")
            self.assertIn("21.5", (await page.texts(".pair"))[0])
            await self.looked_at(page, "template-dry-run")
            await page.click("button", "Save")
            await page.see("heading", "acme-climate@1")
            await self.used(broker, page)

    async def used(self, broker, page):
        """By the stream, from its settings."""
        stream = f"/applications/{OURS}/streams/cloud"
        await page.go(f"{stream}?tab=settings")
        await page.clickText("More options")
        await page.fill("Device template", "acme-climate")
        await page.click("button", "Save")
        await page.seeText("Stream cloud is saved")
        await page.go(stream)
        await self.post(broker, 2, "00E1")
        await page.seeText("22.5")
        await self.looked_at(page, "template-in-use")
        await page.go(f"{stream}?tab=settings")
        await page.until("[...document.querySelectorAll('input')].some((each) => each.value === 'acme-climate')")

    async def test_the_next_version_is_tried_beside_the_one_in_use(self):
        async with self.broker() as broker, Browser(broker) as page:
            local = await self.made(broker)
            await local.put(f"{api.BASE}/templates/acme/1", {
                "codec": {"plugin": "javascript", "options": {"script": SCRIPT}}}, 201)
            await local.patch(api.application(OURS), {"template": "acme@1"})
            await page.sign_in("anna", api.PASSWORD)
            await page.go("/templates/acme/1")
            await page.see("heading", "acme@1")
            await page.fill("Script", SCRIPT.replace("temperature:", "celsius:"))
            await page.click("button", "Try")
            await page.seeText("acme@2 with 1 message")
            before, after = await page.texts(".pair pre")
            self.assertIn("temperature", before)
            self.assertIn("celsius", after)
            await page.click("button", "Save as version 2")
            await page.see("heading", "acme@2")
            await page.see("link", "Version 1")
            await self.looked_at(page, "template-versions")
            kept = (await local.get(f"{api.BASE}/templates/acme/1")).json
            self.assertEqual(kept["codec"]["options"]["script"], SCRIPT)
            await page.click("button", "Remove")
            await page.click("button", "Remove", within=["dialog", "Remove acme@2?"])
            await page.see("link", "acme@1")
            await page.miss("link", "acme@2")
            await page.go(f"/applications/{OURS}")
            await page.seeText("device template acme@1")
            await page.click("button", "Edit")
            await page.fill("Device template", "acme")
            await page.click("button", "Save")
            await page.seeText("Application Climate is saved")
            found = (await local.get(api.application(OURS))).json
            self.assertEqual(found["template"], "acme")

    async def test_a_downlink_is_written_as_fields(self):
        async with self.broker() as broker, Browser(broker, errors=True) as page:
            local = await self.made(broker)
            await local.put(f"{api.BASE}/templates/valve/1", {
                "codec": {"plugin": "javascript", "options": {"script": SCRIPT}}}, 201)
            await local.put(f"{api.application(SIMULATED)}/devices/{VALVE}", {"name": "Valve"}, 201)
            await page.sign_in("anna", api.PASSWORD)
            await page.go(f"/applications/{SIMULATED}/devices/{VALVE}")
            await page.click("button", "Edit")
            await page.fill("Device template", "valve")
            await page.click("button", "Save")
            await page.seeText("Device Valve is saved")
            await page.check("Fields")
            await page.fill("Fields as JSON", '{"minutes": "ten"}')
            await page.click("button", "Send downlink")
            await page.until("document.querySelector('.wrong, .problem')?.innerText.includes('must be a number')")
            await self.looked_at(page, "downlink-fields-complaint")
            await page.fill("Fields as JSON", '{"minutes": 10}')
            await page.click("button", "Send downlink")
            await page.seeText("The downlink is accepted")

            async def told():
                items = (await local.get(f"{api.application(SIMULATED)}/downlinks")).json["items"]
                return [each["port"] for each in items] == [7]
            await runnel.eventually(told, "the downlink on the codec's port")

    async def test_who_may_not_change_it_sees_it_and_no_button(self):
        async with self.broker() as broker, Browser(broker) as page:
            local = await self.made(broker)
            await local.put(f"{api.BASE}/templates/acme/1", {
                "description": "Ours", "examples": EXAMPLE,
                "codec": {"plugin": "javascript", "options": {"script": SCRIPT}}}, 201)
            await api.with_password(broker, "victor", "viewer")
            await api.with_password(broker, "otto", "operator", [OURS])
            for user, has_dry_run in (("victor", 0), ("otto", 1)):
                await page.sign_in(user, api.PASSWORD)
                await page.click("link", "Device templates")
                self.assertEqual(await page.count("link", "Add template"), 0)
                await page.click("link", "acme@1")
                await page.seeText("decodeUplink")
                await page.see("heading", "Examples")
                for button in ("Test", "Save as version 2", "Remove"):
                    self.assertEqual(await page.count("button", button), 0, button)
                await page.until(f"document.querySelectorAll('form button').length === {has_dry_run}")
                await self.looked_at(page, f"template-{user}")
                if has_dry_run:
                    await page.click("button", "Try")
                    await page.seeText("acme@1 with 1 message")
                await page.click("button", "Sign out")
                await page.see("heading", "Sign in to runnel")


if __name__ == "__main__":
    runnel.main()
