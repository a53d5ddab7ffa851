# SPDX-License-Identifier: Apache-2.0
"""Streams in the console: the walk of the X-ON article from signing in to a client that gets uplinks,
and everything else that one does with a stream, as admin, operator and viewer."""
import json
import re

import api
import mqtt_client
import runnel
from browser import Browser

APPLICATION = "0102030405060708"
GATEWAY = "0252554E47000000"
DEVICE = "0252554E00000000"
STREAMS = f"{api.application(APPLICATION)}/streams"
NORTH = {"name": "North", "streams": []}


def broker(gateways=None, network=None):
    network = network or runnel.simulator(application=APPLICATION, rate=20)
    return runnel.Runnel([network], gateways=gateways,
                         protocols={"websocket": {"listen": "127.0.0.1:0"}, "mqtt": runnel.MQTT})


async def make(broker_, path=None, **stream):
    """The application, and a stream of it if one is given: what the API says of it."""
    local = api.local(broker_)
    await local.put(api.application(APPLICATION), {"name": "North"})
    if stream:
        return (await local.post(path or STREAMS, stream)).json
    return None


async def signed_in(page, broker_, name="anna", role="admin", applications=()):
    await api.with_password(broker_, name, role, applications)
    await page.sign_in(name, api.PASSWORD)
    await page.see("heading", "Overview")
    await page.complaints()  # of 401 before


def figures(text):
    """ "12 matched = 10 settled + 2 pending + …" as {"matched": 12, …}."""
    return {word: int(number.replace(",", ""))
            for number, word in re.findall(r"([\d,]+) (\w+)", text)}


class ConsoleStreams(runnel.SystemTest):

    async def look(self, page, name):
        """A picture, and nothing wrong for people who use a keyboard or a screen reader."""
        await page.picture(name)
        self.assertEqual(await page.violations(), [])

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
        await page.seeText("Test uplink sent to 1 session")
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
            self.assertEqual((await page.focused())["name"], "Own token")
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
            self.assertEqual((await page.focused())["name"], "Device EUI")
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

    async def test_an_mqtt_stream_and_its_dead_letters(self):
        async with broker(network=runnel.webhook({"north": APPLICATION})) as one, Browser(one, errors=True) as page:
            await make(one)
            await signed_in(page, one)
            await page.go(f"/applications/{APPLICATION}/add-stream")
            await page.choose("Protocol", "mqtt")
            await page.seeText("MQTT 3.1.1 and 5")
            await page.clickText("More options")
            await page.fill("Qos", "7", exact=False)
            await page.clickText("More options")
            await page.click("button", "Save")
            await page.until("document.activeElement?.labels?.[0]?.innerText === 'QOS'")
            await self.look(page, "stream-add-mqtt")
            await page.fill("QOS", "1")
            await page.click("button", "Save")
            await page.see("heading", "Stream mqtt")
            await page.until("document.body.innerText.includes('mosquitto_sub')")
            token = await page.value("Token")
            await self.dead_letters(page, one, token)

    async def dead_letters(self, page, one, token):
        topics = ("-q", "1", "-t", f"{APPLICATION}/#")
        small = mqtt_client.Program("sub", one.plain_mqtt_port, *topics, "-D", "connect",
                                    "maximum-packet-size", "60", user="mqtt", password=token)
        await page.click("link", "Dead letters")
        poster = one.poster()
        for count in range(3):
            event = runnel.chirpstack_uplink(DEVICE, "north", count)
            self.assertEqual(poster.post("/?event=up", event)[0], 200)
        poster.close()
        async with small:
            await page.until("document.querySelectorAll('tbody tr').length === 3")
        await self.look(page, "stream-dead-letters")
        await page.click("button", "Remove")
        await page.until("document.querySelectorAll('tbody tr').length === 2")
        async with mqtt_client.Program("sub", one.plain_mqtt_port, *topics, user="mqtt",
                                       password=token) as big:
            await page.click("button", "Resend")
            json.loads(await big.line())
            await page.until("document.querySelectorAll('tbody tr').length === 1")
        await page.click("button", "Remove all")
        await page.see("heading", "Remove all dead letters?")
        await page.click("button", "Remove all", within=["dialog", "Remove all dead letters?"])
        await page.seeText("every message was taken or still waits")

    async def test_a_stream_is_added_by_keyboard_alone(self):
        async with broker() as one, Browser(one) as page:
            await make(one)
            await signed_in(page, one)
            await page.go(f"/applications/{APPLICATION}")
            await page.see("link", "Add stream")
            self.assertEqual((await page.focused())["name"], "North")
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
            self.assertEqual((await page.focused())["name"], "Stream typed")

    async def next_focus(self, page):
        await page.press("Tab")
        return (await page.focused())["name"]

    async def tab_to(self, page, name):
        for _ in range(30):
            if await self.next_focus(page) == name:
                return
        self.fail(f"the Tab key does not lead to {name}")

    async def test_tokens_are_added_rotated_and_revoked(self):
        async with broker() as one, Browser(one) as page:
            await make(one, name="cloud")
            await signed_in(page, one)
            await page.go(f"/applications/{APPLICATION}/streams/cloud?tab=tokens")
            await page.click("button", "Add token")
            await page.fill("Label", "laptop")
            await page.choose("It may", "up")
            await page.fill("Expires", "2099-01-01T00:00")
            await self.look(page, "token-add")
            await page.click("button", "Add token", within=["dialog", "Add token"])
            await page.see("heading", "New token: laptop")
            text = await page.textOf("textbox", "Token", within=["dialog", "New token: laptop"])
            await page.click("button", "Done")
            client = await one.connect(text)
            await client.document()
            await page.click("button", "Rotate laptop")
            await page.choose("The old one ends", "3600")
            await page.click("button", "Rotate", within=["dialog", "Rotate laptop"])
            await page.see("heading", "The new token")
            new = await page.textOf("textbox", "Token", within=["dialog", "The new token"])
            self.assertNotEqual(new, text)
            await page.click("button", "Done")
            await page.until("document.querySelectorAll('tbody tr').length === 3")
            await self.look(page, "stream-tokens")
            await page.clickNth("button", "Revoke", 1)
            await page.see("heading", "Revoke laptop?")
            await page.click("button", "Revoke", within=["dialog", "Revoke laptop?"])
            await page.seeText("laptop is revoked")
            self.assertEqual(await client.close_code(), 1008)
            other = await one.connect(new)
            await other.document()
            await other.close()

    async def test_replay_edit_switch_off_and_remove(self):
        async with broker() as one, Browser(one, errors=True) as page:
            made = await make(one, name="cloud")
            await signed_in(page, one)
            client = await one.connect(made["token"])
            await client.until(lambda document: document)
            here = f"/applications/{APPLICATION}/streams/cloud"
            await page.go(f"{here}?tab=replay")
            await page.click("button", "Start replay")
            await page.see("cell", "Done", exact=False)
            await self.look(page, "stream-replay")
            await client.until(lambda document: document.get("Replayed"))
            await page.click("link", "Settings")
            await page.clickText("More options")
            await page.check("Sequence")
            await self.look(page, "stream-settings")
            await api.local(one).patch(f"{STREAMS}/cloud", {"options": {"fields": True}})
            await page.click("button", "Save")
            await page.seeText("Somebody else changed this stream meanwhile")
            await page.click("button", "Reload the settings")
            await page.until("document.querySelector('details.more')?.open === false")
            await page.clickText("More options")
            await page.check("Sequence")
            await page.click("button", "Save")
            await page.seeText("Stream cloud is saved")
            options = (await api.local(one).get(f"{STREAMS}/cloud")).json["options"]
            self.assertEqual(options, {"sequence": True, "fields": True})
            await page.click("button", "Switch off")
            await page.see("button", "Switch on")
            await page.seeText("Off", exact=True)
            await self.look(page, "stream-off")
            await page.clickText("More options")
            await page.choose("EUI style", "dashes")
            await page.click("button", "Save")
            await page.until("document.querySelector('details.more')?.open === false")
            saved = (await api.local(one).get(f"{STREAMS}/cloud")).json
            self.assertEqual([saved["options"].get("euiStyle"), saved["enabled"]], ["dashes", False])
            await page.click("button", "Remove")
            await page.click("button", "Remove", within=["dialog", "Remove stream cloud?"])
            await page.seeText("Stream cloud is removed")
            await page.seeText("There is no stream yet")

    async def test_a_gateways_stream_and_its_gateway(self):
        async with broker() as one, Browser(one) as page:
            await make(one)
            await signed_in(page, one)
            await page.go("/gateways")
            await page.seeText("There is no gateway with streams yet")
            await self.look(page, "gateways-none")
            await page.click("button", "Add gateway")
            await page.fill("Gateway EUI", GATEWAY)
            await page.click("button", "Add gateway", within=["dialog", "Add gateway"])
            await page.see("heading", GATEWAY)
            await page.click("button", "Rename")
            await page.fill("Name", "Roof")
            await page.click("button", "Save")
            await page.see("heading", "Roof")
            await page.click("link", "Add stream")
            await page.click("button", "Save")
            await page.see("heading", "Stream websocket")
            client = await one.connect(await page.value("Token"))
            await client.document()
            await self.look(page, "gateway-stream")
            await client.close()
            await page.click("link", "Roof")
            await page.see("link", "websocket")
            await self.look(page, "gateway")
            await page.click("button", "Remove")
            await page.click("button", "Remove", within=["dialog", "Remove gateway Roof?"])
            await page.seeText("There is no gateway with streams yet")

    async def test_who_may_not_change_sees_no_button_that_would_fail(self):
        gateways = {GATEWAY: {"name": "Roof", "streams": [
            runnel.websocket_stream("roof", runnel.new_token())]}}
        async with broker(gateways=gateways) as one:
            made = await make(one, name="cloud")
            for role, applications in (("viewer", []), ("operator", [APPLICATION])):
                async with Browser(one) as page:
                    await signed_in(page, one, role, role, applications)
                    await self.rights(page, role == "operator", made["token"])
            async with Browser(one) as page:
                await signed_in(page, one)
                await page.go(f"/gateways/{GATEWAY}/streams/roof?tab=settings")
                await page.seeText("This is configured in the file")
                self.assertEqual(await self.buttons(page), {"Send test uplink"})
                await self.look(page, "stream-of-a-file")

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
                await page.until("document.querySelector('main h1')?.innerText !== ''")
                await page.until("!document.body.innerText.includes('Loading')")
                await self.look(page, f"{name}-phone")
                self.assertEqual(await page.evaluate("document.documentElement.scrollWidth"), 390,
                                 f"{path} is wider than the screen")
            await client.close()

    async def buttons(self, page):
        """Of the page itself, without those that copy."""
        names = await page.texts("main button")
        return {name for name in names if name not in ("Copy", "")}

    async def rights(self, page, is_operator, token):
        await page.go(f"/applications/{APPLICATION}")
        await page.see("link", "cloud")
        self.assertEqual(await self.buttons(page), set())
        self.assertEqual(await page.count("link", "Add stream"), int(is_operator))
        wanted = {"tokens": {"Add token", "Show", "Rotate", "Revoke"}, "dead-letters": set(),
                  "replay": {"Start replay"}, "settings": {"Save", "Remove"}}
        always = {"Send test uplink", "Switch off"}
        for tab, buttons in wanted.items():
            await page.go(f"/applications/{APPLICATION}/streams/cloud?tab={tab}")
            await page.see("heading", "State")
            await page.until("!document.body.innerText.includes('Loading')")
            self.assertEqual(await self.buttons(page), always | buttons if is_operator else set())
            self.assertEqual(token in await page.text(), is_operator)
        await page.picture("stream-operator" if is_operator else "stream-viewer")
        if not is_operator:
            await page.go(f"/gateways/{GATEWAY}")
            await page.see("link", "roof")
            self.assertEqual(await self.buttons(page), set())


if __name__ == "__main__":
    runnel.main()
