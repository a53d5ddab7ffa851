// SPDX-License-Identifier: Apache-2.0
// Options of plugins between their values and what is in a form's fields: always a text.
import type { Option, OptionValue } from "../../api/types";

export type Texts = Record<string, string>;

const kAcronyms = new Set(["url", "tls", "ca", "alpn", "id", "eui", "http", "mqtt", "json", "xml", "sas"]);

/** "downTopic" -> "Down topic", "tlsVerify" -> "TLS verify" */
export function labelOf(option: Option): string {
  const words = option.name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase().split(" ");
  const text = words.map((word) => (word === "qos" ? "QoS" : kAcronyms.has(word) ? word.toUpperCase() : word)).join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "choice a|b" -> ["a", "b"] */
export function choicesOf(option: Option): string[] {
  return option.type.slice("choice ".length).split("|");
}

/** Which kind of value it is: "integer 1..65535" -> "integer". */
export function kindOf(option: Option): string {
  return option.type.split(" ", 1)[0] ?? "";
}

/** "integer 1..65535" -> "1 to 65535"; "" for what has no range. */
export function rangeOf(option: Option): string {
  return /^(?:integer|number) /.test(option.type) ? (option.type.split(" ")[1] ?? "").replace("..", " to ") : "";
}

/** A value as it stands in a field: a list has an item per line, a map "name: value". */
export function textOf(value: OptionValue | undefined): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.map(textOf).join("\n");
  if (typeof value === "object") return Object.entries(value).map(([name, each]) => `${name}: ${textOf(each)}`).join("\n");
  return String(value);
}

/** The same of one option; a tree is JSON. */
export function shownOf(option: Option, value: OptionValue | undefined): string {
  const isTree = kindOf(option) === "tree" && value !== undefined && value !== null;
  return isTree ? JSON.stringify(value, null, 2) : textOf(value);
}

/** Defaults of lists and maps are described as "[a, b]". */
export function defaultOf(option: Option): string {
  const text = textOf(option.default);
  if (kindOf(option) === "boolean") return text || "false";
  if (kindOf(option) !== "list" && kindOf(option) !== "map") return text;
  return text.replace(/^[[{]|[\]}]$/g, "").split(",").map((each) => each.trim()).filter(Boolean).join("\n");
}

/** What is no JSON is left to the broker's complaint. */
function treeOf(text: string): OptionValue {
  try {
    return JSON.parse(text) as OptionValue;
  } catch {
    return text;
  }
}

/** What was typed, as what the option is. */
export function valueOf(option: Option, text: string): OptionValue {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  switch (kindOf(option)) {
    case "boolean":
      return text === "true";
    case "integer":
    case "number":
      return Number.isFinite(Number(text)) ? Number(text) : text;
    case "list":
      return lines;
    case "map":
      return Object.fromEntries(lines.map((line) => {
        const [name = "", ...rest] = line.split(":");
        return [name.trim(), rest.join(":").trim()];
      }));
    case "tree":
      return text.trim() === "" ? null : treeOf(text);
    default:
      return text;
  }
}

/** What stands in an option's field: what was typed, else what the stream has, else the default. */
export function fieldOf(option: Option, texts: Texts, known: Record<string, OptionValue>): string {
  const typed = texts[option.name];
  if (typed !== undefined) return typed;
  return option.name in known ? shownOf(option, known[option.name]) : defaultOf(option);
}

/** What is sent: only what differs from the defaults. An empty number stands for its default. */
export function optionsOf(table: Option[], texts: Texts, known: Record<string, OptionValue> = {}): Record<string, OptionValue> {
  const options: Record<string, OptionValue> = {};
  for (const option of table) {
    const text = fieldOf(option, texts, known);
    const isUsual = text === defaultOf(option);
    const isNoNumber = text === "" && rangeOf(option) !== "";
    if (!isUsual && !isNoNumber) options[option.name] = valueOf(option, text);
  }
  return options;
}

/** The options of the protocol and of the format; one that both know is there once. */
export function joined(...tables: (Option[] | undefined)[]): Option[] {
  const all = new Map<string, Option>();
  for (const option of tables.flatMap((table) => table ?? [])) {
    if (!all.has(option.name)) all.set(option.name, option);
  }
  return [...all.values()];
}
