// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { link, locationOf, match } from "../../core/console/src/shell/router";

test("an address has a path and a query", () => {
  const { path, query } = locationOf("#/streams?search=a%20b&health=failing");
  assert.equal(path, "/streams");
  assert.equal(query.get("search"), "a b");
  assert.equal(query.get("health"), "failing");
});

test("whatever is no path is the overview", () => {
  for (const hash of ["", "#", "#main", "#?search=x"]) assert.equal(locationOf(hash).path, "/", hash);
});

test("parts of a path are found by their names and decoded", () => {
  assert.deepEqual(match("/a/{b}", "/a/x%20y"), { b: "x y" });
  assert.deepEqual(match("/a/{b}/c/{d}", "/a/1/c/2"), { b: "1", d: "2" });
  assert.deepEqual(match("/", "/"), {});
});

test("what is longer, shorter, different or empty does not fit", () => {
  for (const path of ["/a", "/a/", "/a/x/y", "/b/x", "/"]) assert.equal(match("/a/{b}", path), undefined, path);
});

test("a link leads to where it says, whatever is in a name", () => {
  assert.equal(link(), "#/");
  assert.equal(link("applications", "70B3D57ED0000001"), "#/applications/70B3D57ED0000001");
  for (const name of ["a b", "a/b", "a?b=c", "a#b", "100 %", "ü€", "{b}"]) {
    assert.deepEqual(match("/streams/{name}", locationOf(link("streams", name)).path), { name }, name);
  }
});

test("a % that encodes nothing is no address, and no error", () => {
  assert.equal(match("/a/{b}", "/a/%"), undefined);
  assert.equal(match("/a/{b}", "/a/%FF"), undefined);
});
