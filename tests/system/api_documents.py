# SPDX-License-Identifier: Apache-2.0
"""One sees in the API what a client of a stream gets, without being one, and which uplinks nobody
gets, with the reason and what to do."""
import asyncio
import json

import api
import runnel

OURS, DEVICE, GATEWAY, OTHER_GATEWAY = ("70B3D57ED0000001", "0080E1150529E258",
                                        "C0000000000000A3", "C0000000000000A4")
OWN = api.application(OURS)
CLOUD, ROOF = f"{OWN}/streams/cloud", f"{api.gateway(GATEWAY)}/streams/roof"
UNROUTED = f"{api.BASE}/unrouted"


class Documents(runnel.SystemTest):

    def broker(self):
        return runnel.Runnel([runnel.webhook({"7": OURS})])

    async def post(self, broker, *counters, application="7"):
        poster = broker.poster()
        for counter in counters:
            uplink = runnel.chirpstack_uplink(DEVICE, application, counter, gateways=[
                (GATEWAY, -60, 9.5), (OTHER_GATEWAY, -90, 2.0)])
            status, body = await asyncio.to_thread(poster.post, "/?event=up", uplink)
            self.assertEqual(status, 200, body)
        poster.close()

    async def listed(self, local, target, query=""):
        return (await local.get(f"{target}{query}")).json["items"]

    async def test_the_documents_are_those_that_a_client_gets(self):
        async with self.broker() as broker:
            local = api.local(broker)
            await local.put(OWN, {"name": "Parking"}, 201)
            token = (await local.put(CLOUD, {}, 201)).json["token"]
            await local.put(api.gateway(GATEWAY), {"name": "Roof"}, 201)
            roof = (await local.put(ROOF, {}, 201)).json["token"]
            for path, token, per_message, posted in ((CLOUD, token, 2, 5), (ROOF, roof, 1, 10)):
                before = (await local.get(path)).json["state"]["books"]
                first = 10 * per_message
                await self.post(broker, *range(first, first + 5))
                shown = await self.listed(local, f"{path}/documents", "?limit=5")
                self.assertEqual(len(shown), 5 * per_message)
                self.assertEqual({each["contentType"] for each in shown}, {"application/json"})
                positions = [each["position"] for each in shown]
                self.assertEqual(positions, sorted(positions, reverse=True))
                books = (await local.get(path)).json["state"]["books"]
                self.assertEqual(books["settled"], before["settled"], "somebody took them")
                client = await broker.connect(token)
                got = (await client.documents(posted * per_message))[-5 * per_message:]
                await client.close()
                by_message = [json.loads(each["text"]) for each in shown]
                newest_first = [got[n:n + per_message] for n in range(0, len(got), per_message)]
                self.assertEqual(by_message, sum(reversed(newest_first), []))

    async def test_the_documents_of_a_changed_stream_are_in_its_new_form(self):
        async with self.broker() as broker:
            local = api.local(broker)
            await local.put(OWN, {"name": "Parking"}, 201)
            await local.put(CLOUD, {}, 201)
            await self.post(broker, 1)
            await local.patch(CLOUD, {"duplicates": "best", "enabled": False,
                                      "options": {"sequence": True}})
            shown = await self.listed(local, f"{CLOUD}/documents")
            self.assertEqual(len(shown), 1)
            self.assertEqual(json.loads(shown[0]["text"])["Sequence"], shown[0]["position"])

    async def test_an_uplink_that_nobody_gets_is_listed_until_somebody_would(self):
        async with self.broker() as broker:
            local = api.local(broker)
            await self.post(broker, 1)
            await self.reason(local, f"application {OURS} is not configured")
            await local.put(OWN, {"name": "Parking"}, 201)
            await self.reason(local, f"application {OURS} has no stream that takes uplinks")
            await local.put(CLOUD, {"enabled": False}, 201)
            await self.reason(local, f"its stream {OURS}/cloud is switched off")
            await local.put(api.gateway(GATEWAY), {"name": "Roof"}, 201)
            await local.put(ROOF, {}, 201)
            self.assertEqual(await self.listed(local, UNROUTED), [], "the gateway's stream has it")
            await local.delete(ROOF)
            await local.patch(CLOUD, {"enabled": True})
            self.assertEqual(await self.listed(local, UNROUTED), [])
            await local.delete(CLOUD)
            await local.put(f"{OWN}/streams/joins", {"events": ["join"]}, 201)
            await self.reason(local, f"no stream that takes uplinks of device {DEVICE}")

    async def test_an_unknown_application_is_named_as_the_network_server_calls_it(self):
        async with self.broker() as broker:
            local = api.local(broker)
            await self.post(broker, 1, application="12")
            await self.reason(local, "connector 'hooks' calls it '12'; name it in networks.hooks."
                                     "options.applications or register device " + DEVICE)
            await local.put(OWN, {"name": "Parking"}, 201)
            await local.put(f"{OWN}/devices/{DEVICE}", {}, 201)
            await self.reason(local, f"belongs to application {OURS} now")

    async def reason(self, local, text):
        items = await self.listed(local, UNROUTED)
        self.assertEqual(len(items), 1)
        self.assertEqual(items[0]["device"], DEVICE)
        self.assertIn(text, items[0]["reason"])


if __name__ == "__main__":
    runnel.main()
