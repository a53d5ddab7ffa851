# SPDX-License-Identifier: Apache-2.0
"""Everything that one does in the console with a stream that is there, as admin, operator and
viewer: tokens, dead letters, replays, settings; and the streams of gateways."""
import json

import api
import mqtt_client
import runnel
from browser import Browser
from console_stream_world import (APPLICATION, DEVICE, GATEWAY, STREAMS, StreamsTest, broker, make,
                                  signed_in)


class ConsoleStreamLife(StreamsTest):

    async def test_an_mqtt_stream_and_its_dead_letters(self):
        hooks = runnel.webhook({"north": APPLICATION})
        async with broker(network=hooks) as one, Browser(one, errors=True) as page:
            await make(one)
            await signed_in(page, one)
            await page.go(f"/applications/{APPLICATION}/add-stream")
            await page.choose("Protocol", "mqtt")
            await page.seeText("MQTT 3.1.1 and 5")
            await page.clickText("More options")
            await page.fill("Qos", "7", exact=False)
            await page.clickText("More options")
            await page.click("button", "Save")
            await page.until("document.activeElement?.labels?.[0]?.innerText === 'QoS'")
            await self.look(page, "stream-add-mqtt")
            await page.fill("QoS", "1")
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
            await page.click("button", "Revoke laptop")
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
            self.assertEqual(saved["options"].get("euiStyle"), "dashes")
            self.assertFalse(saved["enabled"])
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
            await page.click("button", "Edit")
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
            await page.settle()
            self.assertEqual(await self.buttons(page), always | buttons if is_operator else set())
            self.assertEqual(token in await page.text(), is_operator)
        await page.picture("stream-operator" if is_operator else "stream-viewer")
        if not is_operator:
            await page.go(f"/gateways/{GATEWAY}")
            await page.see("link", "roof")
            self.assertEqual(await self.buttons(page), set())


if __name__ == "__main__":
    runnel.main()
