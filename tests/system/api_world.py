# SPDX-License-Identifier: Apache-2.0
"""Something of everything that the management API knows, and a right body for every operation."""
import re

import api

A, B = "A000000000000001", "B000000000000002"
DEVICE_A, DEVICE_B = "A0000000000000D1", "B0000000000000D2"
GATEWAY = "C0000000000000A3"
SECRET_OPTION = "secret-option-of-a-stream"
BRAVO = ("Application-Bravo", "Device-Bravo", "label-bravo")  # names in B
TIMES = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"}
STREAM = {"protocol": "websocket"}
TEMPLATE = {"codec": {"plugin": "cayenne"}}
BODIES = {
    "login": {"user": "victim", "password": api.PASSWORD},
    "createApplication": {"eui": "E000000000000005"}, "putApplication": {"name": "Alpha"},
    "patchApplication": {"name": "Alpha"},
    "createDevice": {"eui": "A0000000000000D9"}, "putDevices": [{"eui": "A0000000000000D8"}],
    "putDevice": {"name": "Bay"}, "patchDevice": {"name": "Bay"},
    "sendDownlink": {"port": 1, "data": "01"},
    "createGateway": {"eui": "E0000000000000A6"}, "putGateway": {"name": "Roof"},
    "patchGateway": {"name": "Roof"},
    "createUser": {"name": "somebody", "role": "admin"}, "patchUser": {"role": "admin"},
    "putPassword": {"password": api.PASSWORD},
    "createKey": {"name": "another", "role": "admin"},
    "testTemplate": {"name": "acme", **TEMPLATE}, "putTemplate": TEMPLATE,
}
for kind in ("", "Gateway"):
    BODIES |= {f"create{kind}Stream": STREAM, f"put{kind}Stream": STREAM,
               f"patch{kind}Stream": {"duplicates": "best"}, f"create{kind}Token": {},
               f"patch{kind}Token": {"label": "new"}, f"rotate{kind}Token": {"overlapSeconds": 9},
               f"create{kind}Replay": TIMES, f"dryRun{kind}Stream": {"template": "steady"}}


class World:
    """Objects of A, of B and of a gateway, made again as often as somebody has removed them."""

    def __init__(self, broker):
        self.broker, self.local, self.parameters, self.texts = broker, api.local(broker), {}, []

    async def owner(self, path, name, label):
        local = self.local
        await local.put(path, {"name": name})
        streams = f"{path}/streams"
        for stream in ("cloud", "stream-bravo") if name.endswith("Bravo") else ("cloud",):
            await local.put(f"{streams}/{stream}", STREAM)
        made = await local.post(f"{streams}/cloud/tokens", {"label": label})
        replay = await local.post(f"{streams}/cloud/replays", TIMES, 202)
        self.texts.append(made.json["token"])
        return {"token": made.json["id"], "replay": replay.json["id"], "letter": 1,
                "stream": "cloud"}

    async def secret_stream(self, path):
        await self.local.put(f"{path}/streams/mqtt", {
            "protocol": "mqtt", "enabled": False,
            "options": {"role": "client", "url": "mqtts://mqtt.example", "user": "runnel",
                        "password": SECRET_OPTION}})

    async def ensure(self):
        local = self.local
        await local.ask("DELETE", f"{api.BASE}/users/somebody")
        for eui in ("E000000000000005", ):
            await local.ask("DELETE", api.application(eui))
        await local.ask("DELETE", api.gateway("E0000000000000A6"))
        ids = {"": await self.owner(api.application(A), "Alpha", "label-alpha"),
               "Gateway": await self.owner(api.gateway(GATEWAY), "Roof", "label-roof")}
        await local.put(f"{api.application(A)}/devices/{DEVICE_A}", {"name": "Bay"})
        await local.ask("DELETE", f"{api.application(A)}/devices/A0000000000000D9")
        await self.secret_stream(api.application(A))
        for name in ("acme", "steady"):
            await local.put(f"{api.BASE}/templates/{name}/1", TEMPLATE)
        user = {"name": "victim", "role": "viewer", "password": api.PASSWORD}
        answer = await local.ask("POST", f"{api.BASE}/users", user)
        assert answer.status in (201, 409), answer
        await local.patch(f"{api.BASE}/users/victim", {"role": "viewer"})
        key = await local.post(f"{api.BASE}/keys", {"name": "victim", "role": "viewer"})
        common = {"application": A, "gateway": GATEWAY, "device": DEVICE_A, "user": "victim",
                  "key": key.json["id"], "kind": "protocol", "name": "websocket",
                  "template": "acme", "version": 1}
        self.parameters = {kind: {**common, **found} for kind, found in ids.items()}

    async def bravo(self):
        path = api.application(B)
        found = await self.owner(path, BRAVO[0], BRAVO[2])
        await self.local.put(f"{path}/devices/{DEVICE_B}", {"name": BRAVO[1]})
        await self.secret_stream(path)
        return {**self.parameters[""], **found, "application": B, "device": DEVICE_B}

    def target(self, path, parameters=None):
        kind = "Gateway" if "{gateway}" in path else ""
        parameters = parameters or self.parameters[kind]
        return re.sub(r"\{(\w+)\}", lambda found: str(parameters[found.group(1)]), path)
