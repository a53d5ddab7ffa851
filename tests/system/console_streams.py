# SPDX-License-Identifier: Apache-2.0
"""Streams are added in the console: the walk of the X-ON article from signing in to a client that
gets uplinks, with a typed token, with options, by keyboard alone and on a phone."""
import os
import re
import shutil
import tempfile

import api
import runnel
from browser import Browser
from console_stream_world import (APPLICATION, DEVICE, GATEWAY, STREAMS, StreamsTest, broker, make,
                                  signed_in)


def figures(text):
    """ "12 matched = 10 settled + 2 pending + …" as {"matched": 12, …}."""
    return {word: int(number.replace(",", ""))
            for number, word in re.findall(r"([\d,]+) (\w+)", text)}


class ConsoleStreams(StreamsTest):

    async def test_from_signing_in_to_a_client_that_gets_uplinks(self):
        async with broker() as one, Browser(one) as page:
            await make(one)
            password = (one.data / "admin-password").read_text(encoding="utf-8").strip()
            await page.sign_in("admin", password)
            await page.fill("Current password", password)
            await page.fill("New password", api.PASSWORD)
            await page.fill("New password again", api.PASSWORD)
            await page.click("button", "Change password")
            await page.complaints()  # of 401 before
            await page.click("link", "Applications")
            await page.click("link", "North")
            await page.see("heading", "North")
            await page.seeText("There is no stream yet")
            await self.look(page, "streams-none")
            await page.click("link", "Add stream")
            await page.see("heading", "Add stream")
            await page.seeText("Secure WebSocket server")
            await self.look(page, "stream-add")
            self.assertEqual([await page.value("Protocol"), await page.value("Format")],
                             ["websocket", "json"])
            await page.click("button", "Save")
            await page.see("heading", "Stream websocket")
            await page.seeText("Stream websocket is added and active")
            server, token, url = [await page.value(label) for label in ("Server", "Token", "URL")]
            self.assertIn(server, url)
            self.assertIn(f"token={token}", url)
            self.assertEqual(server.rpartition(":")[2], str(one.websocket_port))
            await page.click("button", "Copy url")
            self.assertEqual(await page.clipboard(), url)
            await self.client_sees_uplinks(page, one, token)
            await page.click("link", "Streams")
            await page.see("heading", "Streams")
            await page.see("cell", "Waiting")
            await page.fill("Search streams by name or EUI", "no-such-stream")
            await page.seeText("No stream fits this search.")
            await page.fill("Search streams by name or EUI", "WEB")
            await page.choose("State", "waiting")
            await page.see("link", "websocket")
            await self.look(page, "streams")

    async def client_sees_uplinks(self, page, one, token):
        client = await one.connect(token)
        self.assertEqual({each["AppEUI"] for each in await client.documents(5)}, {APPLICATION})
        await page.seeText("Live", exact=True)
        await page.until("(document.querySelector('.sum')?.innerText.match(/([\\d,]+) settled/)"
                         "?.[1].replace(',', '') ?? 0) > 20")
        found = figures((await page.texts(".sum"))[0])
        self.assertEqual(found.pop("matched"), sum(found.values()))
        await page.until("document.querySelectorAll('.sparkline').length === 1")
        await self.look(page, "stream-live")
        await page.click("link", "Sessions")
        await page.seeText("holder", exact=True)
        await self.look(page, "stream-sessions")
        await page.click("button", "Send test uplink")
        await page.seeText("The test uplink has arrived")
        await client.close()
        await page.seeText("Nobody is connected.")
        await page.seeText("Waiting", exact=True)

    async def test_a_token_that_is_typed_and_a_complaint_at_its_field(self):
        async with broker() as one, Browser(one, errors=True) as page:
            await make(one)
            await signed_in(page, one)
            await page.go(f"/applications/{APPLICATION}/add-stream")
            await page.fill("Name", "cloud")
            await page.check("Type one")
            await page.fill("Own token", "too-short")
            await page.click("button", "Save")
            await page.until("document.querySelector('.wrong')?.innerText.includes('16')")
            await page.focusOn("Own token")
            await self.look(page, "stream-add-complaint")
            await page.fill("Own token", "a-token-of-my-own-choice")
            await page.click("button", "Save")
            await page.see("heading", "Stream cloud")
            self.assertEqual(await page.value("Token"), "a-token-of-my-own-choice")
            client = await one.connect("a-token-of-my-own-choice")
            await client.document()
            await client.close()

    async def test_a_stream_of_one_device_with_options(self):
        async with broker() as one, Browser(one, errors=True) as page:
            await make(one)
            await signed_in(page, one)
            await page.go(f"/applications/{APPLICATION}/add-stream")
            await page.fill("Name", "one")
            await page.check("One device")
            await page.fill("Device EUI", "nonsense")
            await page.click("button", "Save")
            await page.until("document.querySelector('.wrong')?.innerText !== undefined")
            await page.focusOn("Device EUI")
            await page.fill("Device EUI", DEVICE)
            await page.clickText("More options")
            await page.check("Sequence")
            await page.check("Join")
            await page.choose("Uplinks that several gateways heard", "best")
            await self.look(page, "stream-add-options")
            await page.click("button", "Save")
            await page.see("heading", "Stream one")
            made = (await api.local(one).get(f"{STREAMS}/one")).json
            self.assertEqual(made["scope"], {"device": DEVICE})
            self.assertEqual(made["options"], {"sequence": True})
            self.assertEqual([made["duplicates"], made["events"]], ["best", ["uplink", "join"]])

    async def test_a_plugin_that_is_dropped_in_appears_in_the_open_form(self):
        with tempfile.TemporaryDirectory(prefix="runnel-test.") as folder:
            for name in ("protocol_websocket", "format_json", "network_simulator"):
                shutil.copy(runnel.PLUGINS / f"{name}.so", folder)
            async with broker(plugins=(folder,)) as one, Browser(one) as page:
                await make(one)
                await signed_in(page, one)
                await page.go(f"/applications/{APPLICATION}/add-stream")
                await page.seeText("Secure WebSocket server")
                await page.fill("Name", "later")
                part = f"{folder}/protocol_mqtt.part"
                shutil.copy(runnel.PLUGINS / "protocol_mqtt.so", part)
                os.rename(part, f"{folder}/protocol_mqtt.so")
                await page.choose("Protocol", "mqtt")
                await page.clickText("More options")
                await page.see("combobox", "Role")
                await page.click("button", "Save")
                await page.see("heading", "Stream later")

    async def test_a_stream_is_added_by_keyboard_alone(self):
        async with broker() as one, Browser(one) as page:
            await make(one)
            await signed_in(page, one)
            await page.go(f"/applications/{APPLICATION}")
            await page.see("link", "Add stream")
            await page.focusOn("North")
            await self.tab_to(page, "Add stream")
            await page.press("Enter")
            await page.see("heading", "Add stream")
            await page.see("radio", "Type one")
            await page.until("document.activeElement?.tagName === 'H1'")
            order = [await self.next_focus(page) for _ in range(6)]
            self.assertEqual(order, ["Name", "Protocol", "Format", "The whole application",
                                     "Make one for me", "More options"])
            for _ in range(5):
                await page.press("Shift+Tab")
            await page.type("typed")
            await self.tab_to(page, "Make one for me")
            await page.press("ArrowDown")
            await self.tab_to(page, "Own token")
            await page.type("typed-by-keyboard-alone")
            await page.press("Enter")
            await page.see("heading", "Stream typed")
            self.assertEqual(await page.value("Token"), "typed-by-keyboard-alone")
            await page.focusOn("Stream typed")

    async def next_focus(self, page):
        await page.press("Tab")
        return (await page.focused())["name"]

    async def tab_to(self, page, name):
        for _ in range(30):
            if await self.next_focus(page) == name:
                return
        self.fail(f"the Tab key does not lead to {name}")

    async def test_on_a_phone_in_the_dark(self):
        async with broker() as one, Browser(one, width=390, height=844, colours="dark") as page:
            made = await make(one, name="cloud")
            await api.local(one).put(api.gateway(GATEWAY), {"name": "Roof"})
            await signed_in(page, one)
            client = await one.connect(made["token"])
            await client.documents(3)
            here = f"/applications/{APPLICATION}"
            cloud = f"{here}/streams/cloud"
            pages = {"streams": "/streams", "application": here, "gateways": "/gateways",
                     "stream-add": f"{here}/add-stream", "stream": cloud,
                     "stream-settings": f"{cloud}?tab=settings",
                     "stream-sessions": f"{cloud}?tab=sessions",
                     "stream-tokens": f"{cloud}?tab=tokens",
                     "stream-replay": f"{cloud}?tab=replay"}
            for name, path in pages.items():
                await page.go(path)
                await page.settle()
                await self.look(page, f"{name}-phone")
                self.assertEqual(await page.evaluate("document.documentElement.scrollWidth"), 390,
                                 f"{path} is wider than the screen")
            await client.close()


if __name__ == "__main__":
    runnel.main()
