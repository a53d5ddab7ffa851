# SPDX-License-Identifier: Apache-2.0
"""Every downlink is answered by exactly one receipt: a bad one is rejected with the field and the
reason, a good one is accepted and its events (queued, sent, acknowledged) follow."""
import json

import runnel

APPLICATION, OTHER = "0102030405060708", "70B3D57ED0000002"
DEVICE, FOREIGN = "0252554E00000000", "0252554E00FFFFFF"
HEX243 = "AB" * 243


def downlink(**fields):
    """A good downlink with some fields replaced; None takes one away."""
    document = {"DeviceEUI": DEVICE, "Port": 2, "Data": "01FF", **fields}
    return json.dumps({name: value for name, value in document.items() if value is not None})


# What is sent and the field that its receipt has to name; "" is the document as a whole, None where
# either reading is right.
BAD = [
    ("", ""), (" ", ""), ("hello", ""), ("{", ""), ("[1", ""), ('"text"', ""), ("5", ""),
    ("null", ""), ("true", ""), ('{"Port":}', ""), ('{"Port":2,}', ""), ("{'Port':2}", ""),
    (downlink() + downlink(), ""), (downlink() + "x", ""), ('{"DeviceEUI":"\x01"}', None),
    ("[" * 5000, ""), ('{"a":' * 5000, ""),
    ("{}", "DeviceEUI"), (downlink(DeviceEUI=None), "DeviceEUI"),
    (downlink(DeviceEUI=""), "DeviceEUI"), (downlink(DeviceEUI=DEVICE[:-1]), "DeviceEUI"),
    (downlink(DeviceEUI=DEVICE + "0"), "DeviceEUI"), (downlink(DeviceEUI="G" * 16), "DeviceEUI"),
    (downlink(DeviceEUI=5), "DeviceEUI"), (downlink(DeviceEUI=[DEVICE]), "DeviceEUI"),
    (downlink(DeviceEUI="02-52:55-4E-00-00-00-00"), "DeviceEUI"),
    (downlink(DeviceEUI=FOREIGN), "DeviceEUI"),
    (downlink(AppEUI=OTHER), "AppEUI"),
    (downlink(Port=0), "Port"), (downlink(Port=224), "Port"), (downlink(Port=256), "Port"),
    (downlink(Port=-1), "Port"), (downlink(Port=2.5), "Port"), (downlink(Port="two"), "Port"),
    (downlink(Port=2 ** 64 + 2), "Port"), (downlink(Port={}), "Port"),
    (downlink(Data="012"), "Data"), (downlink(Data="0G"), "Data"), (downlink(Data=12), "Data"),
    (downlink(Data=["01"]), "Data"), (downlink(Data=HEX243), "Data"),
    (downlink(Type=2), "Type"), (downlink(Type=4), "Type"), (downlink(Type=0), "Type"),
    (downlink(Type="confirmed"), "Type"), (downlink(Type=3.5), "Type"),
    (downlink(Id="x" * 65), "Id"),
    (downlink(ExpiresAt="soon"), "ExpiresAt"),
    (downlink(Priority=1), "Priority"), (downlink(port=3), "port"),
]


class Downlinks(runnel.SystemTest):

    def broker(self, **options):
        self.token, self.device_token = runnel.new_token(), runnel.new_token()
        return runnel.Runnel([runnel.simulator(rate=20, **options)], {
            APPLICATION: {"name": "Simulated", "streams": [
                runnel.websocket_stream("cloud", self.token),
                runnel.websocket_stream("one", self.device_token, scope={"device": DEVICE})]},
            OTHER: {"name": "Other", "devices": [{"eui": FOREIGN, "name": "not ours"}],
                    "streams": [runnel.websocket_stream("cloud", runnel.new_token())]}})

    async def learned(self, client):
        """A downlink needs a device that has been heard: waits for its first uplink."""
        await client.until(lambda d: d.get("DeviceEUI") == DEVICE)

    async def events(self, client, id_, wanted):
        """Reads until every wanted event of the downlink `id_` has come; returns them in order."""
        seen = []
        while seen != wanted:
            document = await client.until(lambda d: "Event" in d and d.get("Id") == id_)
            seen.append(document["Event"])
            self.assertEqual(seen, wanted[:len(seen)])
        return seen

    async def test_each_bad_downlink_gets_one_rejection_with_field_and_reason(self):
        async with self.broker() as broker:
            client = await broker.connect(self.token)
            await self.learned(client)
            for document, field in BAD:
                with self.subTest(document=document[:80]):
                    receipt = await client.ask(document)
                    self.assertEqual(receipt["Receipt"], "rejected")
                    if field is not None:
                        self.assertEqual(receipt.get("Field", "").lower(), field.lower())
                    self.assertGreater(len(receipt["Reason"]), 5)
                    self.assertLess(len(receipt["Reason"]), 300)
            # Still the same session, and nothing of all that was taken.
            self.assertEqual((await client.ask(downlink(Id="after")))["Receipt"], "accepted")

    async def test_an_unconfirmed_downlink_is_accepted_queued_and_sent(self):
        async with self.broker() as broker:
            client = await broker.connect(self.token)
            await self.learned(client)
            receipt = await client.ask(downlink(Id="one", Type=3))
            self.assertEqual((receipt["Receipt"], receipt["Id"], receipt["DeviceEUI"]),
                             ("accepted", "one", DEVICE))
            await self.events(client, "one", ["queued", "sent"])

    async def test_a_confirmed_downlink_is_acknowledged_by_its_device(self):
        async with self.broker() as broker:
            client = await broker.connect(self.token)
            await self.learned(client)
            self.assertEqual((await client.ask(downlink(Id="two", Type=5)))["Receipt"], "accepted")
            await self.events(client, "two", ["queued", "sent", "acknowledged"])

    async def test_a_confirmed_downlink_that_gets_lost_says_so(self):
        async with self.broker(lossy=1) as broker:
            client = await broker.connect(self.token)
            await self.learned(client)
            self.assertEqual((await client.ask(downlink(Id="two", Type=5)))["Receipt"], "accepted")
            await self.events(client, "two", ["queued", "sent", "notAcknowledged"])

    async def test_defaults_and_spellings_are_generous(self):
        async with self.broker() as broker:
            client = await broker.connect(self.token)
            await self.learned(client)
            for number, document in enumerate((
                    {"DeviceEUI": DEVICE, "Data": "01"},
                    {"deviceeui": DEVICE.lower(), "DATA": "ab", "pOrT": 223, "tyPE": 5},
                    {"DeviceEUI": "02-52-55-4E-00-00-00-00", "Data": "01", "Port": 1},
                    {"DeviceEUI": "02:52:55:4e:00:00:00:00", "Data": "01", "AppEUI": APPLICATION})):
                receipt = await client.ask({**document, "Id": f"spelling-{number}"})
                self.assertEqual(receipt["Receipt"], "accepted", receipt)

    async def test_a_downlink_without_an_id_gets_one(self):
        async with self.broker() as broker:
            client = await broker.connect(self.token)
            await self.learned(client)
            first, second = [await client.ask(downlink()) for _ in range(2)]
            self.assertTrue(first["Id"] and second["Id"])
            self.assertNotEqual(first["Id"], second["Id"])

    async def test_the_same_id_again_is_one_downlink_and_with_other_content_refused(self):
        async with self.broker() as broker:
            client = await broker.connect(self.token)
            await self.learned(client)
            for _ in range(2):
                self.assertEqual((await client.ask(downlink(Id="same")))["Receipt"], "accepted")
            refused = await client.ask(downlink(Id="same", Data="02"))
            self.assertEqual((refused["Receipt"], refused["Field"]), ("rejected", "Id"))

    async def test_a_device_stream_reaches_its_own_device_only(self):
        async with self.broker() as broker:
            client = await broker.connect(self.device_token)
            await self.learned(client)
            self.assertEqual((await client.ask(downlink()))["Receipt"], "accepted")
            refused = await client.ask(downlink(DeviceEUI="0252554E00000001"))
            self.assertEqual((refused["Receipt"], refused["Field"]), ("rejected", "DeviceEUI"))

    async def test_a_message_above_64_kib_closes_with_1009(self):
        async with self.broker() as broker:
            client = await broker.connect(self.token)
            receipt = await client.ask("x" * (64 * 1024))
            self.assertEqual(receipt["Receipt"], "rejected")
            await client.send("x" * 70_000)
            self.assertEqual(await client.close_code(), 1009)

    async def test_a_downlink_may_also_be_posted_to_the_same_port(self):
        async with self.broker() as broker:
            await self.learned(await broker.connect(self.token))
            target = f"/downlink?token={self.token}"
            for document, wanted in ((downlink(Id="posted"), "accepted"),
                                     (downlink(Port=0), "rejected")):
                status, _, body = runnel.http_get(
                    broker.websocket_port, target, {"Content-Type": "application/json"}, "POST",
                    document)
                receipt = json.loads(body)
                self.assertEqual(receipt["Receipt"], wanted, body)
                self.assertEqual(status < 400, wanted == "accepted", status)


if __name__ == "__main__":
    runnel.main()
