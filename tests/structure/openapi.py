# SPDX-License-Identifier: Apache-2.0
"""core/admin/openapi.json is an OpenAPI document that programs can rely on: every reference leads
somewhere, every schema is one, every example fits, every operation says what it needs and answers
errors with problem documents."""
import json
import pathlib
import re
import sys

import jsonschema

NEEDS = ("nothing", "login", "seeApplication", "changeApplication", "seeEverything", "admin")
METHODS = ("get", "put", "post", "patch", "delete")


def nodes(node, place=""):
    """Every mapping below, with its JSON pointer."""
    if isinstance(node, dict):
        yield place, node
        for name, value in node.items():
            yield from nodes(value, f"{place}/{name}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from nodes(value, f"{place}/{number}")


class Check:
    def __init__(self, document):
        self.document, self.complaints = document, []
        self.resolver = jsonschema.RefResolver("", document)

    def complain(self, place, text):
        self.complaints.append(f"{place}: {text}")

    def resolved(self, node):
        while "$ref" in node:
            node = self.resolver.resolve(node["$ref"])[1]
        return node

    def references(self):
        used = set()
        for place, node in nodes(self.document):
            if not isinstance(reference := node.get("$ref"), str):
                continue
            used.add(reference)
            try:
                self.resolver.resolve(reference)
            except jsonschema.RefResolutionError:
                self.complain(place, f"{reference} is not there")
        for part, things in self.document["components"].items():
            for name in things if part != "securitySchemes" else ():
                if f"#/components/{part}/{name}" not in used:
                    self.complain(f"/components/{part}", f"{name} is used by nobody")

    def schemas(self):
        for name, schema in self.document["components"]["schemas"].items():
            try:
                jsonschema.Draft202012Validator.check_schema(schema)
            except jsonschema.SchemaError as error:
                self.complain(name, error.message)
                continue
            validator = jsonschema.Draft202012Validator(schema, resolver=self.resolver)
            for example in schema.get("examples", ()):
                for error in validator.iter_errors(example):
                    self.complain(name, f"the example does not fit: {error.message}")

    def operations(self):
        ids = set()
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                place = f"{method} {path}"
                if method not in METHODS:
                    self.complain(place, "is no method")
                if operation["operationId"] in ids:
                    self.complain(place, f"a second {operation['operationId']}")
                ids.add(operation["operationId"])
                self.operation(place, path, operation)
        return len(ids)

    def operation(self, place, path, operation):
        if operation.get("x-need") not in NEEDS:
            self.complain(place, f"x-need has to be one of {NEEDS}")
        is_open = operation.get("security") == []
        if is_open != (operation.get("x-need") == "nothing"):
            self.complain(place, "security and x-need do not agree")
        parameters = [self.resolved(each) for each in operation.get("parameters", ())]
        named = {each["name"] for each in parameters if each["in"] == "path"}
        if named != set(re.findall(r"\{(\w+)\}", path)):
            self.complain(place, f"the path's parameters are not {sorted(named)}")
        for status, response in operation["responses"].items():
            content = self.resolved(response).get("content", {})
            if int(status) >= 400 and status != "503" and list(content) != [
                    "application/problem+json"]:
                self.complain(place, f"{status} has to be a problem document")

    def bodies(self):
        """What a body may contain is listed, so that a slip of the pen is found."""
        for place, node in nodes(self.document["paths"]):
            if not place.endswith("/requestBody"):
                continue
            for content in node["content"].values():
                schema = self.resolved(content["schema"])
                schema = self.resolved(schema.get("items", schema))
                if schema.get("additionalProperties") is not False:
                    self.complain(place, "unknown keys have to be refused")


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    file = root / "core" / "admin" / "openapi.json"
    check = Check(json.loads(file.read_text(encoding="utf-8")))
    check.references()
    check.schemas()
    count = check.operations()
    check.bodies()
    for complaint in check.complaints:
        print(f"{file.relative_to(root)}: {complaint}")
    print(f"openapi: {count} operations, {len(check.complaints)} complaints")
    sys.exit(bool(check.complaints))


if __name__ == "__main__":
    main()
