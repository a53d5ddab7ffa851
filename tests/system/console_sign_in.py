# SPDX-License-Identifier: Apache-2.0
"""The first minute with the console: one signs in with the password of the broker's, chooses one of
one's own, and is in."""
import api
import runnel
from browser import Browser

NEW = "another horse battery staple"


class SignIn(runnel.SystemTest):

    async def test_the_first_password_has_to_be_changed(self):
        async with runnel.Runnel() as broker:
            file = broker.data / "admin-password"
            async with Browser(broker, errors=True) as page:  # 401 is told by the browser
                await page.see("heading", "Sign in to runnel")
                self.assertEqual(await page.violations(), [])
                await page.sign_in("admin", "a wrong password")
                await page.see("alert", "")
                await page.picture("sign-in-wrong")
                password = file.read_text(encoding="utf-8").strip()
                await page.sign_in("admin", password)
                await page.see("heading", "Choose a password")
                self.assertEqual(await page.violations(), [])
                await page.picture("first-password")
                await page.fill("Current password", password)
                await page.fill("New password", "short")
                await page.fill("New password again", "shorter")
                await page.seeText("This is not the same as above.")
                await page.fill("New password again", "short")
                await page.click("button", "Change password")
                await page.seeText("12")
                await page.see("heading", "Choose a password")
                await page.fill("New password", NEW)
                await page.fill("New password again", NEW)
                await page.click("button", "Change password")
                await page.see("heading", "Overview")
            await runnel.eventually(lambda: not file.exists(), "the file with the password is gone")
            async with Browser(broker) as page:
                await page.sign_in("admin", NEW)
                await page.see("heading", "Overview")
                await page.reload()
                await page.see("heading", "Overview")
                await page.click("button", "Sign out")
                await page.see("heading", "Sign in to runnel")

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


if __name__ == "__main__":
    runnel.main()
