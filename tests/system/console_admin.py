# SPDX-License-Identifier: Apache-2.0
"""Who manages the broker, in the console: users, API keys that then work, the audit log; and the way
about the console by keyboard alone."""
import api
import runnel
from browser import Browser

APPLICATION, OTHER = "70B3D57ED0000001", "70B3D57ED0000002"
TYPED = "typed by an administrator"
WHO, OBJECT = "Who, such as user anna", "Object, such as /users"


class Admin(runnel.SystemTest):

    async def enter(self, broker, page, path, heading):
        await api.with_password(broker, "anna", "admin")
        await page.sign_in("anna", api.PASSWORD)
        await page.see("heading", "Overview")
        await page.go(path)
        await page.see("heading", heading)

    async def row(self, page, name, *words):
        """Waits until the row of this name has these words."""
        found = f"[...document.querySelectorAll('tbody tr')].find((row) => row.cells[0].innerText === '{name}')"
        await page.until(f"[{', '.join(map(repr, words))}].every((word) => {found}?.innerText.includes(word))")

    async def right(self, page, picture):
        self.assertEqual(await page.violations(), [], picture)
        await page.picture(picture)

    async def test_users_are_made_changed_and_removed(self):
        async with runnel.Runnel() as broker:
            local = api.local(broker)
            async with Browser(broker, errors=True) as page:  # complaints of the broker are told by the browser
                await self.enter(broker, page, "/users", "Users")
                await self.row(page, "anna", "Administrator", "this is you")
                self.assertEqual(await page.count("button", "Remove anna"), 0)
                await page.click("button", "Add user")
                await page.fill("Name", "Olaf")
                await page.choose("Role", "operator")
                await page.seeText("Sees and changes what is inside the applications")
                await page.fill("Application EUIs", "70B3")
                await page.click("button", "Add user", within=["dialog", "Add user"])
                await page.until("document.querySelectorAll('.wrong').length === 2")
                await page.focusOn("Name")
                await self.right(page, "users-add-wrong")
                await page.fill("Name", "olaf")
                await page.fill("Application EUIs", f"{APPLICATION}, {OTHER}")
                await page.click("button", "Add user", within=["dialog", "Add user"])
                # The broker has made the password: it is shown once, and works.
                await page.see("dialog", "User olaf is added")
                await page.click("button", "Copy password")
                made = await page.clipboard()
                self.assertEqual(made, await page.value("Password"))
                await self.right(page, "users-made")
                await page.click("button", "Done")
                await self.row(page, "olaf", "Operator", "2 applications", "never")
                self.assertNotIn(made, await page.text())
                olaf = api.Api(broker)
                self.assertTrue((await olaf.login("olaf", made)).json["mustChangePassword"])

                await page.click("button", "Change olaf")
                await page.choose("Role", "viewer")
                await page.fill("Application EUIs", "")
                await page.click("button", "Save")
                await page.seeText("User olaf is saved")
                await self.row(page, "olaf", "Viewer", "all applications")
                self.assertEqual((await local.get(f"{api.BASE}/users/olaf")).json["role"], "viewer")

                await page.click("button", "Set password of olaf")
                await page.fill("New password", TYPED)
                await page.click("button", "Set password", within=["dialog", "Set the password of olaf"])
                await page.seeText("The password of olaf is set")
                await olaf.get(f"{api.BASE}/session", 401)
                await olaf.login("olaf", TYPED)

                await page.click("button", "Remove olaf")
                await page.seeText("is signed out at once")
                await self.right(page, "users-remove")
                await page.click("button", "Cancel")
                await page.focusOn("Remove olaf")
                await page.click("button", "Remove olaf")
                await page.click("button", "Remove", within=["dialog", "Remove user olaf?"])
                await page.seeText("User olaf is removed")
                await page.miss("button", "Remove olaf")
                await olaf.get(f"{api.BASE}/session", 401)
                await self.right(page, "users-list")

    async def test_who_guessed_too_often_is_shown_as_locked(self):
        async with runnel.Runnel() as broker:
            await api.with_password(broker, "victor", "viewer")
            guesser = api.Api(broker, source="127.0.0.2")
            for _ in range(8):
                await guesser.login("victor", "no horse battery", None)
            async with Browser(broker) as page:
                await self.enter(broker, page, "/users", "Users")
                await self.row(page, "victor", "Locked for a while")
                await self.row(page, "anna", "Open")

    async def test_an_api_key_works_until_it_is_removed(self):
        async with runnel.Runnel() as broker:
            local = api.local(broker)
            for eui in (APPLICATION, OTHER):
                await local.post(f"{api.BASE}/applications", {"eui": eui})
            async with Browser(broker, width=390, colours="dark", errors=True) as page:
                await self.enter(broker, page, "/keys", "API keys")
                await page.seeText("There is no API key yet")
                await page.click("button", "Add API key")
                await page.fill("Name", "grafana")
                await page.fill("Application EUIs", APPLICATION)
                await page.fill("Expires", "2001-01-01T00:00")
                await page.click("button", "Add API key", within=["dialog", "Add API key"])
                await page.until("document.querySelectorAll('.wrong').length === 1")
                await page.focusOn("Expires")
                await self.right(page, "keys-add-wrong")
                await page.fill("Expires", "2040-07-01T12:00")  # in the reader's zone, UTC+2
                await page.click("button", "Add API key", within=["dialog", "Add API key"])
                await page.seeText("This key is shown only now")
                await page.click("button", "Copy key")
                key = await page.clipboard()
                await self.right(page, "keys-made")
                await page.click("button", "Done")
                await self.row(page, "grafana", "Viewer", APPLICATION, "01 Jul 2040, 12:00:00", "not yet")
                self.assertNotIn(key, await page.text())
                self.assertEqual((await local.get(f"{api.BASE}/keys")).json["items"][0]["expires"],
                                 "2040-07-01T10:00:00.000Z")

                program = api.Api(broker, key)
                applications = (await program.get(f"{api.BASE}/applications")).json["items"]
                self.assertEqual([each["eui"] for each in applications], [APPLICATION])
                await program.post(f"{api.BASE}/users", {"name": "eve", "role": "admin"}, 403)
                self.assertLessEqual(await page.evaluate("document.documentElement.scrollWidth"), 390)
                await self.right(page, "keys-phone")
                await page.click("button", "Remove grafana")
                await page.click("button", "Remove", within=["dialog", "Remove API key grafana?"])
                await page.seeText("There is no API key yet")
                await program.get(f"{api.BASE}/applications", 401)

    async def test_the_audit_log_says_who_did_what(self):
        async with runnel.Runnel() as broker:
            viewer = await api.with_password(broker, "victor", "viewer")
            async with Browser(broker, errors=True) as page:
                await self.enter(broker, page, "/audit", "Audit log")
                anna = await api.with_key(broker, "admin")
                for number in range(55):
                    await anna.put(api.application(f"70B3D57ED00000{number:02X}"), {"name": f"No. {number}"}, 201)
                await viewer.put(api.application(OTHER), {"name": "Mine"}, 403)
                await page.reload()
                await page.see("heading", "Audit log")
                await page.until("document.querySelectorAll('tbody tr').length === 50")
                first = (await page.texts("tbody tr"))[0]
                self.assertRegex(first, r"victor[\s\S]*forbidden")
                times = await page.evaluate("[...document.querySelectorAll('tbody time')].map((each) => each.dateTime)")
                self.assertEqual(times, sorted(times, reverse=True))
                await page.click("button", "Next")
                await page.seeText("Page 2")
                await page.click("button", "Previous")
                await page.fill(OBJECT, f"/applications/{OTHER}")
                await page.until("document.querySelectorAll('tbody tr').length === 2")
                await page.click("link", "user victor")
                await page.see("link", "user victor")
                await page.miss("link", "user anna")
                self.assertEqual((await page.value(WHO), await page.value(OBJECT)), ("user victor", ""))
                await page.fill(OBJECT, f"/applications/{OTHER}")
                await page.until("document.querySelectorAll('tbody tr').length === 1")
                # The filter is in the address: a link to it shows the same.
                await page.reload()
                await page.until("document.querySelectorAll('tbody tr').length === 1")
                self.assertEqual(await page.value(WHO), "user victor")
                await self.right(page, "audit-filtered")
                await page.fill(WHO, "user nobody")
                await page.seeText("Nothing of that is in the log")
                secrets = (api.PASSWORD, anna.headers["Authorization"].removeprefix("Bearer "))
                await page.fill(WHO, "")
                await page.fill(OBJECT, "")
                await page.until("document.querySelectorAll('tbody tr').length === 50")
                for secret in secrets:
                    self.assertNotIn(secret, await page.text())

    async def back_to(self, page, name):
        """Goes backwards through the page until the focus is on it."""
        for _ in range(40):
            await page.press("Shift+Tab")
            if (await page.focused())["name"] == name:
                return
        self.fail(f"{name} is not reached by keyboard")

    async def test_the_console_is_used_by_keyboard_alone(self):
        async with runnel.Runnel() as broker:
            await api.with_password(broker, "anna", "admin")
            async with Browser(broker) as page:
                await page.see("heading", "Sign in to runnel")
                await page.focusOn("User")
                await page.type("anna")
                await page.press("Tab")
                await page.type(api.PASSWORD)
                await page.press("Enter")
                await page.see("heading", "Overview")
                await page.focusOn("Overview")
                await self.back_to(page, "Skip to the content")
                await page.until("document.activeElement.getBoundingClientRect().top >= 0")
                await page.press("Enter")
                await page.until("document.activeElement.tagName === 'MAIN'")
                # Through the menu: after each page the focus is on its heading.
                await self.back_to(page, "Applications")
                await page.press("Enter")
                await page.see("heading", "Applications")
                await page.focusOn("Applications")
                await page.press("Tab")
                await page.focusOn("Add application")
                await page.press("Enter")
                await page.see("dialog", "Add application")
                await page.press("Escape")
                await page.miss("dialog", "Add application")
                await page.focusOn("Add application")

    async def test_addresses_that_are_none_are_said_to_be_none(self):
        async with runnel.Runnel() as broker:
            async with Browser(broker) as page:
                await self.enter(broker, page, "/nowhere", "There is no such page")
                for path in ("/plugins/a/b/c", "/applications/%", "/applications/%FF/devices"):
                    await page.go(path)
                    await page.see("heading", "There is no such page")
                await page.click("link", "Go to the overview")
                await page.see("heading", "Overview")


if __name__ == "__main__":
    runnel.main()
