# SPDX-License-Identifier: Apache-2.0
"""Tokens of a stream: several, with scopes and an end, revoked and rotated while clients are
connected. On disk there is none in clear."""
import asyncio
import datetime
import http.client
import time
import urllib.parse

import api
import mqtt_client
import runnel

APPLICATION, DEVICE = "70B3D57ED0000001", "0080E1150529E258"
OWN = api.application(APPLICATION)
STREAM, TOKENS = f"{OWN}/streams/cloud", f"{OWN}/streams/cloud/tokens"
# Seconds: what a busy machine needs for what is done with a token that ends soon; and for what
# happens at once.
OVERLAP, SOON = 5, 15


def in_seconds(seconds):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class ApiTokens(runnel.SystemTest):

    async def made(self, broker, protocol="websocket", **more):
        """An operator, and the first token of its stream."""
        local = api.local(broker)
        await local.put(OWN, {"name": "Parking"}, 201)
        stream = await local.put(STREAM, {"protocol": protocol, **more}, 201)
        self.operator = await api.with_key(broker, "operator", [APPLICATION])
        return stream.json["token"]

    async def new(self, **more):
        return (await self.operator.post(TOKENS, more)).json

    async def posted(self, broker, counter=None):
        """An uplink that is no repeat, unless `counter` says which it is."""
        self.counter = counter or getattr(self, "counter", 0) + 1
        counter, poster = self.counter, broker.poster()
        uplink = {"DeviceEUI": DEVICE, "AppEUI": APPLICATION, "Port": 2, "Data": f"{counter:04X}",
                  "FrameCounter": counter}
        status, body = await asyncio.to_thread(poster.post, "/", uplink)
        self.assertEqual(status, 200, body)
        poster.close()

    def status(self, broker, token):
        """101: it opens."""
        connection = http.client.HTTPSConnection("127.0.0.1", broker.websocket_port,
                                                 timeout=runnel.PATIENCE,
                                                 context=runnel.unverified())
        connection.request("GET", f"/?token={token}", headers=runnel.UPGRADE)
        status = connection.getresponse().status
        connection.close()
        return status

    async def opens(self, broker, token):
        """Asserts that it receives."""
        client = await broker.connect(token)
        await self.posted(broker)
        self.assertEqual((await client.document())["DeviceEUI"], DEVICE)
        await client.close()

    async def closed_soon(self, client, code):
        started = time.monotonic()
        self.assertEqual(await client.close_code(), code)
        self.assertLess(time.monotonic() - started, SOON)

    async def test_a_revoked_token_closes_its_sessions_at_once_and_opens_nothing(self):
        async with runnel.Runnel([runnel.webhook()]) as broker:
            kept = await self.made(broker)
            token = await self.new(label="laptop")
            clients = [await broker.connect(token["token"]) for _ in range(3)]
            other = await broker.connect(kept)
            deletion = asyncio.create_task(self.operator.delete(f"{TOKENS}/{token['id']}"))
            await asyncio.gather(*(self.closed_soon(each, 1008) for each in clients))
            await deletion
            self.assertEqual(self.status(broker, token["token"]), 401)
            await self.operator.get(f"{TOKENS}/{token['id']}", 404)
            await self.posted(broker, 2)
            self.assertEqual((await other.document())["Data"], "0002")
            await other.close()

    async def test_a_revoked_token_ends_mqtt_sessions_too(self):
        async with runnel.Runnel([runnel.webhook()], protocols={"mqtt": runnel.MQTT}) as broker:
            kept = await self.made(broker, "mqtt")
            token = await self.new()
            for version in ("5", "3.1.1"):
                async with mqtt_client.Paho(broker.mqtt_port, version, user=token["token"],
                                            reconnect=False) as client, \
                        mqtt_client.Paho(broker.mqtt_port, version, user=kept) as other:
                    await client.connect((f"{APPLICATION}/+/up", 1))
                    await other.connect((f"{APPLICATION}/+/up", 1))
                    started = time.monotonic()
                    await self.operator.delete(f"{TOKENS}/{token['id']}")
                    code, _ = await asyncio.wait_for(client.answers.get(), runnel.PATIENCE)
                    self.assertEqual(code, -1)
                    self.assertLess(time.monotonic() - started, SOON)
                    await self.posted(broker)
                    self.assertEqual((await other.document())["DeviceEUI"], DEVICE)
                async with mqtt_client.Paho(broker.mqtt_port, version,
                                            user=token["token"]) as client:
                    with self.assertRaises(mqtt_client.Refused):
                        await client.connect()
                token = await self.new()

    async def test_after_a_rotation_both_work_during_the_overlap_and_then_the_new_one(self):
        async with runnel.Runnel([runnel.webhook()]) as broker:
            await self.made(broker)
            old = await self.new(label="gate", scopes=["up"])
            client = await broker.connect(old["token"])
            rotated = time.monotonic()
            new = (await self.operator.post(f"{TOKENS}/{old['id']}/rotate",
                                            {"overlapSeconds": OVERLAP})).json
            self.assertEqual((new["label"], new["scopes"]), ("gate", ["up"]))
            self.assertNotEqual(new["token"], old["token"])
            self.assertIn("expires", (await self.operator.get(f"{TOKENS}/{old['id']}")).json)
            for token in (old, new):
                await self.opens(broker, token["token"])
            self.assertLess(time.monotonic() - rotated, OVERLAP, "this machine is too slow to tell")
            self.assertEqual(await client.close_code(), 1008)
            self.assertGreater(time.monotonic() - rotated, OVERLAP - 0.5)
            self.assertLess(time.monotonic() - rotated, OVERLAP + SOON)
            self.assertEqual(self.status(broker, old["token"]), 401)
            await self.opens(broker, new["token"])

    async def test_a_rotation_without_overlap_ends_the_old_one_at_once(self):
        async with runnel.Runnel([runnel.webhook()]) as broker:
            await self.made(broker)
            old = await self.new()
            client = await broker.connect(old["token"])
            await self.operator.post(f"{TOKENS}/{old['id']}/rotate", {"overlapSeconds": 0})
            await self.closed_soon(client, 1008)
            self.assertEqual(self.status(broker, old["token"]), 401)

    async def test_an_expired_token_closes_its_sessions_and_opens_nothing(self):
        async with runnel.Runnel([runnel.webhook()]) as broker:
            await self.made(broker)
            token = await self.new(expires=in_seconds(OVERLAP))
            client = await broker.connect(token["token"])
            await self.closed_soon(client, 1008)
            self.assertEqual(self.status(broker, token["token"]), 401)
            token = await self.new(expires=in_seconds(OVERLAP))
            await self.operator.patch(f"{TOKENS}/{token['id']}", {"expires": None})
            await asyncio.sleep(OVERLAP + 0.5)
            await self.opens(broker, token["token"])

    async def test_only_down_gets_no_documents_and_only_up_sends_no_downlinks(self):
        async with runnel.Runnel([runnel.webhook()]) as broker:
            await self.made(broker)
            await self.operator.post(f"{OWN}/devices", {"eui": DEVICE})
            up, down = await self.new(scopes=["up"]), await self.new(scopes=["down"])
            listener = await broker.connect(up["token"])
            await self.posted(broker, 7)
            self.assertEqual((await listener.document())["Data"], "0007")
            receipt = await listener.ask({"DeviceEUI": DEVICE, "Data": "01", "Port": 2})
            self.assertEqual(receipt["Receipt"], "rejected")
            sender = await broker.connect(down["token"])
            await self.posted(broker, 8)
            self.assertEqual((await listener.document())["Data"], "0008")
            await sender.silence()
            receipt = await sender.ask({"DeviceEUI": DEVICE, "Data": "01", "Port": 300})
            self.assertEqual(receipt["Field"], "Port", "its downlinks are looked at")
            for scopes in (["down", "up"], ["up"]):
                await self.operator.patch(f"{TOKENS}/{down['id']}", {"scopes": scopes})
                found = (await self.operator.get(f"{TOKENS}/{down['id']}")).json["scopes"]
                self.assertEqual(set(found), set(scopes))
            for client in (listener, sender):
                await client.close()

    async def test_a_stream_has_several_and_all_survive_a_restart(self):
        async with runnel.Runnel([runnel.webhook()]) as broker:
            texts = [await self.made(broker)]
            texts += [(await self.new(label=f"number {n}"))["token"] for n in range(9)]
            texts.append((await self.new(token="typed-by-hand-0123"))["token"])
            self.assertEqual(texts[-1], "typed-by-hand-0123")
            gone = await self.new()
            await self.operator.delete(f"{TOKENS}/{gone['id']}")
            before = await self.operator.all(TOKENS, limit=3)
            await broker.stop()
            await broker.restart()
            after = await self.operator.all(TOKENS)
            for token in (*before, *after):
                token.pop("lastUsed", None)
            self.assertEqual(after, before)
            self.assertEqual({token["token"] for token in after}, set(texts))
            for text in texts:
                self.assertEqual(self.status(broker, text), 101)
            self.assertEqual(self.status(broker, gone["token"]), 401)

    async def test_the_url_of_a_stream_opens_it_whatever_its_token_is_made_of(self):
        typed = "+a&b=c#d%20e?f/~g:h;i,j"
        async with runnel.Runnel([runnel.webhook()]) as broker:
            local = api.local(broker)
            await local.put(OWN, {"name": "Parking"}, 201)
            await local.put(STREAM, {"token": typed}, 201)
            url = (await local.get(STREAM)).json["url"]
            query = urllib.parse.urlsplit(url).query
            self.assertEqual(urllib.parse.parse_qs(query, strict_parsing=True), {"token": [typed]})

    async def test_a_token_is_one_streams_alone(self):
        async with runnel.Runnel([runnel.webhook()]) as broker:
            first = await self.made(broker)
            answer = await self.operator.ask("POST", TOKENS, {"token": first})
            self.assertIn(answer.status, (409, 422))
            answer = await self.operator.ask("POST", f"{OWN}/streams", {"token": first})
            self.assertIn(answer.status, (409, 422))
            self.assertNotIn(first.encode(), answer.body)
            self.assertEqual(len(await self.operator.all(f"{OWN}/streams")), 1,
                             "nothing is left of a stream that was refused")

    async def test_putting_back_what_get_gave_leaves_the_tokens_as_they_are(self):
        async with runnel.Runnel([runnel.webhook()]) as broker:
            await self.made(broker)
            for token in await self.operator.all(TOKENS):
                await self.operator.patch(f"{TOKENS}/{token['id']}", {
                    "label": "gate", "scopes": ["up"], "expires": in_seconds(3600)})
            before = await self.operator.all(TOKENS)
            stream = (await self.operator.get(STREAM)).json
            await self.operator.put(STREAM, stream, 200)
            self.assertEqual(await self.operator.all(TOKENS), before)

    async def test_a_gateways_stream_has_no_way_down(self):
        async with runnel.Runnel([runnel.webhook()]) as broker:
            local, gateway = api.local(broker), api.gateway("0016C001F1500001")
            await local.put(gateway, {}, 201)
            await local.put(f"{gateway}/streams/roof", {}, 201)
            tokens = f"{gateway}/streams/roof/tokens"
            await local.post(tokens, {"scopes": ["down"]}, 422)
            await local.put(f"{gateway}/streams/roof", {"scope": {"device": DEVICE}}, 422)
            for token in await local.all(tokens):
                self.assertEqual(token["scopes"], ["up"])

    async def test_last_used_is_shown(self):
        async with runnel.Runnel([runnel.webhook()]) as broker:
            await self.made(broker)
            token = await self.new()
            self.assertNotIn("lastUsed", token)
            await self.opens(broker, token["token"])
            for _ in range(2):
                found = (await self.operator.get(f"{TOKENS}/{token['id']}")).json
                self.assertIn("lastUsed", found)
                await broker.stop()
                await broker.restart()

    async def test_no_file_and_no_line_of_the_log_has_a_token_in_clear(self):
        async with runnel.Runnel([runnel.webhook()]) as broker:
            secrets = [await self.made(broker), (await self.new())["token"],
                       (await self.new(token="typed-by-hand-4567"))["token"]]
            typed = await self.operator.post(f"{OWN}/streams", {"token": "another-by-hand-89"})
            secrets.append(typed.json["token"])
            secrets += [self.operator.headers["Authorization"].split()[1], api.PASSWORD]
            await api.with_password(broker, "anna", "viewer")
            await self.opens(broker, secrets[0])
            await self.operator.post(f"{TOKENS}/1/rotate", {}, None)
            for is_running in (True, False):
                files = [path for path in broker.data.rglob("*") if path.is_file()]
                self.assertTrue(any(path.name.startswith("registry") for path in files), files)
                for path in files:
                    content = path.read_bytes()
                    for secret in secrets:
                        self.assertNotIn(secret.encode(), content, path)
                    if path.name in ("registry.db", "key", "admin-password"):
                        self.assertEqual(path.stat().st_mode & 0o077, 0, path)
                if is_running:
                    await broker.stop()
            for secret in secrets:
                self.assertFalse([line for line in broker.log if secret in line])


if __name__ == "__main__":
    runnel.main()
