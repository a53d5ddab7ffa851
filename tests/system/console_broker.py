# SPDX-License-Identifier: Apache-2.0
"""How the broker is, in the console: traffic and what needs attention, reloading the files,
networks, and plugins with their options, also a plugin that is refused."""
import asyncio
import contextlib
import json

import api
import runnel
from browser import Browser
from peers import PATIENCE

APPLICATION, FILED = "0102030405060708", "70B3D57ED0000002"
BAD_PLUGIN = runnel.BUILD / "tests" / "bad_plugins" / "bad_magic"
NOWHERE = "mqtt://127.0.0.1:9"
# The texts of the table with this caption.
ROWS = """[...document.querySelectorAll("table")].filter((each) => each.caption.textContent === %s)
    .flatMap((each) => [...each.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent)))"""


def row_of(option):
    """An option of the API as the page writes it."""
    return [option["name"], option["type"].replace("|", " | "), option.get("default") or "–",
            "yes" if option["required"] else "no", "yes" if option["secret"] else "no",
            option["help"]]



class Broker(runnel.SystemTest):

    def broker(self, **more):
        networks = more.pop("networks", [runnel.simulator(rate=20, application=APPLICATION),
                                         runnel.webhook()])
        return runnel.Runnel(networks, protocols={"mqtt": runnel.MQTT,
                                                  "websocket": {"listen": "127.0.0.1:0"}}, **more)

    async def look(self, page, name):
        """A picture, and nothing wrong for people who use a keyboard or a screen reader, or a phone."""
        await page.settle()
        await page.picture(name)
        self.assertEqual(await page.violations(), [])
        width, screen = await page.evaluate(
            "[document.documentElement.scrollWidth, window.innerWidth]")
        self.assertLessEqual(width, screen)

    async def with_streams(self, admin):
        """One that works, whose client is returned, and one that cannot."""
        ours = api.application(APPLICATION)
        await admin.post(f"{api.BASE}/applications", {"eui": APPLICATION, "name": "Parking sensors"})
        token = (await admin.post(f"{ours}/streams", {"name": "cloud"})).json["token"]
        await admin.post(f"{ours}/streams", {
            "name": "away", "protocol": "mqtt", "options": {"role": "client", "url": NOWHERE}})
        return await admin.broker.connect(token)

    @contextlib.asynccontextmanager
    async def window(self, broker, **settings):
        """Anna has signed in; that she was nobody before (401) is not worth a complaint."""
        async with Browser(broker, **settings) as page:
            await page.sign_in("anna", api.PASSWORD)
            await page.see("heading", "Overview")
            await page.complaints()
            yield page

    async def test_the_overview_shows_traffic_and_what_does_not_work(self):
        async with self.broker() as broker:
            admin = await api.with_password(broker, "anna", "admin")
            async with self.window(broker) as page:
                await page.seeText("Everything works")
                await self.look(page, "overview-well")
                client = await self.with_streams(admin)
                reader = asyncio.create_task(self.read(client))
                await page.see("link", "away")
                await self.charts(page)
                await self.look(page, "overview-failing")
                await page.resize(390, 844)
                await self.look(page, "overview-failing-phone")
                await page.click("link", "away")
                self.assertIn(f"/applications/{APPLICATION}/streams/away", await page.address())
            async with self.window(broker, colours="dark") as page:
                await page.see("link", "away")
                await self.charts(page)
                await self.look(page, "overview-failing-dark")
            reader.cancel()

    async def charts(self, page):
        await page.see("img", "taken in and", exact=False)
        await page.see("img", "Live sessions and backlog", exact=False)
        async with asyncio.timeout(PATIENCE):
            while await page.evaluate("document.querySelectorAll('.chart canvas').length") < 2:
                await asyncio.sleep(0.1)

    async def read(self, client):
        while True:
            await client.document()

    async def test_who_does_not_see_everything_sees_the_own_applications(self):
        async with self.broker() as broker:
            await self.with_streams(api.local(broker))
            await api.with_password(broker, "anna", "operator", [APPLICATION])
            async with self.window(broker) as page:
                await page.see("link", "Parking sensors")
                await page.see("link", "away")
                await self.look(page, "overview-operator")
                self.assertEqual(await page.count("button", "Reload configuration"), 0)
                self.assertEqual(await page.count("heading", "Traffic of the last hour"), 0)
                self.assertEqual(await page.complaints(), [], "nothing is asked that is denied")

    async def test_a_refused_message_is_explained(self):
        async with self.broker() as broker:
            await api.with_password(broker, "anna", "viewer")
            poster = broker.poster()
            uplink = {"DeviceEUI": "0080E1150529E258", "AppEUI": FILED, "Port": 2, "Data": 243 * "00"}
            self.assertEqual((await asyncio.to_thread(poster.post, "/", uplink))[0], 422)
            poster.close()
            async with self.window(broker) as page:
                await page.seeText("1 message from networks cannot be")
                self.assertEqual(await page.count("button", "Reload configuration"), 0)
                await self.look(page, "overview-refused")

    async def test_reloading_says_what_has_changed_and_what_is_wrong(self):
        async with self.broker() as broker:
            await api.with_password(broker, "anna", "admin")
            async with self.window(broker) as page:
                await page.click("button", "Reload configuration")
                await page.seeText("nothing has changed")
                stream = runnel.websocket_stream("filed", runnel.new_token())
                broker.write(f"applications/{FILED}.yaml", {"name": "Filed", "streams": [stream]})
                broker.write("runnel.yaml", {**broker.settings, "networks": []})
                await page.click("button", "Reload configuration")
                await page.seeText(f"1 stream added ({FILED}/filed)")
                await page.seeText("networks.hooks")
                await self.look(page, "overview-reloaded")
                broker.write(f"applications/{FILED}.yaml", {"streams": [{"name": "filed", "colour": 1}]})
                await page.click("button", "Reload configuration")
                await page.see("heading", "The configuration is not reloaded")
                await page.seeText(f"{FILED}.yaml:")
                await self.look(page, "overview-not-reloaded")
                self.assertEqual(await page.complaints(), [
                    "error: Failed to load resource: the server responded with a status of 422 "
                    "(Unprocessable Content)"])
            broker.write(f"applications/{FILED}.yaml", {})

    async def test_networks_with_their_state(self):
        async with self.broker() as broker:
            await api.with_password(broker, "anna", "viewer")
            async with self.window(broker) as page:
                await page.click("link", "Networks")
                await page.see("cell", "hooks")
                await page.see("link", "simulator")
                await self.look(page, "networks-some")
                await page.click("link", "http")
                await page.see("heading", "http")

    async def test_without_a_network_it_is_said_how_to_configure_one(self):
        async with self.broker(networks=()) as broker:
            await api.with_password(broker, "anna", "viewer")
            async with self.window(broker) as page:
                await page.go("/networks")
                await page.seeText("No network is configured")
                await page.seeText("plugin: chirpstack")
                await self.look(page, "networks-none")

    async def test_plugins_and_why_one_is_refused(self):
        if not BAD_PLUGIN.is_dir():
            self.skipTest(f"there is no bad plugin in {BAD_PLUGIN}")
        async with self.broker(plugins=(runnel.PLUGINS, BAD_PLUGIN)) as broker:
            viewer = await api.with_password(broker, "anna", "viewer")
            plugins = (await viewer.get(f"{api.BASE}/plugins")).json["items"]
            async with self.window(broker) as page:
                await page.click("link", "Plugins")
                await page.see("heading", "Refused")
                for plugin in plugins:
                    await page.seeText(plugin["file"])
                    await page.seeText(plugin.get("reason") or plugin["summary"])
                await self.look(page, "plugins-refused")
                await page.resize(390, 844)
                await self.look(page, "plugins-refused-phone")

    async def test_a_plugins_options_are_those_of_the_api(self):
        async with self.broker() as broker:
            viewer = await api.with_password(broker, "anna", "viewer")
            async with self.window(broker) as page:
                for kind, name in (("protocol", "mqtt"), ("network", "simulator")):
                    plugin = (await viewer.get(f"{api.BASE}/plugins/{kind}/{name}")).json
                    await page.go(f"/plugins/{kind}/{name}")
                    await page.see("heading", name)
                    await page.see("heading", "Options")
                    await page.settle()
                    for title in ("Options", "Settings"):
                        rows = await page.evaluate(ROWS % json.dumps(title))
                        self.assertEqual(rows, [row_of(each) for each in plugin[title.lower()]])
                    await self.look(page, f"plugin-{name}")
                await page.resize(390, 844)
                await self.look(page, "plugin-phone")


if __name__ == "__main__":
    runnel.main()
