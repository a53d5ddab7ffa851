# SPDX-License-Identifier: Apache-2.0
"""A downlink is judged alike by whatever way it comes: WebSocket, runnel's own MQTT broker, a broker of
the customer's, POST /downlink, and the answer of a web hook. The same document gets the same receipt."""
import asyncio
import contextlib
import json
import ssl
import urllib.error
import urllib.request

import runnel
from downlinks import APPLICATION, BAD, DEVICE, downlink
from endpoint import Endpoint
from mosquitto import Mosquitto
from mqtt_client import Paho, trusting

# What says which of the ways it was.
OWN = ("Id",)


class Alike(runnel.SystemTest):

    async def by_websocket(self, broker, stack):
        client = await broker.connect(self.tokens["websocket"])
        stack.push_async_callback(client.close)
        return client.ask

    async def by_listener(self, broker, stack):
        paho = Paho(broker.mqtt_port, user=self.tokens["mqtt"])
        await paho.connect((f"{APPLICATION}/+/receipt", 1))
        stack.push_async_callback(paho.disconnect)
        return self.through(paho, f"{APPLICATION}/{DEVICE}/down")

    async def by_broker(self, server, stack):
        paho = Paho(server.port, tls=trusting(server.ca), user=server.user, password=server.password)
        await paho.connect(("site/+/receipt", 1))
        stack.push_async_callback(paho.disconnect)
        await server.subscribed(f"site/{DEVICE}/down")
        return self.through(paho, f"site/{DEVICE}/down")

    @staticmethod
    def through(paho, topic):
        async def ask(document):
            await paho.publish(topic, document)
            message = await asyncio.wait_for(paho.messages.get(), runnel.PATIENCE)
            return json.loads(message.payload)
        return ask

    def by_post(self, broker):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        url = f"https://127.0.0.1:{broker.websocket_port}/downlink?token={self.tokens['websocket']}"

        def post(document):
            request = urllib.request.Request(url, document.encode(), {"Content-Type": "text/plain"})
            try:
                with urllib.request.urlopen(request, context=context) as answer:
                    return answer.status, answer.read()
            except urllib.error.HTTPError as error:
                return error.code, error.read()

        async def ask(document):
            status, body = await asyncio.to_thread(post, document)
            receipt = json.loads(body)
            self.assertEqual(status, 200 if receipt["Receipt"] == "accepted" else 422, document)
            return receipt
        return ask

    def by_answer(self, endpoint):
        """An answer without a body is no document."""
        answers, receipts = [], asyncio.Queue()

        def act(request):
            if request.target == "/receipts":
                receipts.put_nowait(request.json)
                return 204, {}, b""
            return 200, {}, answers.pop().encode() if answers else b""
        endpoint.act = act

        async def ask(document):
            if not document:
                return None
            answers.append(document)
            return await asyncio.wait_for(receipts.get(), runnel.PATIENCE)
        return ask

    @contextlib.asynccontextmanager
    async def ways(self):
        """{way: a function that sends a document and returns its receipt}, all of one device."""
        self.tokens = {name: runnel.new_token() for name in ("websocket", "mqtt")}
        scope = {"device": DEVICE}
        async with contextlib.AsyncExitStack() as stack:
            server = await stack.enter_async_context(Mosquitto())
            endpoint = await stack.enter_async_context(Endpoint())
            streams = [
                runnel.websocket_stream("websocket", self.tokens["websocket"], scope=scope),
                {**runnel.mqtt_stream("mqtt", self.tokens["mqtt"]), "scope": scope},
                {**runnel.mqtt_stream("site", None, **server.options(
                    role="client", topic="site/{DeviceEUI}/{event}", downTopic="site/{DeviceEUI}/down",
                    receiptTopic="site/{DeviceEUI}/receipt")), "scope": scope},
                {**endpoint.stream(downlinks=True, receiptUrl=endpoint.url + "/receipts"),
                 "scope": scope}]
            broker = await stack.enter_async_context(runnel.Runnel(
                [runnel.simulator(rate=50)], {APPLICATION: {"name": "Ours", "streams": streams}},
                protocols={"mqtt": runnel.MQTT, "http": {"privateAddresses": True},
                           "websocket": {"listen": "127.0.0.1:0"}}))
            await endpoint.until(lambda: endpoint.taken, "the device's first uplink")
            yield {"WebSocket": await self.by_websocket(broker, stack),
                   "MQTT listener": await self.by_listener(broker, stack),
                   "MQTT client": await self.by_broker(server, stack),
                   "POST": self.by_post(broker), "answer": self.by_answer(endpoint)}

    async def test_the_same_document_gets_the_same_receipt(self):
        good = [downlink(Id="alike", Port=None), downlink(DeviceEUI=None, Id="mine")]
        rejected = 0
        async with self.ways() as ways:
            for document in [each for each, _ in BAD] + good:
                receipts = {}
                for way, ask in ways.items():
                    receipt = await ask(document)
                    if receipt is not None:
                        receipts[way] = {name: value for name, value in receipt.items()
                                         if name not in OWN}
                with self.subTest(document=document[:60]):
                    first = receipts["WebSocket"]
                    self.assertEqual(receipts, dict.fromkeys(receipts, first))
                    rejected += first["Receipt"] == "rejected"
                    if first["Receipt"] == "rejected":
                        self.assertGreater(len(first["Reason"]), 5)
        print(f"    {len(BAD) + len(good)} documents by {len(ways)} ways, {rejected} rejected alike")
        self.assertGreater(rejected, 40)


if __name__ == "__main__":
    runnel.main()
