# SPDX-License-Identifier: Apache-2.0
"""runnelctl for the system tests, by the broker's Unix socket or by HTTPS with a key."""
import asyncio
import json
import os
import re

import runnel

PROGRAM = runnel.BUILD / "bin" / "runnelctl"


class Result:
    """What a command did: `status`, `out`, `err`."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    @property
    def json(self):
        return json.loads(self.out)

    def field(self, name):
        """The value behind a name at the beginning of a line."""
        return re.search(rf"^{re.escape(name)} +(.*)$", self.out, re.M).group(1)


async def execute(*arguments, given="", environment=None):
    process = await asyncio.create_subprocess_exec(
        PROGRAM, *map(str, arguments), stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **(environment or {})})
    try:
        out, err = await asyncio.wait_for(process.communicate(given.encode()), runnel.PATIENCE)
    except asyncio.TimeoutError:
        process.kill()
        raise
    return Result(process.returncode, out.decode(), err.decode())


class Managed(runnel.Runnel):
    """A runneld with a Unix socket for runnelctl."""

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.socket = self.directory / "admin.sock"
        self.settings["admin"] = {"listen": "127.0.0.1:0", "socket": str(self.socket)}
        self.write("runnel.yaml", self.settings)

    async def ctl(self, *arguments, status=0, given=""):
        """runnelctl by the socket; asserts its status."""
        result = await execute(*arguments, "--socket", self.socket, given=given)
        assert result.status == status, (arguments, result.status, result.out, result.err)
        return result

    @property
    def admin_port(self):
        return self.port("admin", "management", "the management API")
