# SPDX-License-Identifier: Apache-2.0
"""What the tests of runnel as an MQTT broker share: a simulated network, its application with an
MQTT stream and a WebSocket stream, a certificate that clients can verify, and clients."""
import contextlib
import pathlib
import tempfile

import runnel
from mosquitto import Certificates
from mqtt_client import Paho, Program, trusting
from mqtt_wire import Wire

APPLICATION, DEVICE = "0102030405060708", "0252554E00000000"
OTHER, FOREIGN = "70B3D57ED0000002", "0252554E00FFFFFF"
DOWN = f"{APPLICATION}/{DEVICE}/down"


class SimulatedTest(runnel.SystemTest):

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="certificates.")
        cls.addClassCleanup(folder.cleanup)
        cls.certificates = Certificates(pathlib.Path(folder.name))

    def broker(self, rate=20, **options):
        """Streams: `self.token` MQTT, `self.socket_token` WebSocket, `self.device_token` MQTT of
        DEVICE alone."""
        self.token, self.socket_token, self.device_token = [runnel.new_token() for _ in range(3)]
        best = {"duplicates": "best"}  # one document per uplink
        one = {**runnel.mqtt_stream("one", self.device_token), "scope": {"device": DEVICE}, **best}
        return runnel.Runnel([runnel.simulator(rate=rate)], {
            APPLICATION: {"name": "Simulated", "streams": [
                {**runnel.mqtt_stream("cloud", self.token, sequence=True, **options), **best},
                runnel.websocket_stream("socket", self.socket_token, options={"sequence": True},
                                        **best),
                one]},
            OTHER: {"name": "Other", "devices": [{"eui": FOREIGN, "name": "not ours"}],
                    "streams": [runnel.mqtt_stream("cloud", runnel.new_token())]}},
            protocols={"mqtt": runnel.MQTT, "websocket": {"listen": "127.0.0.1:0"}},
            tls={"certificate": str(self.certificates.server),
                 "key": str(self.certificates.server_key)})

    @contextlib.asynccontextmanager
    async def paho(self, broker, *subscriptions, **more):
        """Connected with the stream's token, or with `user` or `password`."""
        if not more.keys() & {"user", "password"}:
            more["password"] = self.token
        if more.get("password") and not more.get("user"):
            more["user"] = "paho"  # 3.1.1 has no password without a user name
        more.setdefault("tls", trusting(self.certificates.ca))
        port = broker.plain_mqtt_port if more["tls"] == "plain" else broker.mqtt_port
        client = Paho(port, **more)
        client.session_present = await client.connect(*subscriptions)
        try:
            yield client
        finally:
            await client.disconnect()

    def program(self, name, broker, *arguments, **more):
        """mosquitto_pub or mosquitto_sub over TLS, which it verifies."""
        return Program(name, broker.mqtt_port, *arguments, ca=self.certificates.ca,
                       user=more.pop("user", self.token), **more)

    async def wire(self, broker, version="5", **more):
        """A connection by hand that has been accepted, without TLS."""
        wire, answer = await Wire.connected(broker.plain_mqtt_port, version, "plain",
                                            user=self.token, **more)
        self.assertEqual(answer.code, 0)
        wire.session_present = answer.is_session_present
        return wire
