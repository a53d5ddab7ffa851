# SPDX-License-Identifier: Apache-2.0
"""Those whom a broker in a system test talks to: clients of streams and network servers."""
import asyncio
import base64
import contextlib
import http.client
import json
import os
import socket
import ssl

import websockets

# Long enough for a sanitizer's build on a busy machine; nothing waits this long when all is well.
PATIENCE = int(os.environ.get("RUNNEL_PATIENCE", "60"))
SECRET = "a-secret-of-the-webhook"


def unverified():
    """TLS without a look at the certificate: the broker's own is self-signed."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Client:
    """A WebSocket client that knows documents."""

    def __init__(self, socket_):
        self.socket = socket_

    async def document(self):
        return json.loads(await asyncio.wait_for(self.socket.recv(), PATIENCE))

    async def documents(self, count):
        return [await self.document() for _ in range(count)]

    async def until(self, matches, passed=None):
        """The first document for which `matches` is true; those before it go to `passed`."""
        async with asyncio.timeout(PATIENCE):  # the stream may go on for ever with others
            while True:
                document = await self.document()
                if matches(document):
                    return document
                if passed is not None:
                    passed.append(document)

    async def silence(self, seconds=0.5):
        """Asserts that nothing comes for a while. A proof of absence needs a time."""
        with contextlib.suppress(asyncio.TimeoutError):
            document = await asyncio.wait_for(self.socket.recv(), seconds)
            raise AssertionError(f"unexpected document {document}")

    async def send(self, document):
        await self.socket.send(document if isinstance(document, (str, bytes))
                               else json.dumps(document))

    async def ask(self, document):
        """Sends and waits for the receipt, skipping what the stream sends meanwhile."""
        await self.send(document)
        return await self.until(lambda d: "Receipt" in d)

    async def close_code(self):
        """Reads on until the other side closes."""
        async def drain():
            async for _ in self.socket:
                pass
        with contextlib.suppress(websockets.ConnectionClosed):
            await asyncio.wait_for(drain(), PATIENCE)
        return self.socket.close_code

    async def close(self):
        await self.socket.close()


class Poster:
    """A network server's webhooks: keep-alive HTTP, one request at a time."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def post(self, path, event, token=SECRET):
        """(status, body). `event` is an object or raw bytes."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        self.connection.request("POST", path, body, headers)
        response = self.connection.getresponse()
        return response.status, response.read().decode(errors="replace")

    def close(self):
        self.connection.close()


async def post_all(broker, path, events, workers=4, key=None):
    """Posts all events, those with the same `key` in order, and expects 200 for each."""
    lanes = [[] for _ in range(workers)]
    for number, event in enumerate(events):
        lanes[hash(key(event)) % workers if key else number % workers].append(event)

    def work(lane):
        poster = broker.poster()
        try:
            for event in lane:
                status, body = poster.post(path, event)
                assert status in (200, 204), f"{status} {body} for {event}"
        finally:
            poster.close()
    await asyncio.gather(*(asyncio.to_thread(work, lane) for lane in lanes))


def chirpstack_uplink(device, application, count, **more):
    """A small ChirpStack v4 event "up"; `gateways` are (EUI, RSSI, SNR)."""
    gateways = more.pop("gateways", [("0102030405060708", -60, 9.5)])
    return {
        "deduplicationId": f"{device}-{count}", "time": "2025-01-01T00:00:01.900+00:00",
        "deviceInfo": {"applicationId": application, "devEui": device, "deviceName": "a device"},
        "devAddr": "01020304", "adr": True, "dr": 5, "fCnt": count, "fPort": 2,
        "confirmed": False, "data": base64.b64encode(more.pop("payload", b"\x01\x02")).decode(),
        "rxInfo": [{"gatewayId": eui, "rssi": rssi, "snr": snr, "crcStatus": "CRC_OK"}
                   for eui, rssi, snr in gateways],
        "txInfo": {"frequency": 868100000, "modulation": {"lora": {
            "bandwidth": 125000, "spreadingFactor": 7, "codeRate": "CR_4_5"}}},
        "regionConfigId": "eu868", **more}


def http_get(port, target, headers=None, method="GET", body=None):
    """One HTTPS request by hand: (status, headers, body)."""
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=PATIENCE,
                                             context=unverified())
    try:
        connection.request(method, target, body, headers or {})
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read().decode()
    finally:
        connection.close()


UPGRADE = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
           "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}


def deaf_client(port, token):
    """A TLS connection that has asked for the stream and never reads: (socket, raw socket)."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.settimeout(PATIENCE)
    raw.connect(("127.0.0.1", port))
    wrapped = unverified().wrap_socket(raw)
    lines = [f"GET /?token={token} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name}: {value}" for name, value in UPGRADE.items()]
    wrapped.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    return wrapped
