# SPDX-License-Identifier: Apache-2.0
"""What the tests of streams in the console have in common."""
import api
import runnel

APPLICATION = "0102030405060708"
GATEWAY = "0252554E47000000"
DEVICE = "0252554E00000000"
STREAMS = f"{api.application(APPLICATION)}/streams"


def broker(gateways=None, network=None, plugins=(runnel.PLUGINS,)):
    network = network or runnel.simulator(application=APPLICATION, rate=20)
    protocols = {"websocket": {"listen": "127.0.0.1:0"}, "mqtt": runnel.MQTT}
    return runnel.Runnel([network], gateways=gateways, plugins=plugins, protocols=protocols)


async def make(broker_, **stream):
    """The application, and a stream of it if one is given: what the API says of it."""
    local = api.local(broker_)
    await local.put(api.application(APPLICATION), {"name": "North"})
    if stream:
        return (await local.post(STREAMS, stream)).json
    return None


async def signed_in(page, broker_, name="anna", role="admin", applications=()):
    await api.with_password(broker_, name, role, applications)
    await page.sign_in(name, api.PASSWORD)
    await page.see("heading", "Overview")
    await page.complaints()  # of 401 before


class StreamsTest(runnel.SystemTest):

    async def look(self, page, name):
        """A picture, and nothing wrong for people who use a keyboard or a screen reader."""
        await page.picture(name)
        self.assertEqual(await page.violations(), [])
