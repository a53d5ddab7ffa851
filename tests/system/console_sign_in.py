# SPDX-License-Identifier: Apache-2.0
"""The first minute with the console: one signs in with the password of the broker's, chooses one of
one's own, and is in. Wrong passwords, the account page, and a broker that is away for a while."""
import json

import api
import runnel
from browser import Browser

APPLICATION = "70B3D57ED0000001"
NEW = "another horse battery staple"


class SignIn(runnel.SystemTest):

    async def change(self, page, current, password, again=None):
        await page.fill("Current password", current)
        await page.fill("New password", password)
        await page.fill("New password again", password if again is None else again)
        await page.click("button", "Change password")

    async def complained(self, page, text):
        """Waits for a complaint at a field that has the focus."""
        await page.seeText(text)
        self.assertEqual(await page.violations(), [])

    async def test_the_first_password_has_to_be_changed(self):
        async with runnel.Runnel() as broker:
            file = broker.data / "admin-password"
            async with Browser(broker, errors=True) as page:  # 401 and 422 are told by the browser
                await page.see("heading", "Sign in to runnel")
                await page.focusOn("User")
                self.assertEqual(await page.violations(), [])
                await page.picture("sign-in")
                await page.sign_in("admin", "a wrong password")
                await page.seeText("The user or the password is wrong.", exact=True)
                await page.focusOn("Password")
                self.assertEqual(await page.value("Password"), "")
                await page.picture("sign-in-wrong")
                first = file.read_text(encoding="utf-8").strip()
                await page.sign_in("admin", first)
                await page.see("heading", "Choose a password")
                self.assertEqual(await page.title(), "Choose a password · runnel")
                # Nothing else is offered before that, not even after a reload or at another address.
                await page.go("/applications")
                await page.reload()
                await page.see("heading", "Choose a password")
                self.assertEqual(await page.count("link", "Applications"), 0)
                self.assertEqual(await page.violations(), [])
                await page.picture("first-password")
                await self.change(page, first, NEW, "another one")
                await self.complained(page, "This is not the same as above.")
                await self.change(page, first, "short")
                await self.complained(page, "12")
                await self.change(page, "not the first one", NEW)
                await self.complained(page, "is not the password that you have now")
                await page.focusOn("Current password")
                await page.picture("first-password-wrong")
                await self.change(page, first, NEW)
                await page.seeText("Your password is changed")
                await page.see("heading", "Applications")
                await runnel.eventually(lambda: not file.exists(), "the file with the password is gone")
                await page.click("button", "Sign out")
                await page.see("heading", "Sign in to runnel")
                await page.seeText("You are signed out")
                await page.sign_in("admin", first)
                await page.seeText("The user or the password is wrong.", exact=True)
                await page.sign_in("admin", NEW)
                await page.see("heading", "Applications")
                await page.reload()
                await page.see("heading", "Applications")

    async def test_who_guesses_is_told_to_wait(self):
        async with runnel.Runnel() as broker:
            nobody = api.Api(broker)
            for _ in range(8):
                if (await nobody.login("admin", "no horse battery", None)).status == 429:
                    break
            async with Browser(broker, errors=True, width=390, colours="dark") as page:
                await page.sign_in("admin", "no horse battery")
                await page.seeText("Too many wrong passwords from this address; try again in")
                self.assertEqual(await page.violations(), [])
                await page.picture("sign-in-wait")

    async def test_an_account_says_who_one_is_and_changes_the_password(self):
        async with runnel.Runnel() as broker:
            other = await api.with_password(broker, "olaf", "operator", [APPLICATION])
            async with Browser(broker, width=390, errors=True) as page:
                await page.sign_in("olaf", api.PASSWORD)
                await page.see("heading", "Overview")
                await page.click("button", "Menu")
                await page.click("link", "olaf")
                await page.see("heading", "Your account")
                self.assertEqual(await page.count("button", "Sign out"), 0)  # the menu is closed again
                await page.seeText("Operator", exact=True)
                await page.see("link", APPLICATION)
                self.assertEqual(await page.violations(), [])
                self.assertLessEqual(await page.evaluate("document.documentElement.scrollWidth"), 390)
                await page.picture("account-phone")
                await self.change(page, api.PASSWORD, NEW)
                await page.seeText("your other sessions are signed out")
                self.assertEqual(await page.value("Current password"), "")
                await other.get(f"{api.BASE}/session", 401)
                await api.Api(broker).login("olaf", NEW)
                await page.reload()
                await page.see("heading", "Your account")
                # A session that ends elsewhere ends here, and the page is there again afterwards.
                await api.local(broker).put(f"{api.BASE}/users/olaf/password", {"password": api.PASSWORD}, 204)
                await self.change(page, NEW, NEW + "!")
                await page.see("heading", "Sign in to runnel")
                await page.sign_in("olaf", api.PASSWORD)
                await page.see("heading", "Your account")

    async def test_a_page_that_was_open_goes_on_after_a_restart_of_the_broker(self):
        port = runnel.free_port()
        async with runnel.Runnel(admin={"listen": f"127.0.0.1:{port}",
                                        "console": str(runnel.BUILD / "console")}) as broker:
            await api.with_password(broker, "anna", "admin")
            async with Browser(broker, errors=True) as page:
                await page.sign_in("anna", api.PASSWORD)
                await page.see("heading", "Overview")
                await broker.kill()
                await page.go("/applications")
                await page.seeText("The broker does not answer")
                await broker.restart()
                await page.seeText("There is no application yet")

    async def test_who_has_signed_in_anew_in_another_tab_goes_on_in_this_one(self):
        async with runnel.Runnel() as broker:
            await api.with_password(broker, "anna", "admin")
            async with Browser(broker, errors=True) as page:  # 403 is told by the browser
                await page.sign_in("anna", api.PASSWORD)
                await page.see("heading", "Overview")
                await page.go("/applications")
                await page.click("button", "Add application")
                await page.fill("Application EUI", "70B3D57ED0000001")
                login = {"method": "POST", "headers": {"Content-Type": "application/json"},
                         "body": json.dumps({"user": "anna", "password": api.PASSWORD})}
                await page.evaluate(f"fetch('{api.BASE}/session', {json.dumps(login)})"
                                    ".then(() => undefined)")
                await page.click("button", "Add application", within=["dialog", "Add application"])
                await page.see("heading", "70B3D57ED0000001")


if __name__ == "__main__":
    runnel.main()
