# SPDX-License-Identifier: Apache-2.0
"""A stream's documents are what its format makes of messages, both ways: a text of one's own, with
a map for downlinks, and XML that keeps to the schema that runnel ships."""
import asyncio
import json
import shutil
import subprocess
import xml.etree.ElementTree

import runnel

APPLICATION, DEVICE = "0102030405060708", "0252554E00000000"
SCHEMA = runnel.ROOT / "plugins/format_xml/runnel-stream.xsd"

TEXT = ('{"dev":"{{DeviceEUI|lower|dashes}}","app":{{{AppEUI|json}}},"event":{{{Event|json}}},'
        '"port":{{{Port|json}}},"payload":"{{DataBase64}}","at":"{{Time}}","heard":['
        '{{#Receptions}}{"rssi":{{RSSI}},"snr":{{SNR|round1}}}{{^last}},{{/last}}{{/Receptions}}]}')
MAP = {"device": "/to", "port": {"const": 5}, "id": "/order",
       "data": {"pointer": "/payload", "encoding": "base64"}}


class Formats(runnel.SystemTest):

    def broker(self, **stream):
        self.token = runnel.new_token()
        return runnel.Runnel([runnel.simulator(rate=20)], {APPLICATION: {
            "name": "Simulated", "devices": [{"eui": DEVICE, "name": "first"}],
            "streams": [{**runnel.websocket_stream("cloud", self.token), **stream}]}})

    async def raw(self, client, wanted):
        """The documents up to the first one for which `wanted`."""
        documents = []
        while not documents or not wanted(documents[-1]):
            documents.append(await asyncio.wait_for(client.socket.recv(), runnel.PATIENCE))
        return documents

    async def test_a_text_of_ones_own_makes_uplinks_and_a_map_reads_downlinks(self):
        options = {"uplink": TEXT, "downlink": MAP}
        async with self.broker(format="template", options=options) as broker:
            client = await broker.connect(self.token)
            uplink = json.loads((await self.raw(client, lambda d: True))[0])
            self.assertRegex(uplink["dev"], "^02-52-55-4e-00-00-00-[0-9a-f]{2}$")
            self.assertEqual(uplink["app"], APPLICATION)
            self.assertIsNone(uplink["event"])
            self.assertGreaterEqual(len(uplink["heard"]), 1)
            self.assertRegex(uplink["at"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            device = f"02-52-55-4e-00-00-00-{DEVICE[-2:]}"
            await self.raw(client, lambda d: json.loads(d).get("dev") == device)
            await client.send({"to": DEVICE, "order": "one", "payload": "Af8="})
            seen = [json.loads(d) for d in await self.raw(
                client, lambda d: json.loads(d).get("event") == "sent")]
            receipts = [d for d in seen if "Receipt" in d]
            self.assertEqual([(d["Receipt"], d["Id"]) for d in receipts], [("accepted", "one")])
            self.assertEqual(seen[-1]["port"], 5)

    async def test_a_rejection_names_where_the_map_looked(self):
        options = {"uplink": TEXT, "downlink": MAP}
        async with self.broker(format="template", options=options) as broker:
            client = await broker.connect(self.token)
            for document, field in (({"order": "x", "payload": "Af8="}, "/to"),
                                    ({"to": DEVICE, "payload": "!"}, "/payload")):
                await client.send(document)
                receipt = json.loads((await self.raw(client, lambda d: "Receipt" in d))[-1])
                self.assertEqual((receipt["Receipt"], receipt["Field"]), ("rejected", field))

    async def test_a_bad_text_is_refused_with_line_and_column(self):
        for text, word in (('{"a":{{#Receptions}}}', "Receptions"), ('{"a":{{Prot}}}', "Port"),
                           ('{"a":"{{Data}}', "JSON")):
            broker = self.broker(format="template", options={"uplink": text})
            async with broker:
                refusal = [line for line in broker.log if "uplink" in line and word in line]
                self.assertTrue(refusal, broker.log)
                self.assertRegex(refusal[0], r"line \d+, column \d+")

    async def test_xml_keeps_to_its_schema_both_ways(self):
        async with self.broker(format="xml", options={"sequence": True}) as broker:
            client = await broker.connect(self.token)
            await self.raw(client, lambda d: DEVICE in d)
            await client.send(f"<Downlink><DeviceEUI>{DEVICE}</DeviceEUI><Port>2</Port>"
                              "<Data>01FF</Data><Id>one</Id></Downlink>")
            documents = await self.raw(client, lambda d: "<Event>sent</Event>" in d)
            await client.send('<!DOCTYPE a [<!ENTITY e "x">]><Downlink>&e;</Downlink>')
            documents += await self.raw(client, lambda d: "rejected" in d)
            roots = {xml.etree.ElementTree.fromstring(document).tag for document in documents}
            self.assertLessEqual({"Receipt", "Event"}, roots)
            self.check_schema(documents)

    def check_schema(self, documents):
        if shutil.which("xmllint") is None:
            self.skipTest("there is no xmllint here")
        for document in documents:
            checked = subprocess.run(["xmllint", "--noout", "--schema", SCHEMA, "-"], check=False,
                                     input=document.encode(), capture_output=True)
            self.assertEqual(checked.returncode, 0, document + checked.stderr.decode())


if __name__ == "__main__":
    runnel.main()
