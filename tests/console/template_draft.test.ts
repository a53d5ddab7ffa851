// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { ApiProblem } from "../../core/console/src/api/client";
import type { Option } from "../../core/console/src/api/types";
import { templateOf, writtenOptions, type TemplateDraft } from "../../core/console/src/pages/templates/template_draft";

const kTable: Option[] = [
  { name: "uplink", type: "text", required: false, secret: false, help: "" },
  { name: "fields", type: "boolean", default: true, required: false, secret: false, help: "" },
];

const kDraft: TemplateDraft = {
  name: " acme ", description: "", examples: "",
  codec: { plugin: "javascript", texts: { script: "x" }, known: {} },
  format: { plugin: "template", texts: {}, known: {} },
};

test("what nobody touched stays as it is, also what the plugin does not know", () => {
  const known = { uplink: "{}", fields: true, later: [1] };
  assert.deepEqual(writtenOptions(kTable, { plugin: "template", texts: {}, known }), known);
});

test("what is set back to the default is the stream's to say", () => {
  const options = writtenOptions(kTable, { plugin: "template", texts: { uplink: "", fields: "true" }, known: { uplink: "{}", fields: false } });
  assert.deepEqual(options, {});
});

test("a template has the parts that say something", () => {
  const script: Option = { name: "script", type: "text", required: true, secret: false, help: "" };
  assert.deepEqual(JSON.parse(JSON.stringify(templateOf(kDraft, { codec: [script], format: kTable }, 3))),
    { name: "acme", version: 3, codec: { plugin: "javascript", options: { script: "x" } } });
});

test("examples that are no JSON are a complaint at their field", () => {
  assert.throws(() => templateOf({ ...kDraft, examples: "[{" }, { codec: [], format: [] }, 1),
    (error: ApiProblem) => error.errors[0]?.pointer === "/examples" && error.errors[0].detail.includes("no JSON"));
});
