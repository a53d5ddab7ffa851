# SPDX-License-Identifier: Apache-2.0
"""Every page of the console, and a broker that has something on each of them."""
import asyncio
import contextlib

import api
import runnel

APPLICATION, EMPTY, ROUTED_BY_NONE = "0102030405060708", "70B3D57ED0000002", "70B3D57ED0000003"
DEVICE, GATEWAY = "0252554E00000000", "0252554E47000000"
BAD_PLUGINS = runnel.BUILD / "tests" / "bad_plugins" / "bad_magic"

# name of the picture: (address, what is seen when the page is there)
PAGES = {
    "overview": ("/", "Overview"),
    "account": ("/account", "Your account"),
    "applications": ("/applications", "Applications"),
    "application-streams": (f"/applications/{APPLICATION}", "Parking sensors"),
    "application-empty": (f"/applications/{EMPTY}", "Empty"),
    "application-devices": (f"/applications/{APPLICATION}/devices", "Parking sensors"),
    "application-live": (f"/applications/{APPLICATION}/live", "Parking sensors"),
    "application-downlinks": (f"/applications/{APPLICATION}/downlinks", "Parking sensors"),
    "add-stream": (f"/applications/{APPLICATION}/add-stream", "Add stream"),
    "stream": (f"/applications/{APPLICATION}/streams/cloud", "Stream cloud"),
    "stream-sessions": (f"/applications/{APPLICATION}/streams/cloud?tab=sessions", "Stream cloud"),
    "stream-tokens": (f"/applications/{APPLICATION}/streams/cloud?tab=tokens", "Stream cloud"),
    "stream-dead": (f"/applications/{APPLICATION}/streams/cloud?tab=dead-letters", "Stream cloud"),
    "stream-replay": (f"/applications/{APPLICATION}/streams/cloud?tab=replay", "Stream cloud"),
    "stream-settings": (f"/applications/{APPLICATION}/streams/cloud?tab=settings", "Stream cloud"),
    "stream-failing": (f"/applications/{APPLICATION}/streams/away", "Stream away"),
    "device": (f"/applications/{APPLICATION}/devices/{DEVICE}", "Bay 1"),
    "devices": ("/devices", "Devices"),
    "streams": ("/streams", "Streams"),
    "gateways": ("/gateways", "Gateways"),
    "gateway": (f"/gateways/{GATEWAY}", "Roof"),
    "gateway-add-stream": (f"/gateways/{GATEWAY}/add-stream", "Add stream"),
    "gateway-stream": (f"/gateways/{GATEWAY}/streams/mirror", "Stream mirror"),
    "unrouted": ("/unrouted", "Unrouted uplinks"),
    "networks": ("/networks", "Networks"),
    "plugins": ("/plugins", "Plugins"),
    "plugin": ("/plugins/protocol/websocket", "websocket"),
    "templates": ("/templates", "Device templates"),
    "template": ("/templates/acme-climate/1", "acme-climate@1"),
    "template-add": ("/add-template", "Add template"),
    "users": ("/users", "Users"),
    "keys": ("/keys", "API keys"),
    "audit": ("/audit", "Audit log"),
    "no-such-page": ("/nowhere", "There is no such page"),
}


async def fill(admin):
    ours = api.application(APPLICATION)
    for eui, name in ((APPLICATION, "Parking sensors"), (EMPTY, "Empty"),
                      (ROUTED_BY_NONE, "Without streams")):
        await admin.post(f"{api.BASE}/applications", {"eui": eui, "name": name})
    await admin.post(f"{ours}/devices", {"eui": DEVICE, "name": "Bay 1", "tags": {"floor": 2}})
    await admin.post(f"{ours}/streams", {"name": "cloud"})
    await admin.post(f"{ours}/streams", {
        "name": "bay-1", "scope": {"device": DEVICE}, "protocol": "mqtt"})
    await admin.post(f"{ours}/streams", {
        "name": "away", "protocol": "mqtt", "options": {"role": "client", "url": "mqtt://127.0.0.1:9"}})
    await admin.put(f"{api.BASE}/templates/acme-climate/1", {
        "description": "Temperature and humidity", "codec": {"plugin": "fields", "options": {"uplink": [
            {"name": "temperature", "type": "int16", "scale": 0.1}]}}}, 201)
    await admin.post(f"{api.BASE}/gateways", {"eui": GATEWAY, "name": "Roof"})
    await admin.post(f"{api.gateway(GATEWAY)}/streams", {"name": "mirror"})
    await admin.post(f"{ours}/devices/{DEVICE}/downlinks", {"port": 2, "data": "01FF"}, 202)
    await admin.post(f"{api.BASE}/users", {
        "name": "berta", "role": "operator", "applications": [APPLICATION]})
    await admin.post(f"{api.BASE}/keys", {"name": "grafana", "role": "viewer"})


@contextlib.asynccontextmanager
async def world():
    """A broker with something on every page."""
    networks = [runnel.simulator(rate=20, application=APPLICATION), runnel.webhook()]
    protocols = {"mqtt": runnel.MQTT, "websocket": {"listen": "127.0.0.1:0"}}
    async with runnel.Runnel(networks, plugins=(runnel.PLUGINS, BAD_PLUGINS),
                             protocols=protocols) as broker:
        admin = await api.with_password(broker, "anna", "admin")
        await fill(admin)
        poster = broker.poster()
        for application in (None, ROUTED_BY_NONE):
            uplink = {"DeviceEUI": "0080E1150529E258", "Port": 2, "Data": "01",
                      **({"AppEUI": application} if application else {})}
            assert (await asyncio.to_thread(poster.post, "/", uplink))[0] == 200
        poster.close()
        token = (await admin.get(f"{api.application(APPLICATION)}/streams/cloud")).json["token"]
        client = await broker.connect(token)
        for _ in range(20):
            await client.document()
        yield broker
        await client.socket.close()
