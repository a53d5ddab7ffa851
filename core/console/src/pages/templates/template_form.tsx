// SPDX-License-Identifier: Apache-2.0
import { at } from "../../api/client";
import { useResource } from "../../api/resource";
import type { Option, Page, Plugin, PluginDetails } from "../../api/types";
import { SelectField, TextArea, TextField } from "../../parts/form";
import { OptionFields } from "../streams/option_fields";
import type { PartDraft, TemplateDraftProps } from "./template_draft";

const kEvery = 3_000; // milliseconds between two looks at the plugins
const kNoOptions: Option[] = [];

/** The options of a plugin; undefined while they are being loaded. */
export function useTable(kind: string, name: string): Option[] | undefined {
  const { value, problem } = useResource<PluginDetails>(name ? at("plugins", kind, name) : null, {}, { every: kEvery });
  if (name === "" || problem) return kNoOptions;
  return value?.options;
}

interface PartProps {
  kind: "codec" | "format";
  legend: string;
  none?: string; // what it means to have none
  table: Option[] | undefined;
  part: PartDraft;
  onChange: (part: PartDraft) => void;
}

/** A plugin and its options. */
function PartFields({ kind, legend, none, table, part, onChange }: PartProps) {
  const plugins = useResource<Page<Plugin>>("/plugins", { limit: 1000 }, { every: kEvery }).value?.items ?? [];
  const found = plugins.filter((each) => each.kind === kind && !each.isRefused && each.name);
  const names = [...new Set([...(none ? [] : [part.plugin]), ...found.map(({ name = "" }) => name), part.plugin])].filter(Boolean);
  const choices = [...(none ? [{ value: "", text: none }] : []), ...names.map((name) => ({ value: name, text: name }))];
  return (
    <fieldset>
      <legend>{legend}</legend>
      <SelectField label={legend} pointer={`/${kind}/plugin`} value={part.plugin} choices={choices}
        help={found.find(({ name }) => name === part.plugin)?.summary}
        onChange={(plugin) => onChange({ plugin, texts: {}, known: {} })} />
      <OptionFields table={table ?? []} texts={part.texts} known={part.known} at={`/${kind}/options`} isDocument
        onChange={(name, text) => onChange({ ...part, texts: { ...part.texts, [name]: text } })} />
    </fieldset>
  );
}

interface Props extends TemplateDraftProps {
  isNew: boolean;
  tables: { codec: Option[] | undefined; format: Option[] | undefined };
}

export function TemplateFields({ draft, set, isNew, tables }: Props) {
  return (
    <>
      {isNew && (
        <TextField label="Name" pointer="/name" value={draft.name} onChange={(name) => set({ name })} required placeholder="acme-parking"
          help="1 to 64 letters, digits, dots, - and _" />
      )}
      <TextField label="Description" pointer="/description" value={draft.description} onChange={(description) => set({ description })} />
      <PartFields kind="codec" legend="Codec" none="None: payloads stay as they are" table={tables.codec} part={draft.codec}
        onChange={(codec) => set({ codec })} />
      <PartFields kind="format" legend="Text for format" table={tables.format} part={draft.format} onChange={(format) => set({ format })} />
      <TextArea label="Examples" pointer="/examples/" value={draft.examples} onChange={(examples) => set({ examples })} isCode
        rows={Math.min(24, Math.max(6, draft.examples.split("\n").length))}
        help={<>As JSON, in the form of LoRa Alliance TS013: <code>{'[{"input": {"bytes": "00D7", "fPort": 2}, "output": {"data": {"temperature": 21.5}}}]'}</code>. They are run before the template is saved.</>} />
    </>
  );
}
