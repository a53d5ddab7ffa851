# SPDX-License-Identifier: Apache-2.0
"""Messages in the console as they come: filtered, paused, at 1,000 a second, and after the broker
was away."""
import time

import api
import runnel
from browser import Browser

SIMULATED = "0102030405060708"
SECOND = "0252554E00000001"  # of the simulator's devices
LIVE = f"/applications/{SIMULATED}/live"
#: The longest pause between two pictures within 3 s, in milliseconds.
PAUSE = """(async () => {
    let worst = 0;
    let last = await new Promise(requestAnimationFrame);
    for (const end = last + 3000; last < end;) {
        const now = await new Promise(requestAnimationFrame);
        worst = Math.max(worst, now - last);
        last = now;
    }
    return worst;
})()"""
NEWEST = "document.querySelector('tbody tr time')?.dateTime ?? ''"
SHARE = 0.8  # of a processor is what a thousand messages a second may take
SLOWEST = 5000  # milliseconds of a pause; a tenth of that on a machine that has time


class ConsoleLive(runnel.SystemTest):

    def broker(self, rate, **more):
        return runnel.Runnel([runnel.simulator(rate=rate)], {SIMULATED: {"name": "Lab"}}, **more)

    async def signed_in(self, broker, page):
        await api.with_password(broker, "anna", "viewer", [SIMULATED])
        await page.sign_in("anna", api.PASSWORD)
        await page.miss("heading", "Sign in to runnel")
        await page.go(LIVE)
        await page.see("heading", "Messages as they come")

    async def test_messages_appear_as_they_come(self):
        async with self.broker(5) as broker:
            async with Browser(broker, errors=True, colours="dark") as page:
                await self.signed_in(broker, page)
                await page.seeText("Live", exact=True)
                before = await page.evaluate(NEWEST)
                await page.until(f"{NEWEST} > '{before}'")
                self.assertEqual(await page.violations(), [])
                await page.picture("live")
                await page.click("button", "Pause")
                await page.seeText("Nothing new is shown until you go on.")
                paused = await page.evaluate(NEWEST)
                await page.evaluate(PAUSE)  # 15 messages
                self.assertEqual(await page.evaluate(NEWEST), paused)
                await page.click("button", "Go on")
                await page.until(f"{NEWEST} > '{paused}'")
                await page.fill("Device EUI", "02-52-55-4e-00-00-00-01")
                await page.until("[...document.querySelectorAll('tbody tr a')].length > 1 &&"
                                 f" [...document.querySelectorAll('tbody tr a')].every((each) => each.title === '{SECOND}')")
                await page.choose("Kind", "failed")
                await page.seeText("No message that is kept fits.")
                self.assertEqual(await page.violations(), [])
                await page.choose("Kind", "")
                await page.click("button", "Pause")
                await page.click("link", "Simulated device 1")
                await page.see("heading", SECOND)
                await page.go(LIVE)
                await page.fill("Device EUI", "0252554E0000000X")
                await page.seeText("An EUI has 16 hexadecimal digits.")

    async def test_an_empty_application_says_what_to_check(self):
        async with runnel.Runnel(applications={SIMULATED: {"name": "Lab"}}) as broker:
            async with Browser(broker, errors=True, width=390) as page:
                await self.signed_in(broker, page)
                await page.seeText("Nothing has come yet.")
                self.assertEqual(await page.violations(), [])
                await page.picture("live-none")

    async def test_a_thousand_a_second_do_not_freeze_it(self):
        async with self.broker(1000) as broker:
            async with Browser(broker, errors=True) as page:
                await self.signed_in(broker, page)
                await page.seeText("Showing 50 of about")
                begin, used = time.monotonic(), await page.processorTime()
                worst = await page.evaluate(PAUSE)
                used = (await page.processorTime() - used) / 1000
                share = used / (time.monotonic() - begin)
                text = await page.text()
                said = next(line for line in text.splitlines() if line.startswith("Showing 50 of about"))
                print(f"{said} The longest pause between two pictures: {worst:.0f} ms; "
                      f"{100 * share:.0f} % of a processor")
                self.assertLess(worst, SLOWEST)
                self.assertLess(share, SHARE)
                self.assertLessEqual(len(await page.texts("tbody tr")), 50)
                await page.picture("live-1000")
                begin = time.monotonic()
                await page.click("button", "Pause")
                await page.seeText("Paused", exact=True)
                print(f"a click was answered within {1000 * (time.monotonic() - begin):.0f} ms")
                self.assertEqual(await page.violations(), [])
                await page.click("button", "Go on")
                await page.seeText("Showing 50 of about")

    async def test_it_comes_back_when_the_broker_does(self):
        admin = {"listen": f"127.0.0.1:{runnel.free_port()}", "console": str(runnel.BUILD / "console")}
        async with self.broker(5, admin=admin) as broker:
            async with Browser(broker, errors=True) as page:
                await self.signed_in(broker, page)
                await page.seeText("Live", exact=True)
                await page.until(NEWEST)
                await page.evaluate("window.isTheSamePage = true")
                await broker.kill()
                await page.seeText("Interrupted; trying again")
                await page.picture("live-interrupted")
                before = await page.evaluate(NEWEST)
                self.assertNotEqual(before, "", "what was there stays in sight")
                await broker.restart()
                live = "[...document.querySelectorAll('.badge')].some((each) => each.innerText === 'Live')"
                await page.until(f"{live} || document.querySelector('.sign-in')")
                if await page.count("heading", "Sign in to runnel"):
                    await page.sign_in("anna", api.PASSWORD)
                await page.until(live)
                await page.until(f"{NEWEST} > '{before}'")
                self.assertTrue(await page.evaluate("window.isTheSamePage"), "without a reload")


if __name__ == "__main__":
    runnel.main()
