# SPDX-License-Identifier: Apache-2.0
"""The customer's MQTT broker is away for a while. Uplinks go on and wait on disk; when it is back,
they all arrive at once and in order per device, without anybody's help, and runnel's log tells both.
Downlinks and their receipts work before and after.

Options: --seconds N for which it is away, --rate N (uplinks per second)."""
import asyncio
import contextlib
import json
import time

import runnel
import source
from mosquitto import Mosquitto
from mqtt_client import Paho, trusting
from receiver import Subscriber, arrived, check_order

ARGUMENTS = runnel.options(seconds=5, rate=100)
APPLICATION = "70B3D57ED0000001"
DEVICE = source.device_eui(0, 0)
DOWN, RECEIPTS = f"site/{APPLICATION}/{DEVICE}/down", f"site/{APPLICATION}/+/receipt"
# What came meanwhile, once runnel has found the way back. Python's client is the slow one.
DRAIN_SECONDS = 5 + ARGUMENTS.seconds * ARGUMENTS.rate / 1000


class Outage(runnel.SystemTest):

    def broker(self, server):
        """Its network server takes no downlinks now, so they are accepted and wait."""
        hooks = runnel.webhook()
        hooks["options"].update(server="chirpstack", key="a-key", api="http://127.0.0.1:1")
        stream = runnel.mqtt_stream("site", None, **server.options(
            role="client", topic="site/{AppEUI}/{DeviceEUI}/{event}",
            downTopic="site/{AppEUI}/{DeviceEUI}/down",
            receiptTopic="site/{AppEUI}/{DeviceEUI}/receipt"))
        return runnel.Runnel([hooks], {APPLICATION: {"name": "Ours", "streams": [stream]}},
                             protocols={"mqtt": runnel.MQTT}, log={"level": "info"})

    @contextlib.asynccontextmanager
    async def running(self):
        """mosquitto, which saves when it stops politely, runnel connected to it, a subscriber for
        uplinks, one client more, and uplinks."""
        async with Mosquitto(autosave_interval=0) as server, self.broker(server) as broker:
            subscriber = Subscriber(server, f"site/{APPLICATION}/+/up")
            application = Paho(server.port, tls=trusting(server.ca), user=server.user,
                               password=server.password)
            await subscriber.come()
            await application.connect((RECEIPTS, 1))
            await server.subscribed(f"site/{APPLICATION}/+/down")
            uplinks = source.Source(broker, APPLICATION, ARGUMENTS.rate, lanes=8).start()
            await arrived(subscriber, 50)
            try:
                yield server, broker, (subscriber, application), uplinks
            finally:
                uplinks.close()
                await subscriber.leave()
                await application.disconnect()

    async def ask(self, application, id_):
        """A downlink and its receipt."""
        await application.publish(DOWN, {"Data": "01", "Id": id_})
        topic, receipt = await application.until(lambda _, d: d.get("Id") == id_)
        self.assertEqual(topic, f"site/{APPLICATION}/{DEVICE}/receipt")
        self.assertEqual((receipt["Receipt"], receipt["DeviceEUI"]), ("accepted", DEVICE), receipt)

    async def test_all_arrives_at_once_when_the_broker_is_back(self):
        async with self.running() as (server, broker, (subscriber, application), uplinks):
            await self.ask(application, "before")
            before, lines = subscriber.count(), len(broker.log)
            await server.stop()
            await broker.logged(r"site is failing: .*mqtts://", lines)
            await asyncio.sleep(ARGUMENTS.seconds)
            self.assertGreater(uplinks.total, before + ARGUMENTS.seconds * ARGUMENTS.rate / 2)
            lines = len(broker.log)
            await server.start()
            await server.subscribed(f"site/{APPLICATION}/+/down", times=2)
            waiting, started = uplinks.total, time.monotonic()
            await subscriber.paho.is_subscribed.wait()
            await arrived(subscriber, waiting)
            seconds = time.monotonic() - started
            print(f"    {waiting - before:,} uplinks waited and came in {seconds:.2f} s",
                  flush=True)
            self.assertLess(seconds, DRAIN_SECONDS)
            await broker.logged(r"site is working: connected", lines)
            await application.is_subscribed.wait()
            await self.ask(application, "after")
            await uplinks.finish()
            await arrived(subscriber, uplinks.total)
            check_order(self, subscriber.all(), uplinks.acknowledged)

    async def test_a_downlink_waits_in_the_broker_for_a_runnel_that_is_away(self):
        async with self.running() as (_, broker, (__, application), uplinks):
            await uplinks.finish()
            await broker.stop()
            await application.publish(DOWN, json.dumps({"Data": "01", "Id": "patient"}))
            await broker.restart()
            _, receipt = await application.until(lambda _, d: d.get("Id") == "patient")
            self.assertEqual(receipt["Receipt"], "accepted", receipt)

    async def test_a_bad_downlink_gets_a_receipt_that_names_the_mistake(self):
        async with self.running() as (_, __, (___, application), ____):
            await application.publish(DOWN, {"Data": "0G", "Id": "wrong"})
            _, receipt = await application.until(lambda _, d: d.get("Id") == "wrong")
            self.assertEqual((receipt["Receipt"], receipt["Field"]), ("rejected", "Data"))
            await application.publish(f"site/{APPLICATION}/0011223344556677/down", {"Data": "01"})
            topic, receipt = await application.until(lambda _, d: "Receipt" in d)
            self.assertEqual(topic, f"site/{APPLICATION}/0011223344556677/receipt")
            self.assertEqual((receipt["Receipt"], receipt["Field"]), ("rejected", "DeviceEUI"))


if __name__ == "__main__":
    runnel.main()
