# SPDX-License-Identifier: Apache-2.0
"""The first minute with the console: the password of the broker's is changed, and one is in."""
import api
import runnel
from browser import Browser


class SignIn(runnel.SystemTest):

    async def test_the_first_password_has_to_be_changed(self):
        async with runnel.Runnel() as broker:
            async with Browser(broker, errors=True) as page:  # 401 is in the browser's console
                await page.see("heading", "Sign in to runnel")
                self.assertEqual(await page.violations(), [])
                await page.picture("sign-in")
                await page.sign_in("admin", "a wrong password")
                await page.see("alert", "")
                password = (broker.data / "admin-password").read_text(encoding="utf-8").strip()
                await page.sign_in("admin", password)
                await page.see("link", "Applications")
                await page.go("/applications")
                await page.see("heading", "Applications")
                await page.picture("applications")
                self.assertEqual(await page.violations(), [])


if __name__ == "__main__":
    runnel.main()
