# SPDX-License-Identifier: Apache-2.0
"""The console's files as the admin listener serves them: small, compressed, asked for once, with
headers that keep a browser strict, and nothing but them."""
import asyncio
import gzip
import http.client
import re

import api
import runnel

CONSOLE = runnel.BUILD / "console"
MOST = 150_000  # bytes of a script
POLICY = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self'",
    "connect-src": "'self'", "form-action": "'self'", "base-uri": "'none'",
    "frame-ancestors": "'none'"}
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml",
         ".html": "text/html"}
# Ways out of the directory, or into what lies in it for other reasons.
OUTSIDE = ("/../runnel.yaml", "/../data/admin-password", "/%2e%2e/runnel.yaml", "/..%2frunnel.yaml",
           "/%2e%2e%2frunnel.yaml", "/..\\runnel.yaml", "/%5c..%5crunnel.yaml", "/./../runnel.yaml",
           "/....//runnel.yaml", "/%252e%252e/runnel.yaml", "//etc/passwd", "/%2fetc%2fpasswd",
           "/index.html/../../runnel.yaml", "/index.html%00.svg", "/secret.txt",
           "/.hidden", "/folder/inside.js", "/main.js.gz", "/")


class ConsoleHeaders(runnel.SystemTest):

    async def ask(self, broker, target, method="GET", **headers):
        """As it is: the OpenAPI document does not know these addresses."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        client = api.Api(broker)
        try:
            return await asyncio.to_thread(client.send, method, target, None, names, False)
        finally:
            client.close()

    def raw(self, broker, target):
        """The headers as they come, (name, value), also those that come twice."""
        with api.connect_tls(broker) as connection:
            connection.sendall(f"GET {target} HTTP/1.1\r\nHost: runnel\r\n\r\n".encode())
            response = http.client.HTTPResponse(connection)
            response.begin()
            return [(name.lower(), value) for name, value in response.getheaders()]

    def files(self):
        """What the page asks for, by name."""
        return [path.name for path in sorted(CONSOLE.iterdir()) if path.suffix in (".js", ".css")]

    async def test_the_page_and_its_files_have_strict_headers(self):
        async with runnel.Runnel() as broker:
            page = await self.ask(broker, "/")
            self.assertEqual((page.status, page.type), (200, "text/html"))
            for name in re.findall(r'(?:src|href)="([^"]+)"', page.body.decode()):
                self.assertEqual((await self.ask(broker, f"/{name}")).status, 200, name)
            for target in ("/", "/icon.svg", *(f"/{name}" for name in self.files())):
                answer = await self.ask(broker, target)
                found = dict(part.split(" ", 1) for part in
                             answer.headers["content-security-policy"].split("; "))
                self.assertEqual(found, POLICY, target)
                self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
                self.assertEqual(answer.headers["referrer-policy"], "no-referrer")
                self.assertEqual(answer.headers["vary"], "Accept-Encoding")
                self.assertNotIn("server", answer.headers)
                self.assertNotIn("set-cookie", answer.headers)
                if target != "/":
                    self.assertEqual(answer.type, TYPES["." + target.rpartition(".")[2]])

    async def test_what_is_named_by_its_content_is_asked_for_once(self):
        async with runnel.Runnel() as broker:
            for name in self.files():
                self.assertRegex(name, r"-[0-9A-Z]{8}\.(js|css)$")
                self.assertEqual(await self.caching(broker, f"/{name}"),
                                 ["public, max-age=31536000, immutable"])
            self.assertEqual(await self.caching(broker, "/"), ["no-cache"])
            self.assertEqual(await self.caching(broker, "/icon.svg"), ["no-cache"])
            self.assertEqual(await self.caching(broker, f"{api.BASE}/session"), ["no-store"])

    async def caching(self, broker, target):
        """A second one that forbids what the first one allows would win."""
        headers = await asyncio.to_thread(self.raw, broker, target)
        return [value for name, value in headers if name == "cache-control"]

    async def test_a_page_that_has_not_changed_is_not_sent_again(self):
        async with runnel.Runnel() as broker:
            page = await self.ask(broker, "/")
            again = await self.ask(broker, "/", If_None_Match=page.etag)
            self.assertEqual((again.status, again.body), (304, b""))
            other = await self.ask(broker, "/", If_None_Match='"another"')
            self.assertEqual((other.status, other.body), (200, page.body))

    async def test_scripts_are_small_and_compressed_for_whoever_takes_that(self):
        async with runnel.Runnel() as broker:
            for name in ("", *self.files()):
                plain = await self.ask(broker, f"/{name}")
                packed = await self.ask(broker, f"/{name}", Accept_Encoding="gzip, deflate, br")
                self.assertNotIn("content-encoding", plain.headers)
                self.assertEqual(packed.headers["content-encoding"], "gzip")
                self.assertEqual(gzip.decompress(packed.body), plain.body)
                self.assertNotEqual(packed.etag, plain.etag)
                self.assertLess(len(packed.body), len(plain.body))
                self.assertLess(len(plain.body), MOST, name)
                head = await self.ask(broker, f"/{name}", "HEAD")
                self.assertEqual((head.status, head.body), (200, b""))
                self.assertEqual(int(head.headers["content-length"]), len(plain.body))

    async def test_an_unknown_file_is_a_problem_document(self):
        async with runnel.Runnel() as broker:
            for target in ("/nothing.js", "/index.html.gz", "/main.tsx", "/applications"):
                answer = await self.ask(broker, target)
                self.assertEqual((answer.status, answer.type), (404, "application/problem+json"))
                self.assertEqual(answer.json["status"], 404)
            self.assertEqual((await self.ask(broker, "/", "POST")).status, 405)

    async def test_without_a_console_it_is_said_where_its_files_are_missing(self):
        for console, words in (("", "nothing at /"), ("/nowhere/console", "/nowhere/console/index.html")):
            admin = {"listen": "127.0.0.1:0", "console": console}
            async with runnel.Runnel(admin=admin) as broker:
                answer = await self.ask(broker, "/")
                self.assertEqual((answer.status, answer.type), (404, "application/problem+json"))
                self.assertIn(words, answer.json["detail"])
                local = api.local(broker)
                self.assertEqual((await local.get(f"{api.BASE}/status")).status, 200)

    async def test_nothing_outside_the_directory_can_be_had(self):
        broker = runnel.Runnel()
        place = broker.directory / "console"
        (place / "folder").mkdir(parents=True)
        secret = "not for everybody"
        (broker.directory / "secret.txt").write_text(secret, encoding="utf-8")
        for name in ("secret.txt", ".hidden", "folder/inside.js", "main.js.gz"):
            (place / name).write_text(secret, encoding="utf-8")
        (place / "index.html").write_text("<!doctype html>", encoding="utf-8")
        broker.settings["admin"]["console"] = str(place)
        broker.config = broker.write("runnel.yaml", broker.settings)
        async with broker:
            for target in OUTSIDE:
                answer = await self.ask(broker, target)
                self.assertIn(answer.status, (400, 404) if target != "/" else (200,), target)
                self.assertNotIn(secret, answer.body.decode(), target)
                self.assertNotIn("root:", answer.body.decode(), target)
                self.assertNotIn("networks", answer.body.decode(), target)


if __name__ == "__main__":
    if not (CONSOLE / "index.html").is_file():
        runnel.skip(f"there is no console in {CONSOLE}")
    runnel.main()
