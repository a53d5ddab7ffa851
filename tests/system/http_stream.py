# SPDX-License-Identifier: Apache-2.0
"""Streams that post to a server of the customer's: what is sent, what becomes of what is refused,
downlinks in answers, and that a server in trouble loses nothing and slows nobody else.

Options: --rate N, uplinks per second beside a server in trouble."""
import asyncio
import base64
import gzip
import hashlib
import hmac
import json
import time

import api
import runnel
import source
from endpoint import Endpoint

ARGUMENTS = runnel.options(rate=50)
APPLICATION, DEVICE, OTHER = "70B3D57ED0000001", "0080E1150529E258", "0080E1150529E259"
SECRET = base64.b64encode(bytes(range(32))).decode()
STREAM = f"{api.application(APPLICATION)}/streams/erp"
TROUBLES = ("fails", "hangs", "resets", "dawdles", "floods", "babbles", "rubbish", "away")


def broker(*streams, private=True, hooks=None):
    application = {"name": "Ours", "devices": [{"eui": DEVICE, "name": "Bay 1/north"}],
                   "streams": list(streams)}
    return runnel.Runnel([hooks or runnel.webhook()], {APPLICATION: application},
                         protocols={"http": {"privateAddresses": private},
                                    "websocket": {"listen": "127.0.0.1:0"}})


async def post(one, *counters, device=DEVICE):
    def work():
        poster = one.poster()
        for counter in counters:
            status, body = poster.post("/", {
                "DeviceEUI": device, "AppEUI": APPLICATION, "Port": 2, "Data": f"{counter:08X}",
                "FrameCounter": counter})
            assert status == 200, f"{status} {body}"
        poster.close()
    await asyncio.to_thread(work)


def counters(requests):
    return [int(request.json["Data"], 16) for request in requests]


async def book(one, **wanted):
    """Waits for these entries of the stream's books."""
    async def is_so():
        books = (await api.local(one).get(STREAM)).json["state"]["books"]
        return all(books[name] == value for name, value in wanted.items())
    await runnel.eventually(is_so, f"books with {wanted}")


class HttpStream(runnel.SystemTest):

    async def test_a_message_is_a_signed_request_with_an_id_of_its_own(self):
        async with Endpoint() as server, broker(server.stream(
                signingSecret=f"whsec_{SECRET}", bearer="let-me-in",
                headers={"X-Device": "{DeviceName}"})) as one:
            await post(one, 1, 2, 3)
            await server.until(lambda: len(server.taken) == 3, "three requests")
            self.assertEqual(counters(server.taken), [1, 2, 3])
            first = server.taken[0]
            self.assertEqual((first.method, first.target), ("POST", f"/uplinks/{DEVICE}/up"))
            self.assertEqual(first.headers["content-type"], "application/json")
            self.assertEqual(first.headers["authorization"], "Bearer let-me-in")
            self.assertEqual(first.headers["x-device"], "Bay 1/north")
            ids = [request.headers["webhook-id"] for request in server.taken]
            self.assertEqual(len(set(ids)), 3)
            stamp = first.headers["webhook-timestamp"]
            self.assertLess(abs(int(stamp) - time.time()), 60)
            content = b".".join([ids[0].encode(), stamp.encode(), first.body])
            wanted = hmac.new(bytes(range(32)), content, hashlib.sha256).digest()
            self.assertEqual(first.headers["webhook-signature"],
                             "v1," + base64.b64encode(wanted).decode())
            self.assertEqual(server.connections, 1, "one device, one connection")
            await book(one, settled=3, pending=0)
            log = "\n".join(one.log)
            self.assertNotIn(SECRET, log)
            self.assertNotIn("let-me-in", log)

    async def test_batches_are_arrays_or_lines_and_may_be_compressed(self):
        async with Endpoint() as server:
            server.act = "fails"
            streams = [server.stream("erp", "/array", batch=100),
                       server.stream("lines", "/lines", batch=100, batchAs="lines", gzip=True,
                                     method="PUT")]
            async with broker(*streams) as one:
                await post(one, *range(1, 51))
                await server.until(lambda: len(server.seen) >= 2, "the first tries")
                server.act = None

                def of(path):
                    return [request for request in server.taken if request.target == path]

                def arrays():
                    return [int(each["Data"], 16) for request in of("/array") for each in request.json]

                def lines():
                    bodies = [gzip.decompress(request.body).decode() for request in of("/lines")]
                    return [int(json.loads(line)["Data"], 16)
                            for body in bodies for line in body.splitlines()]
                await server.until(lambda: len(arrays()) >= 50 and len(lines()) >= 50, "batches")
                self.assertEqual(arrays(), list(range(1, 51)))
                self.assertEqual(lines(), list(range(1, 51)))
                self.assertLess(len(of("/array")), 10)
                self.assertEqual(of("/lines")[0].method, "PUT")
                self.assertEqual(of("/lines")[0].headers["content-type"], "application/x-ndjson")

    async def test_what_is_refused_is_a_dead_letter_alone_and_may_be_sent_again(self):
        def act(request):
            bad = [each for each in request.json if int(each["Data"], 16) == 3]
            return (422, {}, b"no threes") if bad else (200, {}, b"")
        async with Endpoint() as server, broker(server.stream(batch=10)) as one:
            server.act = act
            await post(one, *range(1, 7))
            await book(one, settled=5, dead=1, pending=0)
            await server.until(lambda: server.taken[-1].json[-1]["Data"] == "00000006", "the last")
            taken = [int(each["Data"], 16) for request in server.taken for each in request.json]
            self.assertEqual(taken, [1, 2, 4, 5, 6])
            local = api.local(one)
            letters = []

            async def is_listed():
                letters[:] = (await local.get(f"{STREAM}/dead-letters")).json["items"]
                return letters
            await runnel.eventually(is_listed, "the dead letter")
            self.assertEqual([letter["reason"] for letter in letters], ["HTTP 422"])
            server.act = None
            await local.post(f"{STREAM}/dead-letters/{letters[0]['id']}/resend", {}, 202)
            await server.until(lambda: server.taken[-1].json[0]["Data"] == "00000003", "the letter")
            self.assertEqual(server.taken[-1].headers["runnel-replay"], "true")

    async def test_a_server_that_refuses_everything_is_failing_until_it_does_not(self):
        async with Endpoint() as server, broker(server.stream()) as one:
            server.act = lambda request: (401, {}, b"who are you?")
            await post(one, *range(1, 5))
            await book(one, dead=4, settled=0)

            async def is_failing():
                state = (await api.local(one).get(STREAM)).json["state"]
                return state["health"] == "failing" and "HTTP 401 for everything" in state["text"]
            await runnel.eventually(is_failing, "the complaint about every answer")
            server.act = None
            await post(one, 5)

            async def is_working():
                return (await api.local(one).get(STREAM)).json["state"]["health"] == "working"
            await runnel.eventually(is_working, "working again")

    async def test_a_test_shows_the_answer_and_the_last_tries_are_kept(self):
        async with Endpoint() as server, broker(server.stream()) as one:
            local = api.local(one)
            server.act = lambda request: (200, {}, b"thank you")
            answer = (await local.post(f"{STREAM}/test", {}, 200)).json
            self.assertEqual([answer["sent"], answer["arrived"], answer["status"], answer["answer"]],
                             [True, True, 200, "thank you"])
            self.assertEqual(server.taken[-1].headers["runnel-replay"], "true")
            server.act = "fails"
            answer = (await local.post(f"{STREAM}/test", {}, 200)).json
            self.assertEqual([answer["arrived"], answer["status"], answer["answer"]],
                             [False, 500, "out of order"])
            server.act = lambda request: (429, {"Retry-After": "1"}, b"slowly")
            await post(one, 1)
            await server.until(lambda: any(b"00000001" in each.body for each in server.seen), "1")

            async def has_tried():
                items = (await local.get(f"{STREAM}/attempts")).json["items"]
                self.assertLessEqual(len(items), 20)
                return any(each.get("status") == 429 and each["answer"] == "slowly" for each in items)
            await runnel.eventually(has_tried, "the try in the list")
            server.act = None
            await server.until(lambda: any(b"00000001" in each.body for each in server.taken), "1 again")

    async def test_an_answer_asks_for_a_downlink_and_its_receipt_is_posted(self):
        hooks = runnel.webhook()
        hooks["options"].update(server="chirpstack", key="a-key", api="http://127.0.0.1:1")
        async with Endpoint() as server:
            receipts = server.url + "/receipts"
            async with broker(server.stream(downlinks=True, receiptUrl=receipts), hooks=hooks) as one:
                good = json.dumps({"Port": 2, "Data": "01", "Id": "a"}).encode()
                server.act = lambda request: (200, {}, good if "up" in request.target else b"")
                await post(one, 1)
                await server.until(lambda: any(each.target == "/receipts" for each in server.taken),
                                   "the receipt")
                receipt = [each.json for each in server.taken if each.target == "/receipts"][0]
                self.assertEqual((receipt["Id"], receipt["DeviceEUI"]), ("a", DEVICE))
                self.assertNotIn("Error", receipt)
                server.taken.clear()
                bad = json.dumps({"Port": 300, "Data": "01", "Id": "b"}).encode()
                server.act = lambda request: (200, {}, bad if "up" in request.target else b"")
                await post(one, 2)
                await server.until(lambda: any(each.target == "/receipts" for each in server.taken),
                                   "the refusal")
                self.assertIn("Port", json.dumps(
                    [each.json for each in server.taken if each.target == "/receipts"]))

    async def test_private_addresses_and_redirects_to_them_are_not_asked(self):
        async with Endpoint() as server:
            async with broker(server.stream(), private=False) as one:
                await post(one, 1)

                async def is_failing():
                    state = (await api.local(one).get(STREAM)).json["state"]
                    return state["health"] == "failing" and "127.0.0.1 is private" in state["text"]
                await runnel.eventually(is_failing, "the complaint about the address")
                self.assertEqual(server.connections, 0)
            async with Endpoint() as inside, broker(server.stream()) as one:
                server.act = lambda request: (302, {"Location": inside.url + "/admin"}, b"")
                await post(one, 1)
                await book(one, dead=1)
                self.assertEqual(inside.connections, 0)

    async def test_a_client_certificate_is_shown_and_a_wrong_server_is_not_trusted(self):
        async with Endpoint(client_certificate=True) as server, Endpoint() as other:
            own = server.certificates
            streams = [server.stream(certificate=str(own.client), key=str(own.client_key)),
                       {**other.stream("wrong"), "options": {
                           **other.stream()["options"], "ca": str(own.ca)}}]
            async with broker(*streams) as one:
                await post(one, 1)
                await server.until(lambda: server.taken, "the request")

                async def is_failing():
                    path = f"{api.application(APPLICATION)}/streams/wrong"
                    state = (await api.local(one).get(path)).json["state"]
                    return state["health"] == "failing" and "certificate" in state["text"]
                await runnel.eventually(is_failing, "the complaint about the certificate")
                self.assertEqual(other.seen, [])

    async def test_a_server_in_trouble_loses_nothing_and_slows_nobody(self):
        """One trouble after the other, with uplinks all the time."""
        token = runnel.new_token()
        calm = runnel.websocket_stream("calm", token)
        async with Endpoint() as server, broker(server.stream(timeout=1), calm) as one:
            uplinks = source.Source(one, APPLICATION, ARGUMENTS.rate, lanes=4).start()
            self.client, self.probes = await one.connect(token), []
            await server.until(lambda: len(server.taken) > 20, "uplinks before")
            before, usual = one.memory(), [await self.probe(one) for _ in range(20)]
            beside = []
            for trouble in TROUBLES:
                began = server.tries
                await server.suffer(trouble)
                beside += [await self.probe(one) for _ in range(10)]
                await server.until(lambda: server.tries >= began + 3, f"tries while it {trouble}")
                taken = len(server.taken)
                await server.recover()
                await server.until(lambda: len(server.taken) > taken, f"something after it {trouble}")
            await uplinks.finish()
            posted = {(device, n) for device, last in uplinks.posted.items()
                      for n in range(1, last + 1)} | set(self.probes)

            def arrived():
                return [(each.json["DeviceEUI"], int(each.json["Data"][:8], 16))
                        for each in server.taken]
            await server.until(lambda: set(arrived()) >= posted, f"all {len(posted)} uplinks")
            self.check_order(arrived())
            bodies = {}
            for each in server.seen:
                bodies.setdefault(each.headers["webhook-id"], set()).add(each.body)
            self.assertEqual({len(each) for each in bodies.values()}, {1}, "an id has one body")
            grown = one.memory() - before
            print(f"    {len(posted)} uplinks in {len(server.seen)} requests; a stream beside it: "
                  f"{1000 * max(usual):.0f} ms at most before, {1000 * max(beside):.0f} ms during "
                  f"the troubles; memory grew by {grown:.1f} MiB")
            if not runnel.is_sanitized():
                self.assertLess(grown, 24, "MiB")
            self.assertLess(sorted(beside)[len(beside) * 9 // 10], 1, "seconds")
            await self.client.close()

    async def probe(self, one):
        """Seconds from posting an uplink to its document in the calm stream."""
        self.probes.append((OTHER, len(self.probes) + 1))
        began = time.monotonic()
        await post(one, len(self.probes), device=OTHER)
        while (await self.client.document())["DeviceEUI"] != OTHER:
            pass
        return time.monotonic() - began

    def check_order(self, arrived):
        """At least once, in order per device: a number comes again, but never before a smaller one
        has come for the first time."""
        latest = {}
        for device, number in arrived:
            self.assertLessEqual(number, latest.get(device, 0) + 1, f"{device} jumped to {number}")
            latest[device] = max(latest.get(device, 0), number)

    async def test_a_broker_that_is_killed_sends_what_was_not_answered_with_the_same_id(self):
        async with Endpoint() as server, broker(server.stream()) as one:
            server.act = "hangs"
            await post(one, 1, 2, 3)
            await server.until(lambda: server.seen, "the first try")
            await one.kill()
            server.act = None
            await one.restart()
            await server.until(lambda: len(server.taken) == 3, "all three")
            self.assertEqual(counters(server.taken), [1, 2, 3])
            self.assertEqual(server.taken[0].headers["webhook-id"],
                             server.seen[0].headers["webhook-id"])


if __name__ == "__main__":
    runnel.main()
