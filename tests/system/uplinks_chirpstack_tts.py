# SPDX-License-Identifier: Apache-2.0
"""Every uplink that a network server's webhook delivers reaches its application's stream with every
field right: 526 events of ChirpStack, 526 of The Things Stack, 3,000 of a real campus. What has to
arrive is computed here from the events, by other code than runnel's."""
import base64
import collections
import datetime
import gzip
import json

import runnel

FIELDS = ["Type", "DeviceEUI", "AppEUI", "Timestamp", "Port", "Data", "Frequency", "RSSI", "SNR"]


def seconds(text):
    """Whole Unix seconds of an RFC 3339 time with any number of digits behind the point."""
    whole = text[:19].replace("T", " ")
    return int(datetime.datetime.fromisoformat(whole).replace(
        tzinfo=datetime.timezone.utc).timestamp())


def uplink(confirmed, device, application, timestamp, port, data, frequency_hz, receptions):
    """The documents of one uplink, one per reception (RSSI, SNR), in order."""
    return [dict(zip(FIELDS, [
        4 if confirmed else 2, device.upper(), application.upper(), timestamp, port,
        base64.b64decode(data).hex().upper(), frequency_hz / 1e6, rssi, snr]))
        for rssi, snr in receptions]


def from_chirpstack(event, application):
    receptions = [(r.get("rssi", 0), r.get("snr", 0)) for r in event["rxInfo"]]
    return uplink(event.get("confirmed", False), event["deviceInfo"]["devEui"], application,
                  seconds(event["time"]), event["fPort"], event["data"],
                  event["txInfo"]["frequency"], receptions)


def from_tts(event):
    ids, up = event["end_device_ids"], event["uplink_message"]
    receptions = [(r.get("rssi", 0), r.get("snr", 0)) for r in up["rx_metadata"]]
    return uplink(up.get("confirmed", False), ids["dev_eui"], ids["join_eui"],
                  seconds(up["received_at"]), up.get("f_port", 0), up["frm_payload"],
                  int(up["settings"]["frequency"]), receptions)


def to_v4(line, application, number):
    """A ChirpStack v3 uplink of the campus in v4's shape. Its gateways' ids are hashes of 32 digits;
    v4 has EUIs: the first 16."""
    spreading = 12 - line["txInfo"]["dr"]
    time = datetime.datetime.fromtimestamp(line["_timestamp"] / 1000, datetime.timezone.utc)
    receptions = []
    for heard in line["rxInfo"]:
        reception = {"gatewayId": heard["gatewayID"][:16], "rssi": heard["rssi"],
                     "crcStatus": "CRC_OK"}
        if heard["loRaSNR"] != 0:  # v4 leaves out zeros in there
            reception["snr"] = heard["loRaSNR"]
        receptions.append(reception)
    return {
        "deduplicationId": f"campus-{number}", "time": time.isoformat(timespec="milliseconds"),
        "deviceInfo": {"applicationId": application, "devEui": line["devEUI"],
                       "deviceName": line["deviceName"]},
        "adr": line["adr"], "dr": line["txInfo"]["dr"], "fCnt": line["fCnt"],
        "fPort": line["fPort"], "confirmed": False,
        "data": base64.b64encode(bytes.fromhex(line["data"])).decode(), "rxInfo": receptions,
        "txInfo": {"frequency": line["txInfo"]["frequency"], "modulation": {"lora": {
            "bandwidth": 125000, "spreadingFactor": spreading, "codeRate": "CR_4_5"}}},
        "regionConfigId": "eu868"}


def best(documents):
    return max(documents, key=lambda d: (d["SNR"], d["RSSI"]))


def comparable(document):
    """One reception as a tuple. SNR is shown with one decimal, so it is compared as such."""
    return tuple(document[name] if name not in ("Frequency", "SNR") else
                 round(document[name], 6) for name in FIELDS)


class Uplinks(runnel.SystemTest):

    def compare(self, expected, got, what):
        for document in got:
            self.assertEqual(list(document), FIELDS)
            self.assertIsInstance(document["Timestamp"], int)
        missing = collections.Counter(map(comparable, expected))
        missing.subtract(map(comparable, got))
        wrong = {document: count for document, count in missing.items() if count != 0}
        self.assertEqual(wrong, {}, f"{what}: 1 = missing, -1 = too much")

    def in_order(self, expected, got):
        """Per device the documents come in the order in which the uplinks were posted."""
        for device in {document["DeviceEUI"] for document in expected}:
            self.assertEqual([comparable(d) for d in expected if d["DeviceEUI"] == device],
                             [comparable(d) for d in got if d["DeviceEUI"] == device])

    async def deliver(self, path, events, documents, networks, key):
        """Posts `events`; `documents` are the expected ones per event. Both kinds of `duplicates`
        of every application are compared."""
        applications = sorted({d["AppEUI"] for ds in documents for d in ds})
        tokens = {eui: (runnel.new_token(), runnel.new_token()) for eui in applications}
        files = {eui: {"name": eui, "streams": [
            runnel.websocket_stream("all", tokens[eui][0]),
            runnel.websocket_stream("best", tokens[eui][1], duplicates="best")]}
            for eui in applications}
        async with runnel.Runnel(networks, files) as broker:
            clients = {eui: [await broker.connect(token) for token in tokens[eui]]
                       for eui in applications}
            await runnel.post_all(broker, path, events, key=key)
            for eui in applications:
                mine = [ds for ds in documents if ds[0]["AppEUI"] == eui]
                every = [d for ds in mine for d in ds]
                got = await clients[eui][0].documents(len(every))
                self.compare(every, got, f"{eui} all")
                self.in_order(every, got)
                got = await clients[eui][1].documents(len(mine))
                self.compare([best(ds) for ds in mine], got, f"{eui} best")
            for eui in applications:
                for client in clients[eui]:
                    await client.close()

    async def test_every_event_of_chirpstack_arrives_with_every_field_right(self):
        events = [line["event"] for line in json.loads(
            runnel.shared("uplinks-chirpstack.json").read_text())]
        ids = sorted({event["deviceInfo"]["applicationId"] for event in events})
        euis = {id_: f"70B3D57ED00{number:05X}" for number, id_ in enumerate(ids)}
        documents = [from_chirpstack(event, euis[event["deviceInfo"]["applicationId"]])
                     for event in events]
        await self.deliver("/?event=up", events, documents, [runnel.webhook(euis)],
                           lambda event: event["deviceInfo"]["devEui"])

    async def test_every_event_of_the_things_stack_arrives_with_every_field_right(self):
        events = [line["event"] for line in json.loads(
            runnel.shared("uplinks-tts.json").read_text())]
        await self.deliver("/up", events, [from_tts(event) for event in events],
                           [runnel.webhook()], lambda event: event["end_device_ids"]["dev_eui"])

    async def test_three_thousand_uplinks_of_a_campus_arrive_with_every_field_right(self):
        application, eui = "5f0a8b7e-0000-4000-8000-000000000001", "70B3D57ED0099999"
        with gzip.open(runnel.shared("campusiot-chirpstack-v3-sample3000.ndjson.gz"),
                       "rt") as lines:
            events = [to_v4(json.loads(line), application, number)
                      for number, line in enumerate(lines) if line.strip()]
        self.assertEqual(len(events), 3000)
        await self.deliver("/?event=up", events, [from_chirpstack(e, eui) for e in events],
                           [runnel.webhook({application: eui})],
                           lambda event: event["deviceInfo"]["devEui"])


if __name__ == "__main__":
    runnel.main()
