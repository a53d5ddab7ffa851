# SPDX-License-Identifier: Apache-2.0
"""Who may not do a thing sees no button for it: on no page, and nothing that a page asks the broker
for is refused."""
import api
import runnel
from browser import Browser
from console_world import APPLICATION, DEVICE, EMPTY, PAGES, world

#: What whoever is signed in may do.
HARMLESS = {"Sign out", "Colours: as the system", "Copy", "Pause", "Go on", "Previous", "Next"}
#: Pages of which somebody limited to an application hears that they are not for them.
OF_ADMINS = {"users", "keys", "audit", "add-stream", "gateway-add-stream"}
OF_WHO_SEES_EVERYTHING = {"gateways", "gateway", "gateway-stream", "unrouted", "networks"}


class Rights(runnel.SystemTest):

    async def menu(self, page):
        return set(await page.texts("#menu a"))

    async def buttons(self, page):
        return {each.strip() for each in await page.texts("main button, main a.button")} - HARMLESS

    async def walk(self, page, forbidden):
        """{page: its buttons} of the pages that are not forbidden."""
        found = {}
        for name, (path, heading) in PAGES.items():
            if name in forbidden:
                continue
            await page.go(path)
            await page.see("heading", heading)
            await page.settle()
            if buttons := await self.buttons(page):
                found[name] = buttons
        return found

    async def test_a_viewer_of_everything_sees_no_button_that_changes_anything(self):
        async with world() as broker:
            await api.with_password(broker, "victor", "viewer")
            async with Browser(broker) as page:
                await page.sign_in("victor", api.PASSWORD)
                await page.see("heading", "Overview")
                self.assertEqual(await self.menu(page) & {"Users", "API keys", "Audit log"}, set())
                found = await self.walk(page, OF_ADMINS)
        self.assertEqual(found, {"account": {"Change password"}})

    async def test_a_viewer_of_one_application_sees_that_one(self):
        async with world() as broker:
            await api.with_password(broker, "vera", "viewer", [APPLICATION])
            async with Browser(broker) as page:
                await page.sign_in("vera", api.PASSWORD)
                await page.see("heading", "Overview")
                self.assertEqual(await self.menu(page), {
                    "Overview", "Applications", "Devices", "Streams", "Device templates",
                    "Plugins"})
                found = await self.walk(
                    page, OF_ADMINS | OF_WHO_SEES_EVERYTHING | {"application-empty"})
        self.assertEqual(found, {"account": {"Change password"}})

    async def test_an_operator_has_the_buttons_of_the_own_application_only(self):
        async with world() as broker:
            await api.with_password(broker, "otto", "operator", [APPLICATION])
            async with Browser(broker) as page:
                await page.sign_in("otto", api.PASSWORD)
                await page.see("heading", "Overview")
                found = await self.walk(page, OF_ADMINS - {"add-stream"} | OF_WHO_SEES_EVERYTHING |
                                        {"application-empty"})
        self.assertIn("Add stream", found["application-streams"])
        self.assertIn("Send downlink", found["device"])
        self.assertEqual({"applications", "devices", "streams", "plugins", "overview"} & set(found),
                         set())

    async def test_what_is_not_for_one_is_said_in_words(self):
        async with world() as broker:
            await api.with_password(broker, "vera", "viewer", [APPLICATION])
            async with Browser(broker, errors=True) as page:  # 403 and 404 are told by the browser
                await page.sign_in("vera", api.PASSWORD)
                await page.see("heading", "Overview")
                for path in ("/users", f"/applications/{EMPTY}", "/gateways",
                             f"/applications/{EMPTY}/devices/{DEVICE}"):
                    await page.go(path)
                    await page.see("alert", "")
                    self.assertEqual(await self.buttons(page) - {"Add user"}, set(), path)


if __name__ == "__main__":
    runnel.main()
