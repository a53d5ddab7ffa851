# SPDX-License-Identifier: Apache-2.0
"""What runnelctl does with messages of a running broker: it sends downlinks and waits for their end, follows
what happens live, sends the past again with its progress, and lists, resends and drops dead letters."""
import asyncio
import json

import ctl
import mqtt_client
import runnel

APPLICATION = "70B3D57ED0000001"
DEVICE = "0252554E00000000"
STRANGER = "00000000000000FF"  # no device of the simulator


class Following:
    """runnelctl's live events, one document per line, until its end."""

    def __init__(self, broker, *arguments):
        self.command = [ctl.PROGRAM, *arguments, "--json", "--socket", broker.socket]
        self.process = None

    async def __aenter__(self):
        self.process = await asyncio.create_subprocess_exec(
            *self.command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE)
        return self

    async def __aexit__(self, *_):
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()

    async def until(self, matches):
        """The data of the first event for which `matches(kind, data)` is true."""
        async with asyncio.timeout(runnel.PATIENCE):
            async for line in self.process.stdout:
                event = json.loads(line)
                if matches(event["event"], event["data"]):
                    return event["data"]
        raise AssertionError("the events have ended")


class Messages(runnel.SystemTest):

    async def add(self, broker, *arguments):
        added = await broker.ctl("stream", "add", "--application", APPLICATION, *arguments)
        return added.field("token")

    async def test_downlink_send_waits_for_its_end(self):
        async with ctl.Managed([runnel.simulator(application=APPLICATION)]) as broker:
            heard = await broker.connect(await self.add(broker, "--name", "cloud"))
            await heard.until(lambda document: document["DeviceEUI"] == DEVICE)
            await heard.close()
            await broker.ctl("device", "add", STRANGER, "--application", APPLICATION)
            good = await broker.ctl("downlink", "send", "--application", APPLICATION, "--device",
                                    DEVICE, "--port", 10, "--data", "0102", "--confirmed", "--id",
                                    "mine", "--wait")
            self.assertIn("mine acknowledged", good.out)
            stranger = await broker.ctl("downlink", "send", "--application", APPLICATION,
                                        "--device", STRANGER, "--port", 10, "--data",
                                        "00", "--wait", status=1)
            self.assertIn("did not arrive: failed", stranger.err)
            wrong = await broker.ctl("downlink", "send", "--application", APPLICATION, "--device",
                                     DEVICE, "--port", 0, "--data", "00", status=1)
            self.assertIn("port: ", wrong.err)
            listed = (await broker.ctl("downlink", "list", "--application", APPLICATION)).out
            self.assertIn("mine", listed)

    async def test_tail_shows_messages_and_sessions_and_ends_with_the_stream(self):
        async with ctl.Managed([runnel.simulator(application=APPLICATION)]) as broker:
            token = await self.add(broker, "--name", "cloud")
            async with Following(broker, "stream", "tail", "cloud") as tail:
                message = await tail.until(lambda kind, _: kind == "message")
                self.assertEqual(message["application"], APPLICATION)
                # The broker looks once a second whether a stream has changed.
                await tail.until(lambda _, data: data.get("position", 0) >
                                 message["position"] + 40)
                client = await broker.connect(token)
                changed = await tail.until(lambda kind, data: kind == "stream")
                self.assertEqual((changed["stream"], changed["sessions"]),
                                 (f"{APPLICATION}/cloud", 1))
                await client.close()
                await broker.ctl("stream", "remove", "cloud")
                await tail.until(lambda _, data: data.get("removed"))
                status = await asyncio.wait_for(tail.process.wait(), runnel.PATIENCE)
                self.assertEqual(status, 0)

    async def test_replay_sends_the_past_again_and_tells_how_far_it_is(self):
        async with ctl.Managed([runnel.simulator(application=APPLICATION, count=50, rate=500)]
                               ) as broker:
            client = await broker.connect(await self.add(broker, "--name", "cloud"))
            other = await broker.connect(await self.add(broker, "--name", "other"))
            listed = []
            async with asyncio.timeout(runnel.PATIENCE):
                while len(listed) < 50:
                    listed = (await broker.ctl("messages", "--application", APPLICATION, "--limit",
                                               "0", "--json")).json["items"]
            done = await broker.ctl("replay", "--stream", "cloud", "--from", "1h", "--to-stream",
                                    "other")
            self.assertEqual(done.field("state"), "done")
            self.assertEqual(done.field("messages"), "50 sent, 50 arrived")
            self.assertIn("50 sent, 50 arrived", done.err)
            again = await other.until(lambda document: "Replay" in json.dumps(document))
            self.assertIn(again["DeviceEUI"], {one["device"] for one in listed})
            await client.close()
            await other.close()

    async def test_dead_letters_are_listed_resent_and_dropped(self):
        token = runnel.new_token()
        phones = {"name": "North", "streams": [runnel.mqtt_stream("phones", token)]}
        async with ctl.Managed([runnel.simulator(count=3)], {APPLICATION: phones},
                               protocols={"websocket": {"listen": "127.0.0.1:0"},
                                          "mqtt": runnel.MQTT}) as broker:
            topics = ("-q", "1", "-t", f"{APPLICATION}/#")
            small = mqtt_client.Program("sub", broker.plain_mqtt_port, *topics, "-D", "connect",
                                        "maximum-packet-size", "60", user="phones", password=token)
            letters = []
            async with small, asyncio.timeout(runnel.PATIENCE):
                while len(letters) < 3:
                    letters = (await broker.ctl("dead", "list", "phones", "--json")).json["items"]
            self.assertIn("bigger than", letters[0]["reason"])
            await broker.ctl("dead", "drop", "phones", letters[0]["id"])
            async with mqtt_client.Program("sub", broker.plain_mqtt_port, *topics, user="phones",
                                           password=token) as big:
                again = await broker.ctl("dead", "resend", "phones", "--all")
                self.assertEqual(again.out, "2 sent again\n")
                for _ in range(2):
                    json.loads(await big.line())
            async with asyncio.timeout(runnel.PATIENCE):
                while (await broker.ctl("dead", "list", "phones", "--json")).json["items"]:
                    pass


if __name__ == "__main__":
    runnel.main()
