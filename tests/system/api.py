# SPDX-License-Identifier: Apache-2.0
"""A client of the management API: HTTPS with the broker's own certificate verified, or its Unix
socket. Whatever it asks, the answer has to be one that the OpenAPI document describes."""
import asyncio
import contextlib
import functools
import http.client
import json
import pathlib
import re
import secrets
import socket
import ssl
import urllib.parse

import jsonschema

from peers import PATIENCE

BASE = "/api/v1"
DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "core" / "admin" / "openapi.json"
PASSWORD = "correct horse battery staple"


def application(eui):
    return f"{BASE}/applications/{eui}"


def gateway(eui):
    return f"{BASE}/gateways/{eui}"


class Document:
    """The OpenAPI document: finds operations and checks answers."""

    def __init__(self, text):
        self.root = json.loads(text)
        self.resolver = jsonschema.RefResolver("", self.root)
        self.validators = {}
        self.patterns = [(self._pattern(path), path) for path in sorted(
            self.root["paths"], key=lambda path: re.sub(r"\{\w+\}", "~", path))]

    @staticmethod
    def _pattern(path):
        return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)) + "$")

    def operations(self):
        """(method, path, operation) of all."""
        for path, methods in self.root["paths"].items():
            for method, operation in methods.items():
                yield method.upper(), path, operation

    def resolved(self, node):
        while "$ref" in node:
            node = self.resolver.resolve(node["$ref"])[1]
        return node

    def path_of(self, target):
        path = urllib.parse.unquote(target.partition("?")[0])
        return next((known for pattern, known in self.patterns if pattern.match(path)), None)

    def operation(self, method, target):
        """None: there is no such one."""
        methods = self.root["paths"].get(self.path_of(target), {})
        return methods.get({"HEAD": "get"}.get(method, method.lower()))

    def validator(self, schema):
        key = json.dumps(schema)
        if key not in self.validators:
            self.validators[key] = jsonschema.Draft202012Validator(schema, resolver=self.resolver)
        return self.validators[key]

    def complaint(self, schema, value):
        """The first thing that is wrong with a value, or None."""
        error = next(self.validator(schema).iter_errors(value), None)
        return error and f"{list(error.absolute_path)}: {error.message[:300]}"

    def wrong(self, method, target, answer):
        """What an answer has that the document does not promise, or None."""
        if answer.status >= 400 and answer.type == "application/problem+json":
            return self._wrong_problem(method, answer)
        operation = self.operation(method, target)
        if operation is None:
            return f"{answer.status} {answer.type} for what is not in the document"
        response = operation["responses"].get(str(answer.status))
        if response is None:
            return f"status {answer.status} is not among {sorted(operation['responses'])}"
        content = self.resolved(response).get("content", {})
        if method == "HEAD" or not content:
            return f"a body of {len(answer.body)} bytes" if answer.body else None
        if answer.type not in content:
            return f"content type {answer.type!r}, expected {sorted(content)}"
        if answer.type != "application/json":
            return None
        return self.complaint(content[answer.type]["schema"], answer.json)

    def _wrong_problem(self, method, answer):
        if method == "HEAD":
            return f"a body of {len(answer.body)} bytes" if answer.body else None
        if answer.json.get("status") != answer.status:
            return f"status {answer.json.get('status')} in a problem that came with {answer.status}"
        return self.complaint({"$ref": "#/components/schemas/Problem"}, answer.json)


@functools.cache
def document():
    return Document(DOCUMENT.read_text(encoding="utf-8"))


class Answer:
    """Of one request. Header names are in lower case."""

    def __init__(self, status, headers, body):
        self.status, self.body = status, body
        self.headers = {name.lower(): value for name, value in headers}
        self.type = self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @functools.cached_property
    def json(self):
        return json.loads(self.body.decode("utf-8"))

    @property
    def etag(self):
        return self.headers["etag"]

    @property
    def pointers(self):
        """Of the complaints of a problem."""
        return {error.get("pointer") for error in self.json.get("errors", ())}

    def __repr__(self):
        return f"{self.status} {self.body[:600].decode(errors='replace')}"


class Connection:
    """Kept alive, one request at a time; opened again when the other side has closed it."""

    def __init__(self, connect):
        self.connect, self.socket = connect, None

    def exchange(self, method, request):
        """Sends these bytes; the Answer to `method`."""
        for is_new in (False, True):
            if self.socket is None:
                self.socket, is_new = self.connect(), True
            try:
                return self._exchange(method, request)
            except (ConnectionError, ssl.SSLEOFError, http.client.BadStatusLine):
                self.close()
                if is_new:
                    raise
        raise AssertionError("not reached")

    def _exchange(self, method, request):
        with contextlib.suppress(BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
            self.socket.sendall(request)  # it may answer before it has read all
        response = http.client.HTTPResponse(self.socket, method=method)
        response.begin()
        answer = Answer(response.status, response.getheaders(), response.read())
        if response.will_close:
            self.close()
        return answer

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None


def verified(broker):
    """TLS that trusts the broker's self-signed certificate and no other."""
    certificate = broker.settings.get("tls", {}).get(
        "certificate", broker.data / "tls" / "certificate.pem")
    context = ssl.create_default_context(cafile=str(certificate))
    context.check_hostname = False
    return context


def connect_tls(broker, source="127.0.0.1"):
    """From another address of this machine, if one is named."""
    raw = socket.create_connection(("127.0.0.1", broker.admin_port), timeout=PATIENCE,
                                   source_address=(source, 0))
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return verified(broker).wrap_socket(raw)


def connect_local(broker):
    raw = socket.socket(socket.AF_UNIX)
    raw.settimeout(PATIENCE)
    raw.connect(str(broker.data / "admin.sock"))
    return raw


class Api:
    """One who asks: nobody, a key, or a session. `await api.get(path)` and so on; a test that
    knows what has to come says so with `expect`."""

    def __init__(self, broker, key=None, is_local=False, source="127.0.0.1"):
        self.broker, self.is_local, self.headers, self.name = broker, is_local, {}, "nobody"
        if key:
            self.headers["Authorization"] = f"Bearer {key}"
        self.connection = Connection(
            lambda: connect_local(broker) if is_local else connect_tls(broker, source))

    def again(self):
        """The same one by a connection of its own."""
        other = Api(self.broker, is_local=self.is_local)
        other.headers, other.name = dict(self.headers), self.name
        return other

    def send(self, method, target, body=None, headers=None, check=True):
        """Waits. `body` is an object, or bytes as they are."""
        headers = {"Host": "runnel", **self.headers, **(headers or {})}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            patch = "application/merge-patch+json"
            headers.setdefault("Content-Type",
                               patch if method == "PATCH" else "application/json")
        if body is not None or method in ("POST", "PUT", "PATCH"):
            headers.setdefault("Content-Length", str(len(body or b"")))
        lines = [f"{method} {target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers.items() if value is not None]
        answer = self.connection.exchange(
            method, "\r\n".join(lines).encode() + b"\r\n\r\n" + (body or b""))
        if check and (wrong := document().wrong(method, target, answer)):
            raise AssertionError(f"{method} {target}: {wrong}\n    {answer!r}")
        return answer

    async def ask(self, method, target, body=None, expect=None, **more):
        answer = await asyncio.to_thread(self.send, method, target, body, **more)
        assert expect is None or answer.status == expect, (
            f"{method} {target} as {self.name}: expected {expect}, got {answer!r}")
        return answer

    async def get(self, target, expect=200, **more):
        return await self.ask("GET", target, None, expect, **more)

    async def post(self, target, body=None, expect=201, **more):
        return await self.ask("POST", target, body, expect, **more)

    async def put(self, target, body=None, expect=None, **more):
        return await self.ask("PUT", target, body, expect, **more)

    async def patch(self, target, body=None, expect=200, **more):
        return await self.ask("PATCH", target, body, expect, **more)

    async def delete(self, target, expect=204, **more):
        return await self.ask("DELETE", target, None, expect, **more)

    async def all(self, target, limit=1000):
        """Every item of a list, page by page."""
        items, after = [], ""
        while True:
            mark = "&" if "?" in target else "?"
            page = (await self.get(f"{target}{mark}limit={limit}{after}")).json
            assert len(page["items"]) <= limit, f"{len(page['items'])} items, limit {limit}"
            items += page["items"]
            if "next" not in page:
                return items
            after = f"&after={page['next']}"

    async def login(self, user, password, expect=200):
        """As a browser does: the cookie, and the CSRF token with every change."""
        answer = await self.post(f"{BASE}/session", {"user": user, "password": password}, expect)
        if answer.status == 200:
            cookie = answer.headers["set-cookie"].partition(";")[0]
            self.headers |= {"Cookie": cookie, "X-CSRF-Token": answer.json["csrf"]}
            self.name = user
        return answer

    def close(self):
        self.connection.close()


def local(broker):
    """Whoever can open the Unix socket is admin."""
    api = Api(broker, is_local=True)
    api.name = "local"
    return api


async def with_key(broker, role, applications=(), **more):
    """Somebody with a new API key."""
    name = f"{role}-{secrets.token_hex(4)}"
    made = await local(broker).post(f"{BASE}/keys", {
        "name": name, "role": role, "applications": list(applications), **more})
    api = Api(broker, made.json["key"])
    api.name, api.key_id = name, made.json["id"]
    return api


async def with_password(broker, name, role, applications=()):
    """A new user, logged in."""
    await local(broker).post(f"{BASE}/users", {
        "name": name, "role": role, "applications": list(applications), "password": PASSWORD})
    api = Api(broker)
    await api.login(name, PASSWORD)
    return api


class Events:
    """Server-sent events, as (kind, data). Use it as `async with Events(api, "?kinds=stream")`."""

    def __init__(self, api, query=""):
        self.api, self.query, self.reader, self.writer, self.status = api, query, None, None, 0

    async def __aenter__(self):
        self.reader, self.writer = await asyncio.open_connection(
            "127.0.0.1", self.api.broker.admin_port, ssl=verified(self.api.broker),
            server_hostname="runnel", limit=1 << 20)
        lines = [f"GET {BASE}/events{self.query} HTTP/1.1", "Host: runnel"]
        lines += [f"{name}: {value}" for name, value in self.api.headers.items()]
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), PATIENCE)).decode()
        self.status = int(head.split()[1])
        assert self.status != 200 or "text/event-stream" in head.lower(), head
        return self

    async def __aexit__(self, *_):
        self.writer.transport.abort()

    async def event(self, seconds=PATIENCE):
        """The next one; None when the stream has ended."""
        kind, data = "", ""
        async with asyncio.timeout(seconds):
            while line := (await self.reader.readline()).decode():
                line = line.strip()
                if line.startswith("event:"):
                    kind = line[6:].strip()
                elif line.startswith("data:"):
                    data += line[5:].strip()
                elif not line and data:
                    return kind, json.loads(data)
        return None

    async def until(self, matches):
        """The first for which `matches(kind, data)` is true."""
        async with asyncio.timeout(PATIENCE):
            while event := await self.event():
                if matches(*event):
                    return event
        raise AssertionError("the events ended")
