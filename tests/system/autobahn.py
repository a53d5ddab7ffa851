#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replays the recorded Autobahn cases against websocket_echo: autobahn.py ECHO SHARED [--tls]

Six recordings do not replay right against any server and are left out. Exit 77: not available.
"""
import gzip
import json
import os
import subprocess
import sys
import tempfile

NOT_REPLAYABLE = {"4.1.5", "4.2.5", "6.4.1", "6.4.2", "6.4.3", "6.4.4"}


def main():
    echo, shared, flags = sys.argv[1], sys.argv[2], sys.argv[3:]
    script = os.path.join(shared, "replay-ws.py")
    transcripts = os.path.join(shared, "data", "autobahn-transcripts.json.gz")
    if not (os.path.exists(script) and os.path.exists(transcripts)):
        print("skipped: no recorded Autobahn cases in", shared)
        return 77
    with gzip.open(transcripts, "rt") as file:
        cases = [case for case in json.load(file) if case["id"] not in NOT_REPLAYABLE]
    with tempfile.TemporaryDirectory() as directory:
        chosen = os.path.join(directory, "cases.json")
        with open(chosen, "w") as file:
            json.dump(cases, file)
        server = subprocess.Popen([echo, *flags], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  text=True)
        try:
            port = server.stdout.readline().strip()
            replay = [sys.executable, script, "127.0.0.1", port, chosen, "/", *flags]
            output = subprocess.run(replay, stdout=subprocess.PIPE, text=True).stdout
        finally:
            server.stdin.close()
            ended = server.wait(10)
    print(output, end="")
    isGood = f"{len(cases)} passed, 0 failed" in output and ended == 0
    return 0 if isGood else 1


sys.exit(main())
