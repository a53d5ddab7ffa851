# SPDX-License-Identifier: Apache-2.0
"""Who has a thousand streams and ten thousand devices finds one of them by a part of its name or of
an EUI, page by page, and finds nothing that is somebody else's."""
import time

import api
import runnel

FIRST, OTHER, GATEWAY = "70B3D57ED0000001", "70B3D57ED0000002", "C0000000000000A3"
STREAMS, DEVICES = 1000, 10_000


class Search(runnel.SystemTest):

    def broker(self):
        """Streams 0 to 599 in FIRST, the others in OTHER, one under a gateway."""
        streams = [runnel.websocket_stream(f"line-{n}", runnel.new_token())
                   for n in range(STREAMS - 1)]
        roof = runnel.websocket_stream("Roof-7", runnel.new_token())
        return runnel.Runnel(log={"level": "info"}, applications={
            FIRST: {"name": "Parking North", "streams": streams[:600]},
            OTHER: {"name": "Parking South", "streams": streams[600:]}},
            gateways={GATEWAY: {"name": "Tower", "streams": [roof]}})

    async def found(self, who, path, search, limit=1000, key="eui"):
        mark = "&" if "?" in path else "?"
        items = await who.all(f"{api.BASE}{path}{mark}search={search}", limit)
        return [item[key] for item in items]

    async def test_owners_are_found_by_eui_and_name(self):
        async with self.broker() as broker:
            local = api.local(broker)
            for search, wanted in (("parking", [FIRST, OTHER]), ("SOUTH", [OTHER]),
                                   ("0001", [FIRST]), ("70-b3-d5-7e-d0-00-00-02", [OTHER]),
                                   ("", [FIRST, OTHER]), ("tower", []), ("-", [])):
                for limit in (1, 1000):
                    self.assertEqual(await self.found(local, "/applications", search, limit),
                                     wanted, search)
            for search, wanted in (("tow", [GATEWAY]), ("a3", [GATEWAY]), ("parking", [])):
                self.assertEqual(await self.found(local, "/gateways", search), wanted, search)
            guest = await api.with_key(broker, "viewer", [OTHER])
            self.assertEqual(await self.found(guest, "/applications", "parking"), [OTHER])

    async def test_streams_are_found_by_their_names_page_by_page(self):
        async with self.broker() as broker:
            local, own = api.local(broker), f"/applications/{FIRST}/streams"
            lines = [f"line-{n}" for n in range(STREAMS - 1)]
            for path, known in ((own, lines[:600]), ("/streams", lines)):
                for search in ("line", "LINE-59", "99", "line-598", "e-1"):
                    wanted = sorted(name for name in known if search.lower() in name)
                    for limit in (1000, 7):
                        found = await self.found(local, path, search, limit, key="name")
                        self.assertEqual(sorted(found), wanted, f"{path} {search} {limit}")
            self.assertEqual(await self.found(local, own, FIRST, key="name"), [])
            self.assertEqual(await self.found(
                local, f"/gateways/{GATEWAY}/streams", "roof", key="name"), ["Roof-7"])
            found = await self.found(local, "/streams?protocol=mqtt", "line", key="name")
            self.assertEqual(found, [])

    async def test_all_streams_are_found_by_the_eui_of_their_owner_too(self):
        async with self.broker() as broker:
            local = api.local(broker)
            for search, wanted in (("70b3d57ed0000001", 600), ("00-00-02", 399), ("A3", 1)):
                for limit in (1000, 100):
                    found = await self.found(local, "/streams", search, limit, key="name")
                    self.assertEqual(len(found), wanted, search)
                    self.assertEqual(len(set(found)), wanted, search)
            guest = await api.with_key(broker, "viewer", [OTHER])
            self.assertEqual(await self.found(guest, "/streams", FIRST, key="name"), [])
            self.assertEqual(len(await self.found(guest, "/streams", "line", key="name")), 399)

    async def test_a_part_of_an_eui_is_found_among_ten_thousand_devices(self):
        async with self.broker() as broker:
            local, own = api.local(broker), f"/applications/{FIRST}/devices"
            euis = [f"{0xAA00000000000000 + n:016X}" for n in range(DEVICES)]
            await local.put(f"{api.BASE}{own}", [
                {"eui": eui, "name": f"Bay {n}"} for n, eui in enumerate(euis)], 200)
            for search in ("270F", "27", "aa-00"):
                digits = search.replace("-", "").upper()
                wanted = [eui for n, eui in enumerate(euis)
                          if digits in eui or search in f"bay {n}"]
                for path in (own, "/devices"):
                    started = time.monotonic()
                    self.assertEqual(await self.found(local, path, search), wanted, search)
                    self.assertLess(time.monotonic() - started, 50, "5 s on a machine that has time")


if __name__ == "__main__":
    runnel.main()
