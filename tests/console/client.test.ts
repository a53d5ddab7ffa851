// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { address, ApiProblem, at } from "../../core/console/src/api/client";

test("a path is below the API's", () => {
  assert.equal(address("/applications"), "/api/v1/applications");
  assert.equal(address("/applications", {}), "/api/v1/applications");
});

test("a query has what is given, and only that", () => {
  assert.equal(address("/streams", { limit: 5, search: "a b&c", health: undefined, after: "" }),
    "/api/v1/streams?limit=5&search=a+b%26c");
  assert.equal(address("/streams", { enabled: false, limit: 0 }), "/api/v1/streams?enabled=false&limit=0");
});

test("each part of a path is encoded", () => {
  assert.equal(at("streams", "a b"), "/streams/a%20b");
  assert.equal(at("streams", "../users", 7), "/streams/..%2Fusers/7");
  assert.equal(at(), "");
});

test("a problem says its detail, or its title if there is none", () => {
  assert.equal(new ApiProblem(422, "Unprocessable", "the body cannot be used").message, "the body cannot be used");
  assert.equal(new ApiProblem(404, "Not found", "").message, "Not found");
  assert.deepEqual(new ApiProblem(404, "Not found", "").errors, []);
});
