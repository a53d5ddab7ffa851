# SPDX-License-Identifier: Apache-2.0
"""Idle MQTT sessions cost little memory: TLS, subscribed with QoS 1, kept alive by the client.

Options: --sessions N."""
import asyncio
import resource
import ssl

import runnel

ARGUMENTS = runnel.options(sessions=2000)
APPLICATION = "70B3D57ED0000001"
BUDGET_KB = 16.5  # thousand bytes per session, resident, what TLS needs included
TOGETHER = 50  # handshakes at a time


def text(value):
    data = value.encode()
    return len(data).to_bytes(2, "big") + data


def packet(kind, body):
    assert len(body) < 128
    return bytes([kind, len(body)]) + body


def connect_packet(token, client_id):
    return packet(0x10, text("MQTT") + b"\x04\xc2\x00\x3c" + text(client_id) + text("u")
                  + text(token))


SUBSCRIBE = packet(0x82, b"\x00\x01" + text("+/+/up") + b"\x01")
CONNACK, SUBACK = b"\x20\x02\x00\x00", b"\x90\x03\x00\x01\x01"


async def session(port, tls, token, number):
    """A connected and subscribed client: its writer, to be kept."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    writer.write(connect_packet(token, f"idle-{number}"))
    assert await reader.readexactly(4) == CONNACK
    writer.write(SUBSCRIBE)
    assert await reader.readexactly(5) == SUBACK
    return writer


class MqttIdle(runnel.SystemTest):

    async def test_idle_tls_sessions_stay_within_their_memory(self):
        if runnel.is_sanitized():
            runnel.skip("a sanitizer's memory says nothing")
        wanted = ARGUMENTS.sessions
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 3 * wanted)), hard))
        # A stream has at most 32 sessions.
        tokens = [runnel.new_token() for _ in range((wanted + 31) // 32)]
        streams = [{"name": f"s{n}", "protocol": "mqtt", "token": token}
                   for n, token in enumerate(tokens)]
        tls = runnel.unverified()
        tls.maximum_version = ssl.TLSVersion.TLSv1_3
        async with runnel.Runnel([], {APPLICATION: {"name": "Ours", "streams": streams}},
                                 protocols={"mqtt": {"listen": ["127.0.0.1:0"]},
                                            "websocket": {"listen": "127.0.0.1:0"}}) as broker:
            clients = await self.open(broker, tls, tokens, 0, TOGETHER)  # what is needed once
            before = broker.memory()
            clients += await self.open(broker, tls, tokens, TOGETHER, wanted)
            each = (broker.memory() - before) * 1048.576 / (wanted - TOGETHER)
            print(f"    {len(clients):,} sessions, {each:.2f} KB each; at most {BUDGET_KB}")
            self.assertLess(each, BUDGET_KB)
            for writer in clients:
                writer.transport.abort()

    async def open(self, broker, tls, tokens, first, end):
        clients = []
        for start in range(first, end, TOGETHER):
            clients += await asyncio.gather(*(
                session(broker.port("mqtt"), tls, tokens[n // 32], n)
                for n in range(start, min(start + TOGETHER, end))))
        return clients


if __name__ == "__main__":
    runnel.main()
