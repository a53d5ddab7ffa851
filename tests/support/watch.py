#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A WebSocket client: prints each document of a stream on a line of its own and sends each line
that is typed as a downlink. Ends with Ctrl-C, or after --documents N."""
import argparse
import asyncio
import ssl
import sys

import websockets


async def send_lines(socket):
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        await socket.send(line.decode().strip())


async def watch(url, documents):
    # A broker without a certificate of its own makes a self-signed one, which nobody can verify.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    async with websockets.connect(url, ssl=context) as socket:
        typed = asyncio.create_task(send_lines(socket)) if sys.stdin.isatty() else None
        count = 0
        async for document in socket:
            print(document, flush=True)
            count += 1
            if count == documents:
                break
        if typed:
            typed.cancel()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--documents", type=int, default=0, help="end after so many (0: never)")
    arguments = parser.parse_args()
    try:
        asyncio.run(watch(arguments.url, arguments.documents))
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
