# SPDX-License-Identifier: Apache-2.0
"""A person at a browser: Debian's Chromium, driven by playwright-core in browser.mjs. What the
console says of itself is watched all the time: an error in the browser's console, a request to
another host or an answer of 500 and above fails the test when the browser is closed."""
import asyncio
import json
import pathlib
import shutil

import runnel
from peers import PATIENCE

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = runnel.BUILD / "node" / "node_modules"
#: Where tests leave their screenshots.
PICTURES = runnel.BUILD / "screenshots"


class Wrong(AssertionError):
    """What the browser did not find or could not do."""


def chromium():
    """Skips the whole program where there is no browser."""
    found = shutil.which("chromium")
    if found is None or not (PACKAGES / "playwright-core").is_dir():
        runnel.skip("there is no chromium, or npm's packages are not installed: the console is not "
                    "tried in a browser")
    return found


class Browser:
    """One page in one window. `async with Browser(broker) as page`; every method of browser.mjs is
    a method here: `await page.click("button", "Sign in")`."""

    def __init__(self, broker, **settings):
        """`settings`: width, height, colours ("light" or "dark"), zone; errors=True allows errors in
        the browser's console (a broker that is away makes them)."""
        self.broker, self.settings, self.process, self.last = broker, settings, None, 0

    async def __aenter__(self):
        environment = {"NODE_PATH": str(PACKAGES), "PATH": "/usr/bin:/bin"}
        self.process = await asyncio.create_subprocess_exec(
            shutil.which("node"), HERE / "browser.mjs", chromium(), str(PACKAGES),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 26,
            env=environment)
        await self.open(f"https://127.0.0.1:{self.broker.admin_port}/", **self.settings)
        return self

    async def __aexit__(self, kind, *_):
        try:
            complaints = await self.close()
            if kind is None and complaints and not self.settings.get("errors"):
                raise Wrong("the page said:\n" + "\n".join(complaints))
        finally:
            if self.process.returncode is None:
                self.process.kill()
            await self.process.wait()

    def __getattr__(self, name):
        """`await page.NAME(arguments…, options…)` is run in the browser."""
        async def run(*arguments, **options):
            request = {"run": name, "arguments": [*arguments, *([options] if options else [])]}
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            line = await asyncio.wait_for(self.process.stdout.readline(), 3 * PATIENCE)
            if not line:
                raise Wrong("the browser ended")
            answer = json.loads(line)
            if "error" in answer:
                raise Wrong(answer["error"])
            return answer.get("value")
        return run

    async def sign_in(self, user, password):
        await self.fill("User", user)
        await self.fill("Password", password)
        await self.click("button", "Sign in")

    async def picture(self, name):
        """A screenshot of the whole page, kept as output of the tests."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        await self.screenshot(str(PICTURES / f"{name}.png"))
