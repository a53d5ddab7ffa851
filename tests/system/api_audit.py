# SPDX-License-Identifier: Apache-2.0
"""The audit log has every change and every forbidden attempt at one: who, from where, what, and how
it ended; and no secret."""
import api
import runnel
from api_world import A, BODIES, SECRET_OPTION, World

AUDIT = f"{api.BASE}/audit"
# What would answer about something else than a change.
LEFT_OUT = {"login", "logout", "getEvents"}


class Audit(runnel.SystemTest):

    async def last(self, local):
        return (await local.get(f"{AUDIT}?limit=1")).json["items"][0]

    async def test_every_change_is_written(self):
        async with runnel.Runnel([runnel.webhook()]) as broker:
            world, missing = World(broker), []
            await world.ensure()
            admin = await api.with_key(broker, "admin")
            for method, path, operation in api.document().operations():
                name = operation["operationId"]
                if method == "GET" or name in LEFT_OUT:
                    continue
                target = world.target(path)
                answer = await admin.ask(method, target, BODIES.get(name))
                entry = await self.last(world.local)
                if answer.status < 300 and (entry["who"], entry["object"], entry["outcome"]) != (
                        f"key {admin.key_id} ({admin.name})", target, "done"):
                    missing.append(f"{name}: {answer.status}, {entry}")
                await world.ensure()
            self.assertEqual(missing, [])

    async def test_every_forbidden_attempt_is_written(self):
        async with runnel.Runnel([runnel.webhook()]) as broker:
            world, missing = World(broker), []
            await world.ensure()
            viewer = await api.with_password(broker, "vera", "viewer", [A])
            for method, path, operation in api.document().operations():
                name = operation["operationId"]
                if method == "GET" or name in LEFT_OUT:
                    continue
                target = world.target(path)
                answer = await viewer.ask(method, target, BODIES.get(name))
                self.assertEqual(answer.status, 403, name)
                entry = await self.last(world.local)
                if (entry["who"], entry["object"], entry["outcome"], entry["address"]) != (
                        "user vera", target, "refused", "127.0.0.1"):
                    missing.append(f"{name}: {entry}")
            self.assertEqual(missing, [])

    async def test_it_has_no_secret_survives_a_restart_and_can_be_filtered(self):
        async with runnel.Runnel([runnel.webhook()]) as broker:
            world = World(broker)
            await world.ensure()
            anna = await api.with_password(broker, "anna", "admin")
            await anna.patch(f"{api.application(A)}/streams/mqtt", {
                "options": {"password": "another-secret-option"}})
            typed = await anna.post(f"{api.application(A)}/streams/cloud/tokens", {
                "token": "typed-by-hand-0123"})
            await api.Api(broker).login("anna", "not her password", 401)
            before = await world.local.all(AUDIT)
            await broker.stop()
            await broker.restart()
            after = await world.local.all(AUDIT, limit=7)
            self.assertEqual(after, before)
            for secret in (SECRET_OPTION, "another-secret-option", typed.json["token"],
                           api.PASSWORD, "not her password", *world.texts):
                self.assertNotIn(secret, str(after))
            times = [entry["time"] for entry in after]
            self.assertEqual(times, sorted(times, reverse=True))
            found = await world.local.all(f"{AUDIT}?who=user%20anna&object={api.application(A)}")
            self.assertEqual({entry["who"] for entry in found}, {"user anna"})
            self.assertEqual(len(found), 2)
            logins = [(entry["outcome"], entry["detail"]) for entry in after
                      if entry["action"] == "login"]
            self.assertEqual(logins, [("refused", "wrong password"), ("done", "")])

    async def test_requests_that_were_wrong_do_not_fill_it(self):
        async with runnel.Runnel([runnel.webhook()]) as broker:
            world = World(broker)
            await world.ensure()
            before = await world.local.all(AUDIT)
            nobody = api.Api(broker)
            for _ in range(20):
                await nobody.post(f"{api.BASE}/applications", {"eui": A}, 401)
                await world.local.post(f"{api.BASE}/applications", {"eui": "x"}, 422)
            self.assertEqual(await world.local.all(AUDIT), before)


if __name__ == "__main__":
    runnel.main()
