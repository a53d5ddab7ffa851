# SPDX-License-Identifier: Apache-2.0
"""A full disk stops the intake and loses nothing: network servers are told to come again, the log
says what to do, and with room everything goes on by itself. A data directory that cannot be written
is a clear error at start.

Needs a mount namespace of its own (unshare) for a small disk; without one it is skipped."""
import asyncio
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time

import runnel
import source

APPLICATION = "70B3D57ED0000001"
DEVICE, ANOTHER = source.device_eui(0, 0), "0080E1150529E258"
PADDING = "AB" * 238
MIB = 1 << 20
# What the broker needs besides its copies of the plugins, before the disk is filled.
ROOM = 32 * MIB
LEFT = 2 * MIB
DOWNLINKS = 5000


def enter_namespace():
    """Starts this program again where it may mount."""
    if os.environ.get("RUNNEL_MAY_MOUNT"):
        return
    command = ["unshare", "--user", "--map-root-user", "--mount"]
    try:
        subprocess.run([*command, "mount", "-t", "tmpfs", "none", "/mnt"], check=True,
                       capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        runnel.skip(f"no mount namespace can be had here: {error}")
    os.environ["RUNNEL_MAY_MOUNT"] = "1"
    os.execvp(command[0], [*command, sys.executable, *sys.argv])


@contextlib.contextmanager
def small_disk(directory, size, *options):
    subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join([f"size={size}", *options]), "none",
                    directory], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", directory], check=True)
        shutil.rmtree(directory.parent, ignore_errors=True)


def free(directory):
    return shutil.disk_usage(directory).free


def fill(directory, left):
    """Leaves so many bytes."""
    with open(directory / "ballast", "ab") as file:
        with contextlib.suppress(OSError):
            os.posix_fallocate(file.fileno(), 0, file.tell() + max(free(directory) - left, 1))
        while free(directory) > left:
            os.posix_fallocate(file.fileno(), 0, os.fstat(file.fileno()).st_size + 4096)


class FullDisk(runnel.SystemTest):

    def broker(self):
        self.token = runnel.new_token()
        return runnel.Runnel([runnel.webhook()], {APPLICATION: {"name": "Ours", "streams": [
            runnel.websocket_stream("cloud", self.token)]}}, log={"level": "info"})

    async def receive(self, client):
        """Keeps what comes: last counters by device in self.last, receipts in a queue."""
        async for text in client.socket:
            document = json.loads(text)
            if "Receipt" in document:
                self.receipts.put_nowait(document)
            elif "Data" in document:
                device, counter = source.counter_of(document)
                # An uplink whose acknowledgement was late may have been posted and stored twice.
                self.assertIn(counter - self.last.get(device, 0), (0, 1))
                self.last[device] = counter

    async def filled(self, broker, uplinks):
        """Uplinks flow until they do not fit any more; then not a byte is left."""
        await runnel.eventually(lambda: uplinks.total > 500, "uplinks flow")
        fill(broker.data, LEFT)
        marks = [(0, -1)]

        def is_stuck():
            if marks[-1][1] != uplinks.total:
                marks.append((time.monotonic(), uplinks.total))
            return time.monotonic() - marks[-1][0] > 3
        await runnel.eventually(is_stuck, "the disk is full")
        fill(broker.data, 0)
        print(f"    full after {uplinks.total:,} uplinks", flush=True)

    async def post_another(self, broker):
        """As another network server would, with a device of its own."""
        event = {"DeviceEUI": ANOTHER, "AppEUI": APPLICATION, "Port": 2, "Data": "00000001"}
        poster = broker.poster()
        status, body = await asyncio.to_thread(poster.post, "/", event)
        poster.close()
        return status, body

    async def ask(self, client, number):
        await client.send({"DeviceEUI": DEVICE, "Port": 1, "Data": PADDING, "Id": f"n{number}"})
        return await asyncio.wait_for(self.receipts.get(), runnel.PATIENCE)

    async def rejected_downlink(self, client):
        """Room that a file already owns may take a few; each gets its receipt."""
        for number in range(DOWNLINKS):
            receipt = await self.ask(client, number)
            if receipt["Receipt"] == "rejected":
                print(f"    downlink {number}: {receipt}", flush=True)
                return receipt
        raise AssertionError(f"{DOWNLINKS} downlinks were accepted on a full disk")

    def check_log(self, broker, since):
        """What is wrong, where, and what to do; not thousands of times."""
        lines = [line for line in broker.log[since:] if re.search(r"full|space|room", line)]
        self.assertTrue(any(" error " in line for line in lines), broker.log[since:])
        for line in lines[:3]:
            print(f"    {line}", flush=True)
        self.assertTrue(any(str(broker.data) in line for line in lines), "it names the place")
        self.assertTrue(any(re.search(r"free|make room|delete|retention", line)
                            for line in lines), "it says what to do")
        self.assertLess(len(broker.log) - since, 100)

    async def test_a_full_disk_stops_the_intake_until_there_is_room_and_loses_nothing(self):
        self.last, self.receipts = {}, asyncio.Queue()
        broker = self.broker()
        plugins = sum(path.stat().st_size for path in runnel.PLUGINS.glob("*.so"))
        with small_disk(broker.data, plugins + ROOM):
            async with broker:
                client = await broker.connect(self.token)
                reader = asyncio.create_task(self.receive(client))
                since = len(broker.log)
                uplinks = source.Source(broker, APPLICATION, padding=PADDING, lanes=16).start()
                await self.filled(broker, uplinks)
                full = uplinks.total
                for _ in range(3):
                    status, body = await self.post_another(broker)
                    self.assertEqual(status, 503, body)
                receipt = await self.rejected_downlink(client)
                self.assertGreater(len(receipt["Reason"]), 10)
                self.assertEqual(uplinks.total, full, "no acknowledgement without room")
                self.check_log(broker, since)
                (broker.data / "ballast").unlink()
                started = time.monotonic()
                await runnel.eventually(lambda: uplinks.total > full, "it goes on")
                print(f"    goes on {time.monotonic() - started:.1f} s after there is room",
                      flush=True)
                self.assertEqual((await self.ask(client, DOWNLINKS))["Receipt"], "accepted")
                await uplinks.finish()
                self.assertEqual((await self.post_another(broker))[0], 200)
                await self.everything(uplinks, reader)

    async def everything(self, uplinks, reader):
        def is_complete():
            return reader.done() or uplinks.acknowledged.items() <= self.last.items()
        await runnel.eventually(is_complete, "what was acknowledged has arrived")
        if reader.done():
            reader.result()
        reader.cancel()

    async def refused(self, broker, *words):
        """It does not start, and says why."""
        status, output = await broker.run()
        self.assertNotEqual(status, 0, output)
        self.assertGreater(status, 0, "no crash")
        error = [line for line in output.splitlines() if " error " in line]
        self.assertTrue(error, output)
        print(f"    {error[0]}", flush=True)
        for word in words:
            self.assertIn(word, "\n".join(error))

    def with_data(self, path):
        broker = self.broker()
        broker.settings["data"] = str(broker.directory / path)
        broker.write("file", "a file")
        broker.write("runnel.yaml", broker.settings)
        return broker

    async def test_a_data_directory_that_is_a_file_is_a_clear_error(self):
        for path in ("file", "file/data"):
            with self.subTest(path=path):
                broker = self.with_data(path)
                await self.refused(broker, str(broker.data))
                shutil.rmtree(broker.directory)

    async def test_a_data_directory_that_cannot_be_written_is_a_clear_error(self):
        broker = self.broker()
        with small_disk(broker.data, ROOM, "ro"):
            await self.refused(broker, str(broker.data))

    async def test_a_disk_that_is_full_at_start_is_a_clear_error(self):
        broker = self.broker()
        with small_disk(broker.data, ROOM):
            fill(broker.data, 0)
            await self.refused(broker, str(broker.data))


if __name__ == "__main__":
    enter_namespace()
    runnel.main()
