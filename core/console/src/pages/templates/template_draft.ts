// SPDX-License-Identifier: Apache-2.0
// A device template while it is being written in a form.
import { useState } from "preact/hooks";
import { ApiProblem } from "../../api/client";
import type { Option, OptionValue, Template, TemplatePart } from "../../api/types";
import { defaultOf, rangeOf, valueOf, type Texts } from "../streams/option_values";

export interface PartDraft {
  plugin: string; // "": none
  texts: Texts; // of options, those that were typed
  known: Record<string, OptionValue>; // what the template has
}

export interface TemplateDraft {
  name: string;
  description: string;
  codec: PartDraft;
  format: PartDraft;
  examples: string; // JSON
}

export interface TemplateDraftProps {
  draft: TemplateDraft;
  set: (part: Partial<TemplateDraft>) => void;
}

function partDraft(part: TemplatePart | undefined, usual: string): PartDraft {
  return { plugin: part?.plugin ?? usual, texts: {}, known: part?.options ?? {} };
}

export function useTemplateDraft(known?: Template): TemplateDraftProps {
  const [draft, setDraft] = useState<TemplateDraft>(() => ({
    name: known?.name ?? "",
    description: known?.description ?? "",
    codec: partDraft(known?.codec, known ? "" : "javascript"),
    format: partDraft(known?.format, "template"),
    examples: known?.examples?.length ? JSON.stringify(known.examples, null, 2) : "",
  }));
  return { draft, set: (part) => setDraft((old) => ({ ...old, ...part })) };
}

/** What is written, and only that: of a format, what is left out is the stream's to say. */
export function writtenOptions(table: Option[], { texts, known }: PartDraft): Record<string, OptionValue> {
  const options = { ...known };
  for (const option of table) {
    const text = texts[option.name];
    if (text === undefined) continue;
    delete options[option.name];
    const isNoNumber = text === "" && rangeOf(option) !== "";
    if (text !== defaultOf(option) && !isNoNumber) options[option.name] = valueOf(option, text);
  }
  return options;
}

function examplesOf(text: string): unknown {
  try {
    return text.trim() === "" ? undefined : JSON.parse(text);
  } catch (error) {
    throw new ApiProblem(0, "", "", [{ pointer: "/examples", detail: `This is no JSON: ${error instanceof Error ? error.message : error}` }]);
  }
}

/** What is sent. Throws an ApiProblem about what is no JSON. */
export function templateOf(draft: TemplateDraft, tables: { codec: Option[]; format: Option[] }, version: number): Template {
  const { name, description, codec, format } = draft;
  const text = writtenOptions(tables.format, format);
  return {
    name: name.trim(),
    version,
    description: description || undefined,
    codec: codec.plugin ? { plugin: codec.plugin, options: writtenOptions(tables.codec, codec) } : undefined,
    format: Object.keys(text).length > 0 ? { plugin: format.plugin, options: text } : undefined,
    examples: examplesOf(draft.examples) as Template["examples"],
  };
}
