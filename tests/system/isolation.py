# SPDX-License-Identifier: Apache-2.0
"""A client that never reads costs nobody anything: the others of its stream and of other streams
get every uplink, and what it did not read comes complete to the next client of its stream."""
import asyncio

import runnel

APPLICATION, OTHER = "70B3D57ED0000001", "70B3D57ED0000002"
UPLINKS, GATEWAYS = 1500, 10


class Isolation(runnel.SystemTest):

    def events(self, application):
        """Large on purpose: together about 9 MB of documents, more than sockets buffer."""
        device = {"ours": "0080E1150529E258", "theirs": "0080E1150529E259"}[application]
        gateways = [(f"A84041FFFF1F8A3{n}", -60 - n, 9.5 - n) for n in range(GATEWAYS)]
        return [runnel.chirpstack_uplink(device, application, count,
                                         gateways=gateways, payload=count.to_bytes(2, "big") * 100)
                for count in range(1, UPLINKS + 1)]

    async def counts(self, client):
        """The uplinks that a stream with all duplicates shows, in their order."""
        seen = []
        for document in await client.documents(UPLINKS * GATEWAYS):
            number = int(document["Data"][:4], 16)
            if not seen or seen[-1] != number:
                seen.append(number)
        return seen

    async def test_a_client_that_never_reads_delays_nobody_and_loses_nothing(self):
        names = ("shared", "alone", "other")
        tokens = {name: runnel.new_token() for name in names}
        stream = runnel.websocket_stream
        applications = {
            APPLICATION: {"name": "Ours", "streams": [stream("shared", tokens["shared"]),
                                                      stream("alone", tokens["alone"])]},
            OTHER: {"name": "Theirs", "streams": [stream("cloud", tokens["other"])]}}
        networks = [runnel.webhook({"ours": APPLICATION, "theirs": OTHER})]
        everything = list(range(1, UPLINKS + 1))
        async with runnel.Runnel(networks, applications) as broker:
            deaf = [await asyncio.to_thread(runnel.deaf_client, broker.websocket_port, tokens[name])
                    for name in ("shared", "alone")]
            clients = [await broker.connect(tokens[name]) for name in ("shared", "other")]
            posted = [runnel.post_all(broker, "/?event=up", self.events(application), workers=1)
                      for application in ("ours", "theirs")]
            _, _, first, second = await asyncio.gather(*posted, *map(self.counts, clients))
            self.assertEqual(first, everything)
            self.assertEqual(second, everything)
            # The deaf one was the only reader of "alone": its successor gets all from the start.
            deaf[1].close()
            successor = await broker.connect(tokens["alone"])
            got = await self.backlog(successor)
            self.assertEqual(got[-1], UPLINKS)
            self.assertEqual(got, list(range(got[0], UPLINKS + 1)))
            self.assertEqual(got[0], 1, "the deaf client settled nothing")
            deaf[0].close()

    async def backlog(self, client):
        seen = []
        while not seen or seen[-1] != UPLINKS:
            number = int((await client.document())["Data"][:4], 16)
            if not seen or seen[-1] != number:
                seen.append(number)
        return seen


if __name__ == "__main__":
    runnel.main()
