# SPDX-License-Identifier: Apache-2.0
"""The broker remembers its traffic of the last hour in steps of ten seconds: what it took in, what
its streams settled, who was there and what was left. A stream's sessions say how far they are
behind."""
import asyncio
import datetime

import api
import runnel
from peers import PATIENCE

OURS, TRAFFIC = "70B3D57ED0000001", f"{api.BASE}/traffic"
MESSAGES = 7


class Traffic(runnel.SystemTest):

    async def samples(self, who, is_enough):
        """As soon as they are enough; a step takes ten seconds."""
        async with asyncio.timeout(PATIENCE + 20):
            while not is_enough(samples := (await who.get(TRAFFIC)).json["samples"]):
                await asyncio.sleep(0.2)
        return samples

    async def test_what_came_and_what_was_settled_adds_up(self):
        token = runnel.new_token()
        streams = [runnel.websocket_stream("cloud", token),
                   runnel.websocket_stream("away", runnel.new_token())]
        async with runnel.Runnel([runnel.webhook()], {OURS: {"streams": streams}}) as broker:
            viewer = await api.with_key(broker, "viewer")
            self.assertEqual((await viewer.get(TRAFFIC)).json["stepSeconds"], 10)
            client, poster = await broker.connect(token), broker.poster()
            for counter in range(MESSAGES):
                uplink = {"DeviceEUI": "0080E1150529E258", "AppEUI": OURS, "Port": 2,
                          "Data": "00", "FrameCounter": counter}
                status, body = await asyncio.to_thread(poster.post, "/", uplink)
                self.assertEqual(status, 200, body)
            poster.close()
            await client.documents(MESSAGES)
            sessions = f"{api.application(OURS)}/streams/cloud/sessions"
            async with asyncio.timeout(PATIENCE):
                while (await viewer.get(sessions)).json["items"][0]["unsettled"] > 0:
                    await asyncio.sleep(0.1)
            self.assertEqual((await viewer.get(sessions)).json["items"][0]["waiting"], 0)

            def total(samples, name):
                return sum(sample[name] for sample in samples)
            samples = await self.samples(viewer, lambda found: total(found, "settled") == MESSAGES)
            self.assertEqual(total(samples, "taken"), MESSAGES)
            self.assertEqual(samples[-1]["sessions"], 1)
            self.assertEqual(samples[-1]["pending"], MESSAGES, "of the stream that is away")
            count = len(samples)
            samples = await self.samples(viewer, lambda found: len(found) > count)
            self.assertEqual(total(samples, "settled"), MESSAGES)
            times = [datetime.datetime.fromisoformat(each["time"]) for each in samples]
            for earlier, later in zip(times, times[1:]):
                seconds = (later - earlier).total_seconds()
                self.assertTrue(seconds > 0 and seconds % 10 == 0, times)
            await client.close()

    async def test_it_is_for_those_who_see_everything(self):
        async with runnel.Runnel() as broker:
            await api.local(broker).put(api.application(OURS), {"name": "Parking"})
            await (await api.with_key(broker, "operator", [OURS])).get(TRAFFIC, 403)
            await api.Api(broker).get(TRAFFIC, 401)


if __name__ == "__main__":
    runnel.main()
