# SPDX-License-Identifier: Apache-2.0
"""Streams are encrypted: TLS 1.2 or newer, with the administrator's certificate where there is one,
else with a self-signed one that stays the same over restarts."""
import contextlib
import pathlib
import socket
import ssl
import subprocess
import tempfile
import warnings

import runnel

APPLICATION = "0102030405060708"


class Tls(runnel.SystemTest):

    def broker(self, **more):
        self.token = runnel.new_token()
        return runnel.Runnel([runnel.simulator()], {APPLICATION: {
            "name": "Simulated", "streams": [runnel.websocket_stream("cloud", self.token)]}},
            **more)

    def certificate(self, port):
        return ssl.get_server_certificate(("127.0.0.1", port))

    async def test_a_client_that_verifies_accepts_the_configured_certificate(self):
        with tempfile.TemporaryDirectory() as folder:
            key, certificate = pathlib.Path(folder, "key.pem"), pathlib.Path(folder, "cert.pem")
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                 "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                check=True, capture_output=True)
            tls = {"certificate": str(certificate), "key": str(key)}
            async with self.broker(tls=tls) as broker:
                verifying = ssl.create_default_context(cafile=str(certificate))
                client = await broker.connect(self.token, ssl=verifying)
                self.assertEqual((await client.document())["AppEUI"], APPLICATION)
                await client.close()

    async def test_old_versions_and_plain_text_are_refused(self):
        async with self.broker() as broker:
            old = runnel.unverified()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                old.minimum_version = ssl.TLSVersion.TLSv1
                old.maximum_version = ssl.TLSVersion.TLSv1_1
            old.set_ciphers("ALL:@SECLEVEL=0")
            with socket.create_connection(("127.0.0.1", broker.websocket_port)) as raw:
                with self.assertRaises((ssl.SSLError, ConnectionError)):
                    old.wrap_socket(raw)
            with socket.create_connection(("127.0.0.1", broker.websocket_port)) as raw:
                raw.settimeout(runnel.PATIENCE)
                raw.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                with contextlib.suppress(ConnectionError):
                    self.assertNotIn(b"HTTP/1.1", raw.recv(4096))

    async def test_the_self_signed_certificate_stays_the_same_over_a_restart(self):
        broker = self.broker()
        await broker.start()
        first = self.certificate(broker.websocket_port)
        broker.signal()
        self.assertEqual(await broker.ended(), 0)
        broker.listeners.clear()
        async with broker:
            self.assertEqual(self.certificate(broker.websocket_port), first)


if __name__ == "__main__":
    runnel.main()
