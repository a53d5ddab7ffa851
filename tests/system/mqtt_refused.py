# SPDX-License-Identifier: Apache-2.0
"""runnel as an MQTT broker opens to a stream's token only, and a token reads and writes its stream's
scope only; who is refused is told why in the words of its version of MQTT."""
import mqtt_wire
import runnel
from mqtt_client import Refused
from mqtt_simulated import APPLICATION, DEVICE, DOWN, FOREIGN, OTHER, SimulatedTest
from mqtt_wire import Wire

NEIGHBOUR = "0252554E00000001"  # in the same application
DOWNLINK = b'{"Data":"01"}'


class RefusedTest(SimulatedTest):

    async def refusal(self, broker, version, **credentials):
        """The code with which the connection is refused, and that it is closed then."""
        wire, answer = await Wire.connected(broker.mqtt_port, version, **credentials)
        self.assertIsNone(await wire.packet())
        return answer.code

    async def test_a_token_is_welcome_as_user_name_and_as_password(self):
        async with self.broker() as broker:
            for version in ("3.1.1", "5"):
                for user, password in ((self.token, None), (self.token, ""), ("me", self.token)):
                    wire, answer = await Wire.connected(broker.mqtt_port, version, user=user,
                                                        password=password)
                    self.assertEqual((answer.kind, answer.code), (mqtt_wire.CONNACK, 0))
                    wire.close()

    async def test_a_wrong_token_is_refused_with_the_reason(self):
        async with self.broker() as broker:
            wrong = runnel.new_token()
            for credentials in ({"user": wrong}, {"user": "me", "password": wrong}, {}):
                with self.subTest(credentials=credentials):
                    self.assertIn(await self.refusal(broker, "3.1.1", **credentials), (4, 5))
                    self.assertEqual(await self.refusal(broker, "5", **credentials), 0x86)

    async def test_paho_and_mosquitto_say_so(self):
        async with self.broker() as broker:
            for version, codes in (("3.1.1", (4, 5)), ("5", (134,))):
                with self.assertRaises(Refused) as refused:
                    async with self.paho(broker, version=version, password=runnel.new_token()):
                        pass
                self.assertIn(refused.exception.code, codes)
                status, output = await self.program(
                    "pub", broker, "-t", DOWN, "-m", "x", user=runnel.new_token(),
                    version=version).run()
                self.assertNotEqual(status, 0)
                self.assertRegex(output.lower(), "not authori[sz]ed|bad user name")

    async def test_the_token_of_a_websocket_stream_is_refused(self):
        async with self.broker() as broker:
            self.assertEqual(await self.refusal(broker, "3.1.1", user=self.socket_token), 5)
            self.assertEqual(await self.refusal(broker, "5", user=self.socket_token), 0x87)

    async def test_subscriptions_outside_the_scope_are_refused_alone(self):
        async with self.broker() as broker:
            for version, code in (("3.1.1", 0x80), ("5", 0x87)):
                wire = await self.wire(broker, version)
                for filter_ in (f"{OTHER}/{FOREIGN}/up", f"{OTHER}/#", f"{OTHER}/+/receipt",
                                f"{APPLICATION}/{DEVICE}/secrets", "$SYS/broker/version"):
                    self.assertEqual(await wire.subscribe(filter_), code, filter_)
                self.assertEqual(await wire.subscribe(f"{APPLICATION}/{DEVICE}/up"), 1)
                uplink = await wire.until(mqtt_wire.PUBLISH)
                self.assertEqual(uplink.topic, f"{APPLICATION}/{DEVICE}/up")
                wire.close()

    async def test_a_token_of_one_device_sees_that_device_only(self):
        async with self.broker(rate=100) as broker:
            async with self.paho(broker, ("#", 1), user=self.device_token) as client:
                topics = {(await client.message()).topic for _ in range(10)}
                self.assertEqual(topics, {f"{APPLICATION}/{DEVICE}/up"})
                self.assertEqual(await client.subscribe(f"{APPLICATION}/{NEIGHBOUR}/up"), 0x87)

    async def test_publishing_outside_the_scope_is_refused_with_the_reason(self):
        async with self.broker() as broker:
            wire = await self.wire(broker)
            for topic in (f"{OTHER}/{FOREIGN}/down", f"{APPLICATION}/{DEVICE}/up", "anything"):
                self.assertEqual(await wire.publish(topic, DOWNLINK), 0x87, topic)
            self.assertEqual(await wire.subscribe(f"{APPLICATION}/{DEVICE}/up"), 1)
            await wire.until(mqtt_wire.PUBLISH)
            self.assertLess(await wire.publish(DOWN, DOWNLINK), 0x80)
            wire.close()

    async def test_publishing_outside_the_scope_ends_a_connection_of_version_3_1_1(self):
        async with self.broker() as broker:
            for topic in (f"{OTHER}/{FOREIGN}/down", f"{APPLICATION}/{DEVICE}/up", "anything"):
                wire = await self.wire(broker, "3.1.1")
                self.assertIsNone(await wire.publish(topic, DOWNLINK), topic)

    async def test_mosquitto_pub_says_that_it_may_not_publish_there(self):
        async with self.broker() as broker:
            _, output = await self.program("pub", broker, "-q", "1", "-t",
                                           f"{OTHER}/{FOREIGN}/down", "-m", "x").run()
            self.assertIn("not authorized", output.lower())


if __name__ == "__main__":
    runnel.main()
