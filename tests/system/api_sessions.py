# SPDX-License-Identifier: Apache-2.0
"""People log in with a password and keep a cookie: who steals neither cannot get in, who guesses
is slowed down without locking others out."""
import asyncio
import re

import api
import runnel

SESSION, USERS = f"{api.BASE}/session", f"{api.BASE}/users"
NEW = "another horse battery"


class Sessions(runnel.SystemTest):

    async def test_the_cookie_is_kept_from_scripts_and_from_other_sites(self):
        async with runnel.Runnel() as broker:
            await api.with_password(broker, "anna", "viewer")
            answer = await api.Api(broker).login("anna", api.PASSWORD)
            cookie = answer.headers["set-cookie"]
            self.assertRegex(cookie, r"^runnel_session=[A-Za-z0-9_-]{43};")
            flags = {flag.strip().lower() for flag in cookie.split(";")[1:]}
            self.assertLessEqual({"httponly", "secure", "samesite=strict", "path=/"}, flags)
            self.assertNotIn("domain", cookie.lower())
            self.assertIn("no-store", answer.headers.get("cache-control", ""))

    async def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(self):
        async with runnel.Runnel() as broker:
            await api.with_password(broker, "anna", "viewer")
            answers = [await api.Api(broker).login(user, "no horse battery", 401)
                       for user in ("anna", "nobody-of-that-name", "", "a" * 64)]
            self.assertEqual(len({answer.body for answer in answers}), 1)
            self.assertFalse([each for each in answers if "set-cookie" in each.headers])
            self.assertIn("bearer", answers[0].headers["www-authenticate"].lower())

    async def test_a_change_needs_the_csrf_token_of_the_same_session(self):
        async with runnel.Runnel() as broker:
            anna = await api.with_password(broker, "anna", "admin")
            berta = await api.with_password(broker, "berta", "admin")
            application = {"eui": "70B3D57ED0000001"}
            right = anna.headers["X-CSRF-Token"]
            for wrong in (None, "", "x", right[:-1], right + "x",
                          berta.headers["X-CSRF-Token"]):
                for method, target, body in (("POST", f"{api.BASE}/applications", application),
                                             ("DELETE", SESSION, None),
                                             ("POST", f"{api.BASE}/reload", None)):
                    answer = await anna.ask(method, target, body,
                                            headers={"X-CSRF-Token": wrong})
                    self.assertEqual(answer.status, 403, f"{method} {target} {wrong!r}")
            await anna.get(f"{api.BASE}/status", headers={"X-CSRF-Token": None})
            self.assertEqual(await anna.all(f"{api.BASE}/applications"), [])
            await anna.post(f"{api.BASE}/applications", application)

    async def test_after_logging_out_the_cookie_opens_nothing(self):
        async with runnel.Runnel() as broker:
            anna = await api.with_password(broker, "anna", "viewer")
            other = api.Api(broker)
            await other.login("anna", api.PASSWORD)
            self.assertEqual((await anna.get(SESSION)).json["user"], "anna")
            answer = await anna.delete(SESSION)
            self.assertRegex(answer.headers["set-cookie"], r"runnel_session=;.*([Mm]ax-[Aa]ge=0|"
                                                           r"[Ee]xpires=)")
            await anna.get(SESSION, 401)
            await other.get(SESSION)

    async def test_a_restart_ends_no_session_and_brings_none_back(self):
        async with runnel.Runnel() as broker:
            anna = await api.with_password(broker, "anna", "admin")
            berta = await api.with_password(broker, "berta", "viewer")
            carl = await api.with_password(broker, "carl", "viewer")
            before = (await anna.get(SESSION)).json
            await berta.delete(SESSION)
            await anna.put(f"{USERS}/carl/password", {"password": NEW}, 204)
            await broker.stop()
            await broker.restart()
            self.assertEqual((await anna.get(SESSION)).json, before)
            async with api.Events(anna) as events:
                self.assertEqual(events.status, 200)
            await anna.post(f"{api.BASE}/applications", {"eui": "70B3D57ED0000001"})
            for ended in (berta, carl):
                await ended.get(SESSION, 401)
            await anna.delete(SESSION)
            await broker.stop()
            await broker.restart()
            await anna.get(SESSION, 401)

    async def test_whoever_is_killed_does_not_end_sessions_either(self):
        async with runnel.Runnel() as broker:
            anna = await api.with_password(broker, "anna", "viewer")
            other = anna.again()
            await anna.put(f"{USERS}/anna/password", {"password": NEW, "current": api.PASSWORD})
            before = (await anna.get(SESSION)).json
            await broker.kill()
            await broker.restart()
            self.assertEqual((await other.get(SESSION)).json, before)

    async def test_who_has_a_password_of_the_brokers_is_advised_to_change_it(self):
        async with runnel.Runnel() as broker:
            anna = await api.with_password(broker, "anna", "admin")
            self.assertFalse((await anna.get(SESSION)).json["mustChangePassword"])
            made = (await anna.post(USERS, {"name": "berta", "role": "viewer"})).json["password"]
            first = (broker.data / "admin-password").read_text(encoding="utf-8").strip()
            for name, password in (("berta", made), ("admin", first)):
                person = api.Api(broker)
                self.assertTrue((await person.login(name, password)).json["mustChangePassword"])
                self.assertTrue((await person.get(SESSION)).json["mustChangePassword"])
                await person.put(f"{USERS}/{name}/password",
                                 {"password": NEW, "current": password}, 204)
                self.assertFalse((await person.get(SESSION)).json["mustChangePassword"])
                self.assertFalse((await person.login(name, NEW)).json["mustChangePassword"])
            key = await api.with_key(broker, "viewer")
            self.assertFalse((await key.get(SESSION)).json["mustChangePassword"])

    async def test_odd_cookies_and_keys_are_401_and_do_no_harm(self):
        async with runnel.Runnel() as broker:
            anna = await api.with_password(broker, "anna", "admin")
            good = anna.headers["Cookie"]
            nobody = api.Api(broker)
            for headers in ({"Cookie": "runnel_session="}, {"Cookie": "runnel_session=" + "A" * 43},
                            {"Cookie": good[:-1]}, {"Cookie": good + "A"}, {"Cookie": "=;;=;"},
                            {"Cookie": "x" * 8000}, {"Cookie": good.replace("runnel", "Runnel")},
                            {"Authorization": "Bearer"}, {"Authorization": "Bearer "},
                            {"Authorization": "Bearer rk_" + "A" * 43},
                            {"Authorization": "Basic YW5uYTp4"},
                            {"Authorization": "Bearer " + "x" * 8000},
                            {"Cookie": good, "Authorization": "Bearer rk_wrong"}):
                answer = await nobody.ask("GET", f"{api.BASE}/status", headers=headers)
                self.assertEqual(answer.status, 401, headers)
                self.assertIn("bearer", answer.headers["www-authenticate"].lower())
            await nobody.get(SESSION, headers={"Cookie": f"other=1; {good}; more=2"})

    async def test_who_guesses_waits_and_others_do_not(self):
        async with runnel.Runnel() as broker:
            anna = await api.with_password(broker, "anna", "viewer")
            statuses = []
            for _ in range(8):
                answer = await anna.again().login("anna", "no horse battery", None)
                statuses.append(answer.status)
                if answer.status == 429:
                    self.assertGreater(int(answer.headers["retry-after"]), 0)
            self.assertEqual(statuses[:3], [401] * 3)
            self.assertEqual(statuses[-1], 429)
            # The right one has to wait as well, here; a session that was there goes on.
            await api.Api(broker).login("anna", api.PASSWORD, 429)
            await anna.get(SESSION)
            found = (await api.local(broker).get(f"{USERS}/anna")).json
            self.assertTrue(found["isLocked"])
            # By another way in, somebody else, or after an admin gave a new password: no waiting.
            local_login = await api.local(broker).login("anna", api.PASSWORD, None)
            self.assertIn(local_login.status, (200, 429))
            await api.with_password(broker, "berta", "viewer")
            await api.local(broker).put(f"{USERS}/anna/password", {"password": NEW}, 204)
            await api.Api(broker).login("anna", NEW)

    async def test_another_address_is_not_locked(self):
        async with runnel.Runnel(admin={"listen": "0.0.0.0:0"}) as broker:
            await api.with_password(broker, "anna", "viewer")
            for _ in range(8):
                last = await api.Api(broker).login("anna", "no horse battery", None)
            self.assertEqual(last.status, 429)
            await api.Api(broker, source="127.0.0.2").login("anna", api.PASSWORD)

    async def test_many_at_once_are_no_way_around_the_lock(self):
        async with runnel.Runnel() as broker:
            await api.with_password(broker, "anna", "viewer")
            answers = await asyncio.gather(*(
                api.Api(broker).login("anna", f"no horse {n}", None) for n in range(40)))
            statuses = [answer.status for answer in answers]
            self.assertLessEqual(statuses.count(401), 5)
            self.assertLessEqual(set(statuses), {401, 429, 503})
            await api.local(broker).get(f"{api.BASE}/status")

    async def test_a_new_password_ends_the_other_sessions(self):
        async with runnel.Runnel() as broker:
            anna = await api.with_password(broker, "anna", "viewer")
            other = api.Api(broker)
            await other.login("anna", api.PASSWORD)
            own = f"{USERS}/anna/password"
            await anna.put(own, {"password": NEW}, 422)
            answer = await anna.put(own, {"password": NEW, "current": "not that one"})
            self.assertIn(answer.status, (403, 422))
            await anna.put(own, {"password": "short", "current": api.PASSWORD}, 422)
            await anna.put(own, {"password": NEW, "current": api.PASSWORD}, 204)
            await anna.get(SESSION)
            await other.get(SESSION, 401)
            await api.Api(broker).login("anna", api.PASSWORD, 401)
            await other.login("anna", NEW)
            await api.local(broker).put(own, {"password": api.PASSWORD}, 204)
            for each in (anna, other):
                await each.get(SESSION, 401)

    async def test_the_first_admins_password_stands_in_a_file_until_it_is_changed(self):
        async with runnel.Runnel() as broker:
            line = await broker.logged(r"admin.*password")
            file = broker.data / re.search(r"([\w.-]*password[\w.-]*)\b", line.split(
                str(broker.data))[-1]).group(1)
            self.assertEqual(file.stat().st_mode & 0o777, 0o600)
            password = re.findall(r"\S+", file.read_text(encoding="utf-8"))[-1]
            self.assertGreaterEqual(len(password), 16)
            admin = api.Api(broker)
            await admin.login("admin", password)
            self.assertEqual((await admin.get(SESSION)).json["role"], "admin")
            await broker.stop()
            await broker.restart()
            self.assertTrue(file.exists())
            await admin.login("admin", password)
            await admin.put(f"{USERS}/admin/password", {"password": NEW, "current": password}, 204)
            self.assertFalse(file.exists())
            self.assertFalse([each for each in broker.log if password in each or NEW in each])
            await broker.stop()
            await broker.restart()
            self.assertFalse(file.exists())
            await api.Api(broker).login("admin", NEW)

    async def test_the_last_admin_stays(self):
        async with runnel.Runnel() as broker:
            local = api.local(broker)
            await local.delete(f"{USERS}/admin", 409)
            await local.patch(f"{USERS}/admin", {"role": "viewer"}, 409)
            anna = await api.with_password(broker, "anna", "admin")
            await anna.delete(f"{USERS}/admin")
            await anna.delete(f"{USERS}/anna", 409)

    async def test_what_people_type_is_in_no_log_and_in_no_audit(self):
        async with runnel.Runnel() as broker:
            anna = await api.with_password(broker, "anna", "admin")
            await api.Api(broker).login("my-password-as-name", "some horse battery", 401)
            await anna.put(f"{USERS}/anna/password", {"password": NEW, "current": api.PASSWORD})
            made = (await anna.post(USERS, {"name": "berta", "role": "viewer"})).json
            self.assertGreaterEqual(len(made["password"]), 16)
            await api.Api(broker).login("berta", made["password"])
            key = (await anna.post(f"{api.BASE}/keys", {"name": "k", "role": "viewer"})).json["key"]
            await api.Api(broker, key).get(f"{api.BASE}/status")
            audit = str(await anna.all(f"{api.BASE}/audit"))
            for word in ("login", "/users/anna/password", "/keys", "berta"):
                self.assertIn(word, audit)
            secrets = (api.PASSWORD, NEW, made["password"], key, "my-password-as-name",
                       "some horse battery", anna.headers["Cookie"].partition("=")[2],
                       anna.headers["X-CSRF-Token"])
            text = "\n".join(broker.log) + audit
            for secret in secrets:
                self.assertNotIn(secret, text)


if __name__ == "__main__":
    runnel.main()
