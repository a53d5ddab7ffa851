# SPDX-License-Identifier: Apache-2.0
"""A stream is behind its token: without the right one there is a plain HTTP answer that says why,
and no amount of wrong ones locks out a right one."""
import http.client

import runnel

APPLICATION = "0102030405060708"


class Tokens(runnel.SystemTest):

    def broker(self):
        self.token, self.disabled = runnel.new_token(), runnel.new_token()
        return runnel.Runnel([runnel.simulator(rate=5)], {APPLICATION: {
            "name": "Simulated", "streams": [
                runnel.websocket_stream("cloud", self.token),
                runnel.websocket_stream("off", self.disabled, enabled=False)]}})

    def status(self, broker, target, headers=None):
        return runnel.http_get(broker.websocket_port, target, headers)

    async def test_a_wrong_or_missing_token_is_401(self):
        async with self.broker() as broker:
            for target in ("/", "/?token=", f"/?token={runnel.new_token()}",
                           f"/?token={self.token}x", f"/?Token={self.token}"[:-1]):
                status, _, body = self.status(broker, target, runnel.UPGRADE)
                self.assertEqual(status, 401, target)
                self.assertNotIn(self.token, body)
            status, _, _ = self.status(broker, "/", {
                **runnel.UPGRADE, "Authorization": f"Bearer {runnel.new_token()}"})
            self.assertEqual(status, 401)

    async def test_a_right_token_is_accepted_in_the_query_and_as_bearer(self):
        async with self.broker() as broker:
            for target, headers in ((f"/?token={self.token}", {}),
                                    (f"/some/path?a=b&token={self.token}", {}),
                                    ("/", {"Authorization": f"Bearer {self.token}"})):
                connection = http.client.HTTPSConnection(
                    "127.0.0.1", broker.websocket_port, context=runnel.unverified())
                connection.request("GET", target, headers={**runnel.UPGRADE, **headers})
                response = connection.getresponse()
                self.assertEqual(response.status, 101, target)
                # RFC 6455 section 1.3 computes this answer from the key that UPGRADE sends.
                self.assertEqual(response.getheader("Sec-WebSocket-Accept"),
                                 "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
                connection.close()

    async def test_a_disabled_stream_is_403(self):
        async with self.broker() as broker:
            status, _, body = self.status(broker, f"/?token={self.disabled}", runnel.UPGRADE)
            self.assertEqual(status, 403)
            self.assertTrue(body.strip())

    async def test_a_browser_that_does_not_upgrade_is_told_so_with_426(self):
        async with self.broker() as broker:
            status, headers, body = self.status(broker, f"/?token={self.token}")
            self.assertEqual(status, 426)
            self.assertEqual({k.lower(): v for k, v in headers.items()}["upgrade"], "websocket")
            self.assertEqual(len(body.strip().splitlines()), 1, body)

    async def test_guessing_is_throttled_but_a_right_token_never_is(self):
        async with self.broker() as broker:
            seen = set()
            for _ in range(300):
                status, _, _ = self.status(broker, f"/?token={runnel.new_token()}",
                                           runnel.UPGRADE)
                seen.add(status)
                if status == 429:
                    break
            self.assertEqual(seen, {401, 429})
            client = await broker.connect(self.token)
            self.assertEqual((await client.document())["AppEUI"], APPLICATION)
            await client.close()

    async def test_no_token_is_ever_logged(self):
        async with self.broker() as broker:
            client = await broker.connect(self.token)
            await client.document()
            await client.close()
            wrong = runnel.new_token()
            self.status(broker, f"/?token={wrong}", runnel.UPGRADE)
        for secret in (self.token, self.disabled, wrong):
            self.assertFalse([line for line in broker.log if secret in line])


if __name__ == "__main__":
    runnel.main()
