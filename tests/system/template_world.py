# SPDX-License-Identifier: Apache-2.0
"""A broker with device templates in files, devices that use them, and a stream whose documents show
fields."""
import asyncio
import json

import runnel

APPLICATION = "70B3D57ED0000001"

#: Two bytes of temperature in tenths, in each codec's own way.
JAVASCRIPT = """
function decodeUplink(input) {
    if (input.bytes.length < 2) throw new Error("needs 2 bytes, found " + input.bytes.length);
    var raw = input.bytes[0] << 8 | input.bytes[1];
    return {data: {temperature: (raw > 32767 ? raw - 65536 : raw) / 10, port: input.fPort}};
}
"""
LAYOUT = {"uplink": [{"name": "temperature", "type": "int16", "scale": 0.1}]}


def template(name, codec=None, version=1, **more):
    """A device template's file; `codec` is (plugin, options)."""
    content = {"name": name, "version": version, **more}
    if codec:
        content["codec"] = {"plugin": codec[0], "options": codec[1]}
    return f"{name}@{version}", content


def javascript(name, script=JAVASCRIPT, **more):
    return template(name, ("javascript", {"script": script}), **more)


def broker(templates, devices=None, streams=None, **application):
    """`devices`: {EUI: name of its template, or None, or what is said of it}; `streams` in place of
    one called cloud."""
    listed = [{"eui": eui, **(said if isinstance(said, dict) else {"template": said} if said else {})}
              for eui, said in (devices or {}).items()]
    world = runnel.Runnel([runnel.webhook()], {APPLICATION: {
        "name": "Parking", "devices": listed, "streams": streams, **application}},
        templates="templates")
    (world.directory / "templates").mkdir()
    for name, content in templates:
        world.write(f"templates/{name}.yaml", content)
    return world


def stream(name, token, **more):
    """Of documents with fields, unless `options` says otherwise."""
    return runnel.websocket_stream(name, token, **{"options": {"fields": True}, **more})


def uplink(device, data, counter=1, port=2):
    return {"DeviceEUI": device, "AppEUI": APPLICATION, "Port": port, "Data": data,
            "FrameCounter": counter}


async def post(world, *uplinks):
    """One after the other, by one connection."""
    def work():
        poster = world.poster()
        try:
            for one in uplinks:
                status, body = poster.post("/uplink", one)
                assert status == 200, f"{status} {body} for {json.dumps(one)}"
        finally:
            poster.close()
    await asyncio.to_thread(work)
