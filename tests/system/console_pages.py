# SPDX-License-Identifier: Apache-2.0
"""Every page of the console, light and dark, on a desk and on a phone: no rule of accessibility is
broken, nothing is wider than the screen, the browser has nothing to complain about. The pictures
stay in the build tree's folder screenshots."""
import re

import api
import runnel
from browser import Browser
from console_world import PAGES, world


class Pages(runnel.SystemTest):

    async def look(self, **settings):
        """Goes through all pages; what is wrong with them."""
        wrong = []
        name_of = "-".join(["", *map(str, settings.values())]) if settings else ""
        async with world() as broker, Browser(broker, **settings) as page:
            await page.sign_in("anna", api.PASSWORD)
            await page.see("heading", "Overview")
            for name, (path, heading) in PAGES.items():
                await page.go(path)
                await page.see("heading", heading)
                await page.settle()
                await page.picture(name + name_of)
                wrong += [f"{name}: {each}" for each in await page.violations()]
                width, screen = await page.evaluate(
                    "[document.documentElement.scrollWidth, window.innerWidth]")
                if width > screen:
                    wrong.append(f"{name} is {width} pixels wide on a screen of {screen}")
                if await page.evaluate("[...document.querySelectorAll('.table')]"
                                       ".some((each) => each.scrollWidth > each.clientWidth)"):
                    wrong.append(f"{name} has a table that is cut off")
        return wrong

    async def test_every_page_in_light_colours(self):
        self.assertEqual(await self.look(), [])

    async def test_every_page_in_dark_colours(self):
        self.assertEqual(await self.look(colours="dark"), [])

    async def test_every_page_on_a_phone(self):
        self.assertEqual(await self.look(width=390, height=844), [])

    def test_no_page_is_forgotten(self):
        source = (runnel.ROOT / "core/console/src/pages/pages.tsx").read_text(encoding="utf-8")
        patterns = re.findall(r'^  \["(/[^"]*)"', source, re.M)
        self.assertGreater(len(patterns), 20)
        for pattern in patterns:
            shape = re.compile(re.sub(r"\\{\w+\\}", "[^/?]+", re.escape(pattern)) + r"(\?.*)?$")
            self.assertTrue(any(shape.match(path) for path, _ in PAGES.values()), pattern)


if __name__ == "__main__":
    runnel.main()
