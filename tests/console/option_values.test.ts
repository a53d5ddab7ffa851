// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import type { Option, OptionValue } from "../../core/console/src/api/types";
import { choicesOf, joined, kindOf, labelOf, optionsOf, rangeOf, shownOf, textOf } from "../../core/console/src/pages/streams/option_values";

const option = (name: string, type: string, usual?: OptionValue): Option =>
  ({ name, type, default: usual, required: false, secret: false, help: "" });

test("a name becomes a label", () => {
  assert.deepEqual(["downTopic", "tlsVerify", "qos"].map((name) => labelOf(option(name, "text"))), ["Down topic", "TLS verify", "QoS"]);
});

test("a type has a kind, choices and a range", () => {
  assert.deepEqual(choicesOf(option("x", "choice a|b|c")), ["a", "b", "c"]);
  assert.equal(kindOf(option("x", "integer 1..65535")), "integer");
  assert.equal(rangeOf(option("x", "integer 1..65535")), "1 to 65535");
  assert.equal(rangeOf(option("x", "text")), "");
});

test("only what differs from the defaults is sent, as what it is", () => {
  const table = [option("port", "integer 1..65535", 1883), option("on", "boolean", true), option("topics", "list"),
    option("names", "map"), option("url", "text"), option("same", "text", "x")];
  const texts = { port: "8883", on: "false", topics: " a\n\nb ", names: "a: 1:2\nb:c", url: "", same: "x" };
  assert.deepEqual(optionsOf(table, texts), { port: 8883, on: false, topics: ["a", "b"], names: { a: "1:2", b: "c" } });
});

test("what is no number is left to the broker's complaint", () => {
  assert.deepEqual(optionsOf([option("port", "integer 1..9", 1)], { port: "many" }), { port: "many" });
  assert.deepEqual(optionsOf([option("port", "integer 1..9", 1)], { port: "" }), {});
});

test("values are shown as they are typed", () => {
  assert.equal(textOf(undefined), "");
  assert.equal(textOf(["a", "b"]), "a\nb");
  assert.equal(textOf({ a: 1, b: true }), "a: 1\nb: true");
});

test("a tree is shown and typed as JSON", () => {
  const tree = option("downlink", "tree");
  assert.equal(shownOf(tree, undefined), "");
  assert.equal(shownOf(tree, { port: { const: 5 } }), '{\n  "port": {\n    "const": 5\n  }\n}');
  assert.deepEqual(optionsOf([tree], { downlink: '{"port": {"const": 5}}' }), { downlink: { port: { const: 5 } } });
  assert.deepEqual(optionsOf([tree], {}, { downlink: { device: "/eui" } }), { downlink: { device: "/eui" } });
  assert.deepEqual(optionsOf([tree], { downlink: "{port" }), { downlink: "{port" });
});

test("an option that protocol and format both know is there once", () => {
  const all = joined([option("a", "text"), option("b", "text")], undefined, [option("a", "integer")]);
  assert.deepEqual(all.map(({ name, type }) => [name, type]), [["a", "text"], ["b", "text"]]);
});
