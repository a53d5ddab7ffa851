# SPDX-License-Identifier: Apache-2.0
"""A plugin that is dropped into the directory while the broker runs appears in Add stream, with its
form, and a stream is made with it. Nothing is reloaded or started again."""
import shutil

import api
import runnel
from browser import Browser

APPLICATION = "0102030405060708"
HELLO = runnel.BUILD / "examples" / "format_hello.so"


class DroppedPlugin(runnel.SystemTest):

    async def test_a_dropped_format_can_be_chosen_at_once(self):
        broker = runnel.Runnel([runnel.simulator(application=APPLICATION)])
        dropped = broker.directory / "dropped"
        dropped.mkdir()
        broker.settings["plugins"] = [*broker.settings["plugins"], str(dropped)]
        broker.write("runnel.yaml", broker.settings)
        async with broker:
            admin = await api.with_password(broker, "anna", "admin")
            await admin.post(f"{api.BASE}/applications", {"eui": APPLICATION, "name": "Parking"})
            async with Browser(broker) as page:
                await page.sign_in("anna", api.PASSWORD)
                await page.see("heading", "Overview")
                await page.go(f"/applications/{APPLICATION}/add-stream")
                await page.see("heading", "Add stream")
                await page.until("document.querySelectorAll('select option').length > 0")
                self.assertNotIn("hello", await page.texts("select option"))
                shutil.copyfile(HELLO, dropped / HELLO.name)
                (dropped / HELLO.name).chmod(0o644)
                await page.until("[...document.querySelectorAll('select option')]"
                                 ".some((each) => each.value === 'hello')")
                await page.choose("Format", "hello")
                await page.picture("add-stream-dropped-plugin")
                await page.click("button", "Save")
                await page.see("heading", "Stream websocket")
                await page.seeText("hello from")
                client = await broker.connect(
                    (await admin.get(f"{api.application(APPLICATION)}/streams/websocket"))
                    .json["token"])
                self.assertIn("ello", await client.socket.recv())
                await client.socket.close()


if __name__ == "__main__":
    runnel.main()
