# SPDX-License-Identifier: Apache-2.0
"""Whatever an admin sends, the management API answers with what its document promises: a success
that fits its schema, or a problem document; never 500, and nothing that the document calls wrong is
taken. Made from the document that the broker serves."""
import asyncio
import copy
import http.client
import json
import random
import re
import threading
import time

import jsonschema

import api
import runnel
from api_world import BODIES, World
from peers import PATIENCE

#: The console's page at / is not in the document.
ADMIN = {"listen": "127.0.0.1:0", "console": ""}
OPTIONS = runnel.options(seed=int(time.time()), count=5000)
THREADS = 3
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO", "get")

WRONG_VALUES = (None, True, 0, -1, 1.5, 2**31, 2**53, 2**63, 2**64, -(2**63), 1e308, 10**400, "",
                "x", " ", "x" * 300, "x" * 100_000, "\x00", "a\u0000b", "\u202e\U0001f600",
                "../..", "%00", "-1", "true", "{}", "null", [], {}, [[]], [None], {"": None},
                {"a": {"b": []}}, "2026-13-45T99:99:99Z", "1969-12-31T23:59:59Z",
                "9999-12-31T23:59:59.999+14:00", "70B3D57ED000000", "70B3D57ED00000011",
                "70-B3:D5-7E:D0-00:00-01", "70 B3 D5 7E D0 00 00 01", "0x70B3D57ED00000",
                "７０B3D57ED0000001")
BROKEN = (b"", b" ", b"{", b"}", b"[", b'{"a":1,}', b'{"a":1}x', b"{'a':1}", b"{a:1}", b"nul",
          b"NaN", b'{"a":NaN}', b'{"a":Infinity}', b'{"a":01}', b'{"a":+1}', b'{"a":.5}',
          b'{"a":1e}', b'"\\x41"', b'{"a":"\\ud800"}', b'{"a":"\\udc00\\ud800"}',
          b'{"a":"\xff\xfe"}', b'{"\xc0\x80":1}', b'\xef\xbb\xbf{}', b'{"a":"\n"}',
          b'{"a":1}{"a":1}', b'/**/{}', b"{}\x00", b'{"a":"\xed\xa0\x80"}', b"[" * 10_000,
          b"[" * 5_000 + b"]" * 5_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
          b'{"name":"a","name":"b"}', b'{"eui":"0","\\u0065ui":"1"}', b"1", b"null", b'"x"', b"[]",
          b'{"a":1e400}', b'{"a":' + b"9" * 5_000 + b"}", b'\xfe\xff\x00{\x00}')
TYPES = ("text/plain", "application/xml", "application/jsonx", "",
         "application/json; charset=utf-16", "multipart/form-data; boundary=x",
         "application/x-www-form-urlencoded", ";", "a/b/c", None)
PARTS = ("..", ".", "%2e%2e", "%2F", "%00", "%zz", "%", "%25", "%c0%af", "%ff", "a%0d%0ab",
         "x" * 5000, "*", "~", ";a=b", "{application}", "'", '"', "%F0%9F%98%80", "0", "-1",
         "18446744073709551616", "9223372036854775808", "00000000000000000001", "1.0", "+1",
         "70b3d57ed0000001", "70-b3-d5-7e-d0-00-00-01", "70B3D57ED000000G", "con", "%20")
VALUES = ("", "%00", "0", "1", "-1", "1001", "1e2", "99999999999999999999", "%ff", "x" * 4000,
          "true", "TRUE", "a,b", ",", "message,rain", "%F0%9F%98%80", "2026-01-01",
          "2026-01-01T00:00:00Z", "70B3D57ED0000001", "b64%3D%3D", "AAAA", "'%20OR%201=1--",
          "a%26b", "+", "%2B")
CONDITIONS = ("*", '"x"', "x", '"', "W/\"x\"", '"a", "b"', ",,,", "", '"' * 100, "*, *", "x" * 3000)


def kind(validator, types, instance, schema):
    """In what may also stand in a file a number is taken where a text is expected."""
    is_text = "string" in ([types] if isinstance(types, str) else types)
    if not is_text or not isinstance(instance, (bool, int, float)):
        yield from VALIDATOR.VALIDATORS["type"](validator, types, instance, schema)


VALIDATOR = jsonschema.Draft202012Validator
FILE_LIKE = jsonschema.validators.extend(VALIDATOR, {"type": kind})
IGNORED = ("id", "origin", "created", "lastUsed")  # read-only: any value will do
AS_IN_FILES = re.compile("^((create|put|patch).*(Application|Gateway|Devices?|Stream|Token|Template)"
                         "|testTemplate|dryRun.*Stream)$")


def without_twins(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key twice")
    return dict(pairs)


class Requests:
    """Odd requests, as (method, target, body, headers, must it be refused)."""

    def __init__(self, document, world, rng):
        self.document, self.world, self.rng = document, world, rng
        self.operations = [each for each in document.operations()
                           if each[2]["operationId"] not in ("getEvents", "logout")]

    def make(self):
        method, path, operation = self.rng.choice(self.operations)
        target = self.world.target(path)
        body = BODIES.get(operation["operationId"])
        ways = [self.odd_method, self.odd_path, self.odd_query, self.odd_query, self.odd_condition]
        if "requestBody" in operation:
            ways += [self.odd_field] * 10 + [self.odd_json] * 2 + [self.odd_type]
        return self.rng.choice(ways)(method, target, body, operation)

    def odd_method(self, _, target, body, __):
        return self.rng.choice(METHODS), target, self.rng.choice((body, None, b"x")), {}, False

    def odd_path(self, method, target, body, _):
        parts = target.split("/")
        at = self.rng.randrange(1, len(parts))
        how = self.rng.randrange(4)
        if how == 0:
            parts[at] = self.rng.choice(PARTS)
        elif how == 1:
            parts.insert(at, self.rng.choice((*PARTS, "")))
        elif how == 2:
            del parts[at]
        else:
            parts[at] = "".join(f"%{ord(c):02x}" if self.rng.random() < 0.5 else c
                                for c in parts[at])
        return method, "/".join(parts) or "/", body, {}, False

    def odd_query(self, method, target, body, operation):
        known = [self.document.resolved(each) for each in operation.get("parameters", ())]
        known = [each for each in known if each["in"] == "query"]
        value = self.rng.choice(VALUES)
        if not known or self.rng.random() < 0.3:
            name = self.rng.choice(("colour", "", "limit[]", "%00", "Limit", "limit%20"))
            return method, f"{target}?{name}={value}", body, {}, bool(name)
        chosen = self.rng.choice(known)
        wrong = self.is_wrong(chosen["schema"], value)
        twice = f"&{chosen['name']}={value}" if self.rng.random() < 0.1 else ""
        return method, f"{target}?{chosen['name']}={value}{twice}", body, {}, wrong

    def is_wrong(self, schema, value):
        """Of integers only, where nobody can doubt it."""
        resolved = self.document.resolved(schema)
        if resolved.get("type") != "integer" or "%" in value:
            return False
        if not value.isdecimal():
            return True
        return self.document.complaint(schema, int(value)) is not None

    def odd_condition(self, method, target, body, _):
        name = self.rng.choice(("If-Match", "If-None-Match", "Accept", "Expect", "Range"))
        return method, target, body, {name: self.rng.choice(CONDITIONS)}, False

    def odd_type(self, method, target, body, _):
        return method, target, json.dumps(body).encode(), {
            "Content-Type": self.rng.choice(TYPES)}, False

    def odd_json(self, method, target, body, operation):
        text = self.rng.choice(BROKEN)
        if self.rng.random() < 0.3 and body:
            text = bytearray(json.dumps(body).encode())
            for _ in range(self.rng.randrange(1, 4)):
                text[self.rng.randrange(len(text))] = self.rng.randrange(256)
        return method, target, bytes(text), self.typed(method), self.refuses(operation, text)

    @staticmethod
    def typed(method):
        return {"Content-Type": "application/json" if method != "PATCH" else
                "application/merge-patch+json"}

    def odd_field(self, method, target, body, operation):
        """Something wrong, missing or unknown at any depth of a right body."""
        body = json.loads(json.dumps(body if body is not None else {}))
        for _ in range(self.rng.choice((1, 1, 1, 2, 3))):
            body = self.mutated(body, self.schema_of(operation), 0)
        text = json.dumps(body, ensure_ascii=self.rng.random() < 0.5).encode(
            "utf-8", "surrogatepass")
        return method, target, text, self.typed(method), self.refuses(operation, text)

    def schema_of(self, operation):
        return next(iter(operation["requestBody"]["content"].values()))["schema"]

    def mutated(self, value, schema, depth):
        schema = self.document.resolved(schema)
        if depth > 3 or self.rng.random() < 0.1:
            return self.odd_value(schema)
        if isinstance(value, list):
            value = value or [{}]
            at = self.rng.randrange(len(value))
            value[at] = self.mutated(value[at], schema.get("items", {}), depth + 1)
            return value
        if not isinstance(value, dict):
            return self.odd_value(schema)
        names = [*schema.get("properties", {}), *value, "colour", "", "toString", "__proto__"]
        name = self.rng.choice(names)
        if self.rng.random() < 0.15:
            value.pop(name, None)
        else:
            value[name] = self.mutated(value.get(name), schema.get("properties", {}).get(name, {}),
                                       depth + 1)
        return value

    def odd_value(self, schema):
        near = [schema[key] + by for key in ("minimum", "maximum") if key in schema
                for by in (-1, 0, 1)]
        near += [("x" * max(0, schema[key] + by)) for key in ("minLength", "maxLength")
                 if key in schema for by in (-1, 0, 1)]
        near += [kind(each) for each in schema.get("enum", ()) for kind in (str, str.upper)]
        values = near if near and self.rng.random() < 0.5 else WRONG_VALUES
        return copy.deepcopy(self.rng.choice(values))  # it may be mutated in its turn

    def refuses(self, operation, text):
        """Does the document say that this body is wrong?"""
        try:
            value = json.loads(bytes(text).decode("utf-8"), object_pairs_hook=without_twins,
                               parse_constant=int)
        except (ValueError, RecursionError):
            return bool(bytes(text).strip()) or operation["requestBody"]["required"]
        schema = self.schema_of(operation)
        if isinstance(value, list):
            value = [{name: each for name, each in entry.items() if each is not None}
                     if isinstance(entry, dict) else entry for entry in value]
        if isinstance(value, dict):
            value = {name: each for name, each in value.items()
                     if each is not None and name not in IGNORED}
        checks = FILE_LIKE if AS_IN_FILES.search(operation["operationId"]) else VALIDATOR
        try:
            return not checks(schema, resolver=self.document.resolver).is_valid(value)
        except RecursionError:
            return True


class Fuzzing(threading.Thread):
    """Sends odd requests and keeps what is wrong with the answers."""

    def __init__(self, person, requests, count):
        super().__init__(daemon=True)
        self.person, self.requests, self.count = person, requests, count
        self.statuses, self.complaints, self.error = {}, [], None

    def run(self):
        try:
            for _ in range(self.count):
                self.one(*self.requests.make())
                if len(self.complaints) > 30:
                    return
        except BaseException as error:  # for the test's own thread
            self.error = error

    def path(self, target):
        return self.requests.document.path_of(target)

    def one(self, method, target, body, headers, must_refuse):
        person = self.person
        answer = person.send(method, target, body, headers, check=False)
        self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
        wrong = self.requests.document.wrong(method, target, answer)
        if not wrong and must_refuse and answer.status < 300:
            wrong = "the document calls it wrong, but it was taken"
        if not wrong and answer.status == 401 and self.path(target) != f"{api.BASE}/session":
            wrong = "an admin is not known any more"
        if wrong:
            shown = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.complaints.append(f"{method} {target[:200]} {headers}\n      {shown[:300]!r}\n"
                                   f"      {wrong}\n      {answer!r}"[:1500])


class Fuzz(runnel.SystemTest):

    async def prepared(self, broker):
        """A world, and the document that the broker serves."""
        world = World(broker)
        await world.ensure()
        await world.bravo()
        served = await api.Api(broker).get(f"{api.BASE}/openapi.json")
        self.assertEqual(served.json, api.document().root)
        return world, api.Document(served.body.decode())

    async def test_odd_requests_get_the_answers_that_the_document_promises(self):
        print(f"    seed {OPTIONS.seed}")
        async with runnel.Runnel([runnel.webhook()], admin=ADMIN, log={"level": "info"}) as broker:
            world, self.document = await self.prepared(broker)
            self.key = (await api.with_key(broker, "admin")).headers["Authorization"].split()[1]
            statuses, complaints = {}, []
            for turn in range(10):
                threads = [self.thread(broker, world, turn * THREADS + n) for n in range(THREADS)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    await asyncio.to_thread(thread.join)
                    complaints += thread.complaints
                    if thread.error:
                        raise thread.error
                    for status, number in thread.statuses.items():
                        statuses[status] = statuses.get(status, 0) + number
                await world.ensure()
            print(f"    {sum(statuses.values()):,} requests: {dict(sorted(statuses.items()))}")
            for complaint in complaints[:40]:
                print(f"    {complaint}")
            self.assertEqual(len(complaints), 0)
            # 501: a method that HTTP does not know.
            self.assertFalse({status for status in statuses if status >= 500} - {501, 503})
            await self.is_well(broker)

    def thread(self, broker, world, number):
        rng = random.Random(OPTIONS.seed * 1000 + number)
        person = api.Api(broker, self.key) if number % THREADS else api.local(broker)
        return Fuzzing(person, Requests(self.document, world, rng), OPTIONS.count // 10 // THREADS)

    async def is_well(self, broker):
        await api.local(broker).get(f"{api.BASE}/status")
        await api.Api(broker).get("/health/live")
        for line in broker.log:
            self.assertNotRegex(line, r"\berror admin\b|unforeseen|mistake")

    async def test_large_and_endless_bodies_are_refused(self):
        async with runnel.Runnel() as broker:
            admin = await api.with_key(broker, "admin")
            target = f"{api.BASE}/applications"
            limit = 1 << 20
            fitting = json.dumps({"eui": "70B3D57ED0000001"}).encode().ljust(limit)
            await admin.post(target, fitting, 201, headers={"Content-Type": "application/json"})
            await admin.again().post(target, fitting + b" ", 413,
                                     headers={"Content-Type": "application/json"})
            for sender in (admin.again(), api.Api(broker)):
                await sender.post(target, b"", 413 if sender.name != "nobody" else None, headers={
                    "Content-Type": "application/json", "Content-Length": str(10**15)})
            for person in (admin, api.Api(broker)):
                await asyncio.to_thread(self.endless, person)
            await admin.get(f"{api.BASE}/status")

    def endless(self, person):
        """Chunks that never end: the broker answers, and soon closes although more comes."""
        connection = api.connect_tls(person.broker)
        key = person.headers.get("Authorization", "Bearer none")
        connection.sendall(f"POST {api.BASE}/applications HTTP/1.1\r\nHost: x\r\nContent-Type: "
                           f"application/json\r\nTransfer-Encoding: chunked\r\n"
                           f"Authorization: {key}\r\n\r\n".encode())
        chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
        for _ in range(100):  # 1.6 MiB
            connection.sendall(chunk)
        head = connection.recv(64)
        self.assertEqual(head[:12], b"HTTP/1.1 413")
        began = time.monotonic()
        with self.assertRaises(OSError):
            while time.monotonic() - began < PATIENCE:
                connection.sendall(chunk)
                time.sleep(0.05)  # slowly enough for a closing that waits for silence
        connection.close()

    async def test_broken_http_is_answered_with_a_problem_or_closed(self):
        async with runnel.Runnel() as broker:
            admin = await api.with_key(broker, "admin")
            key = f"Authorization: {admin.headers['Authorization']}\r\n".encode()
            for start, rest in (
                    (b"GET /api/v1/status HTTP/1.1", b"Host: x\r\nHost: y\r\n"),
                    (b"GET /api/v1/status HTTP/9.9", b""), (b"GET  HTTP/1.1", b""),
                    (b"GET http://x/api/v1/status HTTP/1.1", b"Host: x\r\n"),
                    (b"GET /api/v1/st\x00atus HTTP/1.1", b""), (b"\x16\x03\x01", b""),
                    (b"POST /api/v1/session HTTP/1.1", b"Content-Length: -1\r\n"),
                    (b"POST /api/v1/session HTTP/1.1",
                     b"Content-Length: 1\r\nContent-Length: 2\r\n"),
                    (b"POST /api/v1/session HTTP/1.1",
                     b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"),
                    (b"POST /api/v1/session HTTP/1.1", b"Transfer-Encoding: gzip\r\n"),
                    (b"GET /api/v1/status HTTP/1.1", b"X: " + b"x" * 70_000 + b"\r\n"),
                    (b"GET /" + b"x" * 20_000 + b" HTTP/1.1", b""),
                    (b"GET /api/v1/status HTTP/1.1", b" folded: x\r\n"),
                    (b"GET /api/v1/status HTTP/1.1", b"no colon\r\n"),
                    (b"GET /api/v1/status HTTP/1.1", b"A: b\r\n" * 3000)):
                request = start + b"\r\n" + key + rest + b"\r\n0\r\n\r\n"
                try:
                    answer = await asyncio.to_thread(
                        api.Connection(lambda: api.connect_tls(broker)).exchange, "GET", request)
                except (OSError, http.client.HTTPException):
                    continue
                self.assertIsNone(api.document().wrong("GET", f"{api.BASE}/status", answer),
                                  f"{start[:60]} {rest[:60]}: {answer}")
            await self.is_well(broker)


if __name__ == "__main__":
    runnel.main()
