# SPDX-License-Identifier: Apache-2.0
"""A network server and runnel understand each other over HTTP, both ways: wrong webhooks are answered
with a status and a reason, right ones only after the uplink is kept; downlinks go to the server's
API and what becomes of them comes back to the stream that sent them."""
import base64
import contextlib
import http.server
import json
import queue
import threading

import runnel

APPLICATION, DEVICE = "70B3D57ED0000001", "0080E1150529E258"
DOWNLINK = {"DeviceEUI": DEVICE, "Port": 7, "Data": "01FF", "Type": 5, "Id": "valve-7"}


class Api(http.server.BaseHTTPRequestHandler):
    """A network server's API that takes every downlink and remembers what it was sent."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.calls.put((self.path, dict(self.headers), body))
        answer = json.dumps({"id": "queue-item-1"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def network_server():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
    server.calls = queue.Queue()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Webhooks(runnel.SystemTest):

    def broker(self, **options):
        self.token = runnel.new_token()
        network = runnel.webhook({"ours": APPLICATION})
        network["options"].update(options)
        return runnel.Runnel([network], {APPLICATION: {"name": "Ours", "streams": [
            runnel.websocket_stream("cloud", self.token)]}})

    def post(self, broker, path, event, **more):
        poster = broker.poster()
        try:
            return poster.post(path, event, **more)
        finally:
            poster.close()

    async def test_wrong_webhooks_are_answered_with_a_status_and_a_reason(self):
        good = runnel.chirpstack_uplink(DEVICE, "ours", 1)
        no_device = {**good, "deviceInfo": {"applicationId": "ours"}}
        async with self.broker() as broker:
            for event, token, wanted in ((good, None, 401), (good, "a-wrong-secret", 401),
                                         (b"{", runnel.SECRET, 400),
                                         (b"[]", runnel.SECRET, 400),
                                         (b"\xff\xfe", runnel.SECRET, 400),
                                         ({**good, "fPort": 256}, runnel.SECRET, 400),
                                         ({**good, "data": "%"}, runnel.SECRET, 400),
                                         (no_device, runnel.SECRET, 400)):
                status, body = self.post(broker, "/?event=up", event, token=token)
                self.assertEqual(status, wanted, f"{event} {body}")
                self.assertTrue(json.loads(body)["Reason"])
                self.assertNotIn(runnel.SECRET, body)
            self.assertEqual(self.post(broker, "/?event=up", good)[0], 200)

    async def test_an_event_that_is_not_used_is_taken_and_not_repeated(self):
        async with self.broker() as broker:
            event = {"deviceInfo": {"devEui": DEVICE, "applicationId": "ours"}, "level": "INFO"}
            self.assertEqual(self.post(broker, "/?event=log", event)[0], 200)

    async def test_a_repeated_webhook_is_one_uplink(self):
        async with self.broker() as broker:
            client = await broker.connect(self.token)
            for _ in range(3):
                event = runnel.chirpstack_uplink(DEVICE, "ours", 1)
                self.assertEqual(self.post(broker, "/?event=up", event)[0], 200)
            await client.document()
            await client.silence()

    async def accepted(self, broker, client, uplink, path):
        """After an uplink of the device its downlink is accepted."""
        self.assertEqual(self.post(broker, path, uplink)[0], 200)
        await client.document()
        self.assertEqual((await client.ask(DOWNLINK))["Receipt"], "accepted")

    async def event(self, client, name):
        document = await client.document()
        self.assertEqual((document.get("Event"), document.get("Id")), (name, DOWNLINK["Id"]))

    async def test_a_downlink_goes_to_chirpstack_and_its_events_come_back(self):
        with network_server() as server:
            api = f"http://127.0.0.1:{server.server_port}"
            async with self.broker(server="chirpstack", api=api, key="the-key") as broker:
                client = await broker.connect(self.token)
                uplink = runnel.chirpstack_uplink(DEVICE, "ours", 1)
                await self.accepted(broker, client, uplink, "/?event=up")
                path, headers, body = server.calls.get(timeout=runnel.PATIENCE)
                self.assertEqual(path, f"/api/devices/{DEVICE.lower()}/queue")
                self.assertEqual(headers["Grpc-Metadata-Authorization"], "Bearer the-key")
                self.assertEqual(body["queueItem"], {
                    "confirmed": True, "fPort": 7, "data": base64.b64encode(b"\1\xff").decode()})
                await self.event(client, "queued")
                about = {"deviceInfo": uplink["deviceInfo"], "queueItemId": "queue-item-1"}
                for event, more, name in (
                        ("txack", {"downlinkId": 5, "gatewayId": "0102030405060708"}, "sent"),
                        ("ack", {"acknowledged": True, "deduplicationId": "x"}, "acknowledged")):
                    self.assertEqual(
                        self.post(broker, f"/?event={event}", {**about, **more})[0], 200)
                    await self.event(client, name)

    async def test_a_downlink_goes_to_the_things_stack_and_its_events_come_back(self):
        ids = {"device_id": "bay-1", "application_ids": {"application_id": "parking"},
               "dev_eui": DEVICE, "join_eui": APPLICATION}
        uplink = {"end_device_ids": ids, "received_at": "2025-01-01T00:00:01.006713032Z",
                  "correlation_ids": ["gs:uplink:1"], "uplink_message": {
                      "f_port": 2, "f_cnt": 1, "frm_payload": "AQ==", "rx_metadata": [
                          {"gateway_ids": {"eui": "D296367F05C89656"}, "rssi": -60, "snr": 9.5}],
                      "settings": {"frequency": "868100000", "data_rate": {"lora": {
                          "bandwidth": 125000, "spreading_factor": 7}}}}}
        with network_server() as server:
            api = f"http://127.0.0.1:{server.server_port}"
            async with self.broker(server="tts", api=api, key="the-key",
                                   webhook="runnel") as broker:
                client = await broker.connect(self.token)
                await self.accepted(broker, client, uplink, "/up")
                path, headers, body = server.calls.get(timeout=runnel.PATIENCE)
                self.assertEqual(path, "/api/v3/as/applications/parking/webhooks/runnel"
                                       "/devices/bay-1/down/push")
                self.assertEqual(headers["Authorization"], "Bearer the-key")
                sent = body["downlinks"][0]
                self.assertEqual((sent["f_port"], sent["confirmed"], sent["frm_payload"]),
                                 (7, True, base64.b64encode(b"\1\xff").decode()))
                for name, event in (("downlink_queued", "queued"), ("downlink_sent", "sent"),
                                    ("downlink_ack", "acknowledged")):
                    self.assertEqual(self.post(broker, "/down", {
                        "end_device_ids": ids, "received_at": "2025-01-01T00:00:02Z",
                        "correlation_ids": sent["correlation_ids"], name: sent})[0], 200)
                    await self.event(client, event)


if __name__ == "__main__":
    runnel.main()
