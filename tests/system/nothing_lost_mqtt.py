# SPDX-License-Identifier: Apache-2.0
"""What an MQTT broker acknowledged with QoS 1 arrives, in order per device, whenever runnel is
killed, or mosquitto, or both under load: from mosquitto into a stream, and from a stream to
mosquitto.

mosquitto saves after it has acknowledged. What it acknowledged in the last moments before its own
death may be forgotten, so the publisher sends that again with the same deduplicationId, as a network
server would, and runnel drops the repeats. The other way nobody would send it again: runnel has been
told that it is safe. What mosquitto has written to a connected subscriber is not lost with it, so
before mosquitto is killed the subscriber has to be connected and to have caught up.

Options: --kills N, --seed N, --rate N (uplinks per second at most)."""
import asyncio
import json
import random
import time

import runnel
import source
from mosquitto import Mosquitto
from mqtt_client import Paho, trusting
from mqtt_source import MqttSource, chirpstack
from receiver import Receiver

ARGUMENTS = runnel.options(kills=6, seed=random.SystemRandom().randrange(1 << 32), rate=500)
APPLICATION = "70B3D57ED0000001"
CHIRPSTACK_APPLICATION = "13f243da-3795-4165-8ee0-ed43039c566c"
LONGEST_PEACE = 3  # between two kills, in seconds
VICTIMS = ("runnel", "mosquitto", "runnel and mosquitto")


class Subscriber:
    """paho with a session that mosquitto keeps; remembers what came, in order."""

    def __init__(self, server):
        self.paho = Paho(server.port, client_id="subscriber", tls=trusting(server.ca),
                         user=server.user, password=server.password, receive_maximum=65535)
        self.paho.received = self.received
        self.receipts, self.seen = [], set()

    def received(self, message):
        key = source.counter_of(json.loads(message.payload))
        self.receipts.append((key, 0, time.monotonic()))
        self.seen.add(key)

    def count(self):
        return len(self.seen)

    def all(self):
        return self.receipts

    async def come(self):
        await self.paho.connect((f"site/{APPLICATION}/+/uplink", 1))

    async def leave(self):
        await self.paho.disconnect()

    async def has_caught_up(self, uplinks):
        """It is connected and nothing waits for it in mosquitto: what is posted now comes within a
        moment."""
        async with asyncio.timeout(runnel.PATIENCE):
            await self.paho.is_subscribed.wait()
            while True:
                before = self.count()
                while self.count() == before:
                    await asyncio.sleep(0.01)
                if time.monotonic() - uplinks.sent_at[self.receipts[-1][0]] < 1:
                    return


class NothingLost(runnel.SystemTest):

    async def strike(self, victims, broker, server, dice):
        """Kills and starts again, the server first."""
        if "mosquitto" in victims:
            await server.kill()
            await asyncio.sleep(dice.uniform(0, 0.5))
        if "runnel" in victims:
            await broker.kill()
            await asyncio.sleep(dice.uniform(0, 0.5))
        if "mosquitto" in victims:
            await server.start()
        if "runnel" in victims:
            await broker.restart()

    async def scenario(self, parts, uplinks, client, ready=None):
        """Kills at random moments while uplinks flow; checks what came of it. `ready()` is awaited
        before mosquitto is killed."""
        broker, server = parts
        dice = random.Random(ARGUMENTS.seed)
        kills = [VICTIMS[number % len(VICTIMS)] for number in range(ARGUMENTS.kills)]
        dice.shuffle(kills)
        for number, victims in enumerate(kills, 1):
            await asyncio.sleep(dice.uniform(0.1, LONGEST_PEACE))
            if ready and "mosquitto" in victims:
                await ready()
            await self.strike(victims, broker, server, dice)
            print(f"    kill {number}/{len(kills)} ({victims}): {uplinks.total:,} acknowledged, "
                  f"{client.count():,} received", flush=True)
        await asyncio.sleep(dice.uniform(0.1, LONGEST_PEACE))
        rate = uplinks.rate()
        await uplinks.finish()
        await self.arrived(client, uplinks.total)
        repeats = self.check(client.all(), uplinks)
        print(f"    {uplinks.total:,} uplinks at {rate:,.0f}/s, {len(kills)} kills, {repeats:,} "
              "came more than once", flush=True)

    async def arrived(self, client, wanted):
        """Waits as long as there is progress."""
        deadline, before = time.monotonic() + runnel.PATIENCE, -1
        while client.count() < wanted:
            if client.count() > before:
                deadline, before = time.monotonic() + runnel.PATIENCE, client.count()
            self.assertLess(time.monotonic(), deadline, f"{before} of {wanted} came, then nothing")
            await asyncio.sleep(0.1)

    def check(self, receipts, uplinks):
        """Every device's uplinks came for the first time in order and without a gap. Returns how
        many came more than once."""
        last, seen = {}, set()
        for key, _, _ in receipts:
            device, counter = key
            if key not in seen:
                self.assertEqual(counter, last.get(device, 0) + 1, f"order of {device}")
                last[device] = counter
                seen.add(key)
        self.assertEqual(last, uplinks.acknowledged)
        return len(receipts) - len(seen)

    async def test_what_mosquitto_acknowledged_reaches_the_stream(self):
        token = runnel.new_token()
        async with Mosquitto() as server, runnel.Runnel(
                [chirpstack(server, {CHIRPSTACK_APPLICATION: APPLICATION})],
                {APPLICATION: {"name": "Ours",
                               "streams": [runnel.websocket_stream("cloud", token)]}},
                log={"level": "info"}) as broker:
            client = Receiver(broker, token)
            await client.come()
            await server.subscribed("application/+/device/+/event/+")
            uplinks = MqttSource(server, CHIRPSTACK_APPLICATION, ARGUMENTS.rate).start()
            try:
                await self.scenario((broker, server), uplinks, client)
                print(f"    {len(uplinks.again):,} published again", flush=True)
            finally:
                await uplinks.close()
                await client.leave()

    async def test_what_runnel_acknowledged_reaches_mosquittos_subscriber(self):
        async with Mosquitto() as server, self.publishing(server) as broker:
            client = Subscriber(server)
            await client.come()
            uplinks = source.Source(broker, APPLICATION, ARGUMENTS.rate, timed=True).start()
            try:
                await self.scenario((broker, server), uplinks, client,
                                    lambda: client.has_caught_up(uplinks))
            finally:
                uplinks.close()
                await client.leave()

    def publishing(self, server):
        """A broker with a stream to mosquitto."""
        stream = runnel.mqtt_stream("site", None, **server.options(
            role="client", topic="site/{AppEUI}/{DeviceEUI}/{event}", qos=1))
        return runnel.Runnel([runnel.webhook()],
                             {APPLICATION: {"name": "Ours", "streams": [stream]}},
                             protocols={"mqtt": runnel.MQTT}, log={"level": "info"})


if __name__ == "__main__":
    print(f"seed {ARGUMENTS.seed}", flush=True)
    runnel.main()
