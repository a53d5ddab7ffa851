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
import random
import time

import runnel
import source
from mosquitto import Mosquitto
from mqtt_source import MqttSource, chirpstack
from receiver import Receiver, Subscriber, arrived, check_order

ARGUMENTS = runnel.options(kills=6, seed=random.SystemRandom().randrange(1 << 32), rate=300)
APPLICATION = "70B3D57ED0000001"
CHIRPSTACK_APPLICATION = "13f243da-3795-4165-8ee0-ed43039c566c"
# Changes; with a save at each one, mosquitto would wait for the disk most of the time.
SAVING = {"autosave_interval": 100}
LONGEST_PEACE = 3  # between two kills, in seconds
VICTIMS = ("runnel", "mosquitto", "runnel and mosquitto")


class NothingLost(runnel.SystemTest):

    async def strike(self, victims, broker, server, dice):
        """Kills and starts again, the server first. It is paralysed before, so that it dies with
        messages that it has not acknowledged."""
        if "mosquitto" in victims:
            server.paralyse()
            await asyncio.sleep(dice.uniform(0, 0.3))
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
        struck = []
        try:
            await self.strikes(parts, (uplinks, client), struck, ready)
            rate = uplinks.rate()
            await uplinks.finish()
            await arrived(client, uplinks.total)
        except (AssertionError, TimeoutError):
            self.explain(uplinks, client, struck)
            raise
        repeats = check_order(self, client.all(), uplinks.acknowledged)
        print(f"    {uplinks.total:,} uplinks at {rate:,.0f}/s, {len(struck)} kills, {repeats:,} "
              "came more than once", flush=True)

    async def strikes(self, parts, progress, struck, ready):
        """Adds the time of each kill to `struck`."""
        (broker, server), (uplinks, client) = parts, progress
        dice = random.Random(ARGUMENTS.seed)
        kills = [VICTIMS[number % len(VICTIMS)] for number in range(ARGUMENTS.kills)]
        dice.shuffle(kills)
        await server.saved()  # else it forgets that somebody has subscribed
        for number, victims in enumerate(kills, 1):
            await asyncio.sleep(dice.uniform(0.1, LONGEST_PEACE))
            if ready and "mosquitto" in victims:
                await ready()
            struck.append(time.monotonic())
            await self.strike(victims, broker, server, dice)
            print(f"    kill {number}/{len(kills)} ({victims}): {uplinks.total:,} acknowledged, "
                  f"{client.count():,} received", flush=True)
        await asyncio.sleep(dice.uniform(0.1, LONGEST_PEACE))

    @staticmethod
    def explain(uplinks, client, struck):
        """Prints before which kill was posted what has not come."""
        for key in sorted(uplinks.keys() - client.seen, key=lambda key: uplinks.sent_at[key]):
            kill = sum(when < uplinks.sent_at[key] for when in struck)
            before = struck[kill] - uplinks.sent_at[key] if kill < len(struck) else 0
            print(f"    missing: {key}, posted {before:.3f} s before kill {kill + 1}", flush=True)

    async def test_what_mosquitto_acknowledged_reaches_the_stream(self):
        token = runnel.new_token()
        async with Mosquitto(**SAVING) as server, runnel.Runnel(
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
        async with Mosquitto(**SAVING) as server, self.publishing(server) as broker:
            client = Subscriber(server, f"site/{APPLICATION}/+/up")
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
