# SPDX-License-Identifier: Apache-2.0
"""Streams are hierarchical and independent: one uplink goes to the application's, the device's and
the gateway's stream alike, and to nobody else's."""
import runnel

APPLICATION, OTHER = "70B3D57ED0000001", "70B3D57ED0000002"
DEVICE, SIBLING = "0080E1150529E258", "0080E1150529E259"
GATEWAY, FAR_GATEWAY = "A84041FFFF1F8A30", "A84041FFFF1F8A31"


class HierarchicalStreams(runnel.SystemTest):

    async def asyncSetUp(self):
        self.tokens = {name: runnel.new_token() for name in (
            "application", "device", "sibling", "gateway", "far", "other")}
        stream = runnel.websocket_stream
        self.applications = {
            APPLICATION: {"name": "Ours", "streams": [
                stream("application", self.tokens["application"]),
                stream("device", self.tokens["device"], scope={"device": DEVICE}),
                stream("sibling", self.tokens["sibling"], scope={"device": SIBLING})]},
            OTHER: {"name": "Not ours", "streams": [stream("cloud", self.tokens["other"])]}}
        self.gateways = {
            GATEWAY: {"name": "Roof", "streams": [stream("roof", self.tokens["gateway"])]},
            FAR_GATEWAY: {"name": "Far", "streams": [stream("far", self.tokens["far"])]}}

    def broker(self):
        return runnel.Runnel([runnel.webhook({"ours": APPLICATION, "not-ours": OTHER})],
                             self.applications, self.gateways)

    async def connect(self, broker):
        return {name: await broker.connect(token) for name, token in self.tokens.items()}

    async def post(self, broker, device, application, count, gateways):
        poster = broker.poster()
        event = runnel.chirpstack_uplink(device, application, count, gateways=gateways)
        self.assertEqual(poster.post("/?event=up", event)[0], 200)
        poster.close()

    async def test_application_device_and_gateway_stream_get_the_same_uplink(self):
        async with self.broker() as broker:
            clients = await self.connect(broker)
            await self.post(broker, DEVICE, "ours", 1, [(GATEWAY, -60, 9.5)])
            got = [await clients[name].document() for name in ("application", "device", "gateway")]
            self.assertEqual(got[0]["DeviceEUI"], DEVICE)
            self.assertEqual(got[0], got[1])
            self.assertEqual(got[0], got[2])
            for name in ("sibling", "far", "other"):
                await clients[name].silence()

    async def test_another_applications_uplink_goes_to_its_own_stream_only(self):
        async with self.broker() as broker:
            clients = await self.connect(broker)
            await self.post(broker, "0102030405060708", "not-ours", 1, [(FAR_GATEWAY, -60, 9.5)])
            self.assertEqual((await clients["other"].document())["AppEUI"], OTHER)
            self.assertEqual((await clients["far"].document())["AppEUI"], OTHER)
            for name in ("application", "device", "sibling", "gateway"):
                await clients[name].silence()

    async def test_a_gateways_stream_shows_its_own_reception_only(self):
        async with self.broker() as broker:
            clients = await self.connect(broker)
            await self.post(broker, DEVICE, "ours", 1, [(FAR_GATEWAY, -110, -3.5),
                                                        (GATEWAY, -60, 9.5)])
            self.assertEqual((await clients["gateway"].document())["RSSI"], -60)
            self.assertEqual((await clients["far"].document())["RSSI"], -110)
            both = await clients["application"].documents(2)
            self.assertEqual({document["RSSI"] for document in both}, {-60, -110})
            await clients["gateway"].silence()
            await clients["far"].silence()

    async def test_two_clients_of_one_stream_both_get_every_uplink(self):
        async with self.broker() as broker:
            clients = [await broker.connect(self.tokens["application"]) for _ in range(2)]
            for count in range(1, 6):
                await self.post(broker, DEVICE, "ours", count, [(GATEWAY, -60, 9.5)])
            self.assertEqual(await clients[0].documents(5), await clients[1].documents(5))


if __name__ == "__main__":
    runnel.main()
