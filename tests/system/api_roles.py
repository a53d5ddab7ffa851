# SPDX-License-Identifier: Apache-2.0
"""Who may do what: every operation of the management API, tried by everybody. Whoever manages one
application neither sees nor touches anything of another, by no way at all."""
import asyncio
import json

import api
import runnel
from api_world import (A, B, BODIES, BRAVO, DEVICE_A, DEVICE_B, GATEWAY, SECRET_OPTION, TIMES,
                       World)

NOBODYS = "D000000000000004"  # an application that does not exist
# What of B nobody else may read. Its EUIs are among them where one did not write them oneself.
MARKS_B = (*BRAVO, "stream-bravo")

# Operation by operation, what it asks of whoever calls it; see the OpenAPI document for the words.
NEEDS = {
    "nothing": "getOpenapi getLive getReady login",
    "login": "getSession logout getStatus listPlugins getPlugin listApplications listDevices "
             "listAllStreams getEvents putPassword listTemplates getTemplate",
    "seeApplication": "getApplication listApplicationDevices getDevice listDownlinks listMessages "
                      "listStreams getStream listStreamSessions listStreamAttempts listTokens getToken "
                      "listDeadLetters getDeadLetter listReplays getReplay "
                      "listStreamDocuments",
    "changeApplication": "createDevice putDevices putDevice patchDevice deleteDevice sendDownlink "
                         "createStream putStream patchStream deleteStream testStream createToken "
                         "patchToken deleteToken rotateToken deleteDeadLetters deleteDeadLetter "
                         "resendDeadLetter createReplay cancelReplay dryRunStream",
    "seeEverything": "getMetrics getTraffic listNetworks listGateways getGateway listGatewayStreams "
                     "getGatewayStream listGatewayStreamSessions listGatewayStreamAttempts listGatewayTokens "
                     "getGatewayToken listGatewayDeadLetters getGatewayDeadLetter "
                     "listGatewayReplays getGatewayReplay listGatewayStreamDocuments "
                     "listUnrouted",
    "admin": "reload createApplication putApplication patchApplication deleteApplication "
             "createGateway putGateway patchGateway deleteGateway createGatewayStream "
             "putGatewayStream patchGatewayStream deleteGatewayStream testGatewayStream "
             "createGatewayToken patchGatewayToken deleteGatewayToken rotateGatewayToken "
             "deleteGatewayDeadLetters deleteGatewayDeadLetter resendGatewayDeadLetter "
             "createGatewayReplay cancelGatewayReplay listUsers createUser getUser patchUser "
             "deleteUser listKeys createKey getKey deleteKey listAudit testTemplate putTemplate "
             "deleteTemplate dryRunGatewayStream",
}
NEED_OF = {name: need for need, names in NEEDS.items() for name in names.split()}

ALLOWED = 0
ROLES = ("admin", "operatorA", "operatorB", "viewerA", "viewerAll", "nobody")
# With objects of application A, in the order of ROLES.
EXPECTED = {
    "nothing": (ALLOWED,) * 6,
    "login": (ALLOWED,) * 5 + (401,),
    "seeApplication": (ALLOWED, ALLOWED, 404, ALLOWED, ALLOWED, 401),
    "changeApplication": (ALLOWED, ALLOWED, 404, 403, 403, 401),
    "seeEverything": (ALLOWED, 403, 403, 403, ALLOWED, 401),
    "admin": (ALLOWED, 403, 403, 403, 403, 401),
}
# Somebody else's password; and nobody has an account here who could log out with a key.
SPECIAL = {"putPassword": (ALLOWED, 403, 403, 403, 403, 401)}

class Roles(runnel.SystemTest):

    def broker(self):
        return runnel.Runnel([runnel.webhook()])

    async def people(self, broker):
        return {
            "admin": await api.with_key(broker, "admin"),
            "operatorA": await api.with_password(broker, "operator-a", "operator", [A]),
            "operatorB": await api.with_key(broker, "operator", [B]),
            "viewerA": await api.with_password(broker, "viewer-a", "viewer", [A]),
            "viewerAll": await api.with_key(broker, "viewer"), "nobody": api.Api(broker)}

    async def status(self, person, method, target, body):
        if method == "GET" and target.startswith(f"{api.BASE}/events"):
            async with api.Events(person) as events:
                return events.status
        answer = await person.ask(method, target, body)
        if person.name == "viewer-a" or person.name.startswith("viewer-"):
            self.no_secret(answer)
        return answer.status

    def no_secret(self, answer):
        text = answer.body.decode(errors="replace")
        for secret in (SECRET_OPTION, *self.world.texts):
            self.assertNotIn(secret, text, "a viewer was shown a secret")

    def test_the_table_has_every_operation(self):
        known = {operation["operationId"] for _, _, operation in api.document().operations()}
        self.assertEqual(known, set(NEED_OF))
        for _, path, operation in api.document().operations():
            self.assertEqual(operation["x-need"], NEED_OF[operation["operationId"]], path)

    async def test_everybody_tries_everything(self):
        async with self.broker() as broker:
            self.world = World(broker)
            await self.world.ensure()
            people, complaints, tried = await self.people(broker), [], 0
            for method, path, operation in api.document().operations():
                name = operation["operationId"]
                expected = SPECIAL.get(name, EXPECTED[NEED_OF[name]])
                for role, wanted in reversed(list(zip(ROLES, expected))):
                    tried += 1
                    status = await self.status(people[role], method, self.world.target(path),
                                               BODIES.get(name))
                    if complaint := self.complaint(name, status, wanted):
                        complaints.append(f"{name} as {role}: {complaint}")
                    await self.tidy(people[role], name, method, status)
            print(f"    {tried} combinations")
            self.assertEqual(complaints, [])

    async def tidy(self, person, name, method, status):
        if name in ("login", "logout") and person.headers.pop("Cookie", None):
            del person.headers["X-CSRF-Token"]  # a login ends the session that one had
            await person.login(person.name, api.PASSWORD)
        if method != "GET" and status < 300:
            await self.world.ensure()

    @staticmethod
    def complaint(name, status, wanted):
        if wanted != ALLOWED:
            return None if status == wanted else f"expected {wanted}, got {status}"
        if name.endswith("DeadLetter"):
            return None if status == 404 else f"expected 404, there is no letter 1, got {status}"
        if name == "sendDownlink" and status == 422 or name.startswith("cancel") and status == 409:
            return None  # nobody has heard the device; and the replay has ended
        return None if status < 300 else f"expected to be allowed, got {status}"

    async def test_of_another_application_one_learns_not_even_that_it_is_there(self):
        async with self.broker() as broker:
            self.world = World(broker)
            await self.world.ensure()
            there = await self.world.bravo()
            missing = {**there, "application": NOBODYS}
            people = await self.people(broker)
            before = await self.everything_of_b()
            for role in ("operatorA", "viewerA"):
                for method, path, operation in api.document().operations():
                    if "{application}" in path:
                        await self.compare(people[role], method, path, operation, there, missing)
            self.assertEqual(await self.everything_of_b(), before, "something of B was changed")

    async def compare(self, person, method, path, operation, there, missing):
        """The same answer for B's object and for one that does not exist."""
        name, found = operation["operationId"], []
        for parameters in (there, missing):
            answer = await person.ask(method, self.world.target(path, parameters),
                                      BODIES.get(name))
            self.assertIn(answer.status, (403, 404), name)
            text = answer.body.decode()
            for mark in MARKS_B:
                self.assertNotIn(mark, text)
            found.append((answer.status, text.replace(parameters["application"], "")))
        self.assertEqual(found[0], found[1], f"{name} as {person.name}")

    async def everything_of_b(self):
        path, local = api.application(B), self.world.local
        found = [(await local.get(path)).json, await local.all(f"{path}/devices")]
        for stream in await local.all(f"{path}/streams"):
            stream.pop("state")
            tokens = await local.all(f"{path}/streams/{stream['name']}/tokens")
            replays = await local.all(f"{path}/streams/{stream['name']}/replays")
            found += [stream, tokens, [replay["id"] for replay in replays]]
        return found

    async def test_no_list_shows_anything_of_another_application(self):
        async with self.broker() as broker:
            self.world = World(broker)
            await self.world.ensure()
            await self.world.bravo()
            people = await self.people(broker)
            queries = {"listDevices": (f"?search={DEVICE_B}", "?search=Device-Bravo", "?search=B0",
                                       "?origin=api"),
                       "listAllStreams": (f"?application={B}", "?protocol=websocket"),
                       "listMessages": (f"?device={DEVICE_B}",),
                       "listDownlinks": (f"?device={DEVICE_B}",)}
            for role in ("operatorA", "viewerA"):
                for method, path, operation in api.document().operations():
                    name = operation["operationId"]
                    if method != "GET" or name in ("getEvents", "getOpenapi"):
                        continue
                    for query in ("", *queries.get(name, ())):
                        answer = await people[role].ask("GET", self.world.target(path) + query)
                        for mark in (*MARKS_B, B, DEVICE_B):
                            if mark not in query:
                                self.assertNotIn(mark, answer.body.decode(), f"{name}{query}")
                        if query and answer.status == 200:
                            self.assertNotIn(DEVICE_B, answer.body.decode())
                        if query == f"?application={B}" and answer.status == 200:
                            self.assertEqual(answer.json["items"], [])

    async def test_a_stream_or_device_of_another_application_is_not_reached_through_ones_own(self):
        async with self.broker() as broker:
            self.world = World(broker)
            await self.world.ensure()
            there = await self.world.bravo()
            operator = (await self.people(broker))["operatorA"]
            before, own = await self.everything_of_b(), api.application(A)
            tokens = f"{own}/streams/cloud/tokens/{there['token']}"
            await operator.get(f"{own}/devices/{DEVICE_B}", 404)
            answer = await operator.ask("POST", f"{own}/devices/{DEVICE_B}/downlinks",
                                        {"port": 1, "data": "01"})
            self.assertIn(answer.status, (404, 422))
            await operator.get(f"{own}/streams/stream-bravo", 404)
            await operator.get(tokens, 404)
            await operator.delete(tokens, 404)
            await operator.post(f"{tokens}/rotate", {}, 404)
            await operator.get(f"{own}/streams/cloud/replays/{there['replay']}", 404)
            await operator.delete(f"{own}/streams/cloud/replays/{there['replay']}", 404)
            for to_stream in ("stream-bravo", f"{B}/cloud", f"{B}/stream-bravo", f"../{B}/cloud"):
                answer = await operator.ask("POST", f"{own}/streams/cloud/replays",
                                            {**TIMES, "toStream": to_stream})
                self.assertIn(answer.status, (404, 422), to_stream)
            for path, method, body in (
                    (f"{own}/devices", "POST", {"eui": DEVICE_B, "name": "mine"}),
                    (f"{own}/devices/{DEVICE_B}", "PUT", {"name": "mine"}),
                    (f"{own}/devices", "PUT", [{"eui": "A0000000000000D7"}, {"eui": DEVICE_B}])):
                answer = await operator.ask(method, path, body)
                self.assertIn(answer.status, (409, 422), path)
                for mark in (*MARKS_B, B):
                    self.assertNotIn(mark, answer.body.decode())
            await operator.get(f"{own}/devices/A0000000000000D7", 404)
            await operator.post(f"{own}/streams", {
                "name": "peeping", "scope": {"device": DEVICE_B}}, None)
            listed = json.dumps(await operator.all(f"{own}/streams"))
            self.assertNotIn(DEVICE_B, listed, "a stream of B's device")
            self.assertEqual(await self.everything_of_b(), before)

    async def test_a_device_that_was_heard_in_another_application_cannot_be_claimed(self):
        """Its uplinks name no application: the network server's id is mapped to B."""
        stranger = "0000000000000ABC"
        async with runnel.Runnel([runnel.webhook({"7": B})]) as broker:
            self.world = World(broker)
            await self.world.ensure()
            await self.world.bravo()
            people, poster, own = await self.people(broker), broker.poster(), api.application(A)
            token = (await self.world.local.get(f"{own}/streams/cloud")).json["url"].split("=")[1]
            client = await broker.connect(token)
            uplink = runnel.chirpstack_uplink(stranger, "7", 1)
            status, body = await asyncio.to_thread(poster.post, "/?event=up", uplink)
            self.assertEqual(status, 200, body)
            for method, path, body in (
                    ("POST", f"{own}/devices", {"eui": stranger}),
                    ("PUT", f"{own}/devices/{stranger}", {}),
                    ("PUT", f"{own}/devices", [{"eui": stranger}]),
                    ("POST", f"{own}/streams", {"name": "peeping", "scope": {"device": stranger}})):
                answer = await people["operatorA"].ask(method, path, body)
                self.assertIn(answer.status, (409, 422), f"{method} {path}")
            found = (await self.world.local.get(
                f"{api.application(B)}/devices/{stranger}")).json
            self.assertEqual((found["origin"], found["application"]), ("heard", B))
            await client.silence()
            await client.close()
            poster.close()

    async def test_a_gateways_streams_are_not_an_applications(self):
        async with self.broker() as broker:
            self.world = World(broker)
            await self.world.ensure()
            wrong = await api.with_key(broker, "operator", [GATEWAY])
            own = self.world.parameters["Gateway"]
            for method, path, operation in api.document().operations():
                if "{application}" not in path:
                    continue
                target = self.world.target(path, {**self.world.parameters[""], **own,
                                                  "application": GATEWAY})
                for person in (self.world.local, wrong):
                    answer = await person.ask(method, target, BODIES.get(operation["operationId"]))
                    if answer.status == 200 and answer.json.get("items") == []:
                        continue
                    if method == "PUT" and path.endswith("/{application}"):
                        self.assertIn(answer.status, (403, 409))  # their EUIs are one name
                        continue
                    if operation["operationId"] == "sendDownlink":
                        self.assertIn(answer.status, (403, 404, 422))  # no such device, it says
                        continue
                    self.assertIn(answer.status, (403, 404), f"{method} {path}")

    async def test_nobody_gets_more_rights_by_own_hands(self):
        async with self.broker() as broker:
            self.world = World(broker)
            await self.world.ensure()
            people = await self.people(broker)
            for role, name in (("operatorA", "operator-a"), ("viewerA", "viewer-a")):
                person = people[role]
                user = f"{api.BASE}/users/{name}"
                await person.patch(user, {"role": "admin", "applications": []}, 403)
                await person.put(f"{user}/password", {"password": "x" * 20}, 422)
                await person.put(f"{user}/password", {
                    "password": "x" * 20, "current": "y" * 20}, None)
                session = (await person.get(f"{api.BASE}/session")).json
                self.assertEqual(session["applications"], [A])
                await api.Api(broker).login(name, api.PASSWORD)

    async def test_rights_that_were_taken_are_gone_with_the_next_request(self):
        async with self.broker() as broker:
            self.world = World(broker)
            await self.world.ensure()
            people = await self.people(broker)
            user, own = f"{api.BASE}/users/operator-a", api.application(A)
            await people["operatorA"].get(own)
            await self.world.local.patch(user, {"applications": [NOBODYS]})
            await people["operatorA"].get(own, 404)
            await self.world.local.patch(user, {"role": "viewer", "applications": [A]})
            await people["operatorA"].post(f"{own}/streams", {}, 403)
            await self.world.local.delete(user)
            await people["operatorA"].get(own, 401)
            key = people["operatorB"]
            await self.world.local.delete(f"{api.BASE}/keys/{key.key_id}")
            await key.get(f"{api.BASE}/status", 401)

    async def test_events_are_of_what_one_may_see(self):
        async with self.broker() as broker:
            self.world = World(broker)
            await self.world.ensure()
            await self.world.bravo()
            operator = (await self.people(broker))["operatorA"]
            poster = broker.poster()
            async with api.Events(operator) as events, \
                    api.Events(operator, f"?application={B}") as of_b:
                for turn, (eui, device) in enumerate(((B, DEVICE_B), (A, DEVICE_A)) * 3):
                    uplink = {"DeviceEUI": device, "AppEUI": eui, "Port": 2, "Data": "01",
                              "FrameCounter": turn}
                    status, body = await asyncio.to_thread(poster.post, "/", uplink)
                    self.assertEqual(status, 200, body)
                    await self.world.local.patch(f"{api.application(eui)}/streams/cloud", {
                        "duplicates": ("best", "all")[turn % 2]})
                seen = []
                while sum(kind == "message" for kind, _ in seen) < 3:
                    seen.append(await events.event())
                for mark in (*MARKS_B, B, DEVICE_B):
                    self.assertNotIn(mark, json.dumps(seen))
                if of_b.status == 200:
                    with self.assertRaises(asyncio.TimeoutError):
                        self.fail(f"an event of B: {await of_b.event(0.5)}")
            poster.close()


if __name__ == "__main__":
    runnel.main()
