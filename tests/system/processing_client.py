# SPDX-License-Identifier: Apache-2.0
"""A client that may be killed at any moment: appends what it has processed to FILE, then
acknowledges it. Connects to the URL that stands in URLFILE, again and again.

Usage: processing_client.py FILE URLFILE"""
import asyncio
import json
import pathlib
import sys
import time

import runnel
import source

AT_ONCE = 64


async def process(socket, file, connection):
    lines, sequence = [], 0
    while True:
        document = json.loads(await socket.recv())
        device, counter = source.counter_of(document)
        sequence = document["Sequence"]
        lines.append(f"{device} {counter} {sequence} {connection} {time.monotonic():.4f}\n")
        if socket.messages and len(lines) < AT_ONCE:
            continue
        file.write("".join(lines))
        file.flush()
        lines.clear()
        await socket.send(json.dumps({"Ack": sequence}))


async def main(path, url):
    # The last line of a killed predecessor may be cut; what it stood for was not acknowledged.
    with open(path, "a", encoding="utf-8") as file:
        file.write("\n")
        while True:
            try:
                async with runnel.websockets.connect(
                        pathlib.Path(url).read_text(encoding="utf-8"), ssl=runnel.unverified(),
                        max_queue=None, close_timeout=1) as socket:
                    await process(socket, file, time.monotonic_ns())
            except (OSError, runnel.websockets.WebSocketException, asyncio.TimeoutError):
                await asyncio.sleep(0.02)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
