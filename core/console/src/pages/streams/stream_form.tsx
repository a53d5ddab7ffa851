// SPDX-License-Identifier: Apache-2.0
// The form that makes and changes streams. Its choices are the plugins that the broker has now: one that is put
// into the directory while the form is open appears in it, with its options.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { ApiProblem, at } from "../../api/client";
import type { Owner } from "../../api/owner";
import { useResource, type Resource } from "../../api/resource";
import type { MessageKind, Option, Page, Plugin, PluginDetails, Stream, StreamInput } from "../../api/types";
import { CheckList, RadioField } from "../../parts/choices";
import { Form, SelectField, TextField } from "../../parts/form";
import { kindText } from "../../parts/text";
import { TemplateField } from "../templates/template_field";
import { OptionFields } from "./option_fields";
import { joined } from "./option_values";
import { inputOf, useDraft, type DraftProps } from "./stream_draft";

const kEvery = 3_000; // milliseconds between two looks at the plugins
const kEvents: MessageKind[] = [
  "uplink", "join", "queued", "sent", "acknowledged", "notAcknowledged", "expired", "failed", "status", "location",
];

interface Props {
  owner: Owner;
  known?: Stream; // absent: a new one
  submit: string;
  send: (input: StreamInput) => Promise<void>;
  cancel?: () => void;
}

function usePlugin(kind: string, name: string): Resource<PluginDetails> {
  return useResource<PluginDetails>(at("plugins", kind, name), {}, { every: kEvery });
}

export function StreamForm({ owner, known, submit, send, cancel }: Props) {
  const { draft, set } = useDraft(known);
  const [isOpen, setIsOpen] = useState(false);
  const plugins = [usePlugin("protocol", draft.protocol), usePlugin("format", draft.format)];
  const tables = plugins.map(({ value }) => value?.options);
  const all = joined(...tables);
  const save = async () => {
    if (plugins.some(({ value }) => !value)) throw new ApiProblem(0, "", "The options are still being loaded. Try again.");
    try {
      await send(inputOf(draft, tables, owner.kind === "gateway", known));
    } catch (error) {
      if (error instanceof ApiProblem && error.errors.some(({ pointer }) => /^\/(options\/|template)/.test(pointer ?? ""))) setIsOpen(true);
      throw error;
    }
  };
  const fieldsOf = (table: Option[], isDocument = false) => (
    <OptionFields table={table} texts={draft.texts} known={known?.options} isDocument={isDocument}
      onChange={(name, text) => set({ texts: { ...draft.texts, [name]: text } })} />
  );
  const optional = all.filter(({ required }) => !required);
  const isOfProtocol = ({ name }: Option) => tables[0]?.some((each) => each.name === name) ?? false;
  return (
    <Form onSubmit={save} submit={submit} cancel={cancel} label={known ? "Settings" : "Add stream"}
      isLoading={plugins.some(({ isLoading }) => isLoading)}>
      {!known && (
        <TextField label="Name" pointer="/name" value={draft.name} onChange={(name) => set({ name })}
          help="Letters, digits, - and _. Left empty it becomes the protocol's name." />
      )}
      <PluginFields draft={draft} set={set} />
      {fieldsOf(all.filter(({ required }) => required))}
      {owner.kind === "application" && <ScopeField draft={draft} set={set} />}
      {!known && <TokenField draft={draft} set={set} />}
      <details class="more" open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
        <summary>More options</summary>
        <div>
          <TemplateField value={draft.template} onChange={(template) => set({ template })}
            help="What makes fields of payloads. Left empty it is the one of each device, else of the application." />
          <MessageFields draft={draft} set={set} />
          <Group legend={`Protocol ${draft.protocol}`} table={optional.filter(isOfProtocol)} draw={fieldsOf} />
          <Group legend={`Format ${draft.format}`} table={optional.filter((each) => !isOfProtocol(each))} draw={(table) => fieldsOf(table, true)} />
        </div>
      </details>
    </Form>
  );
}

interface GroupProps {
  legend: string;
  table: Option[];
  draw: (table: Option[]) => ComponentChildren;
}

function Group({ legend, table, draw }: GroupProps) {
  if (table.length === 0) return null;
  return <fieldset><legend>{legend}</legend>{draw(table)}</fieldset>;
}

/** Protocol and format: those that the broker has loaded. */
function PluginFields({ draft, set }: DraftProps) {
  const plugins = useResource<Page<Plugin>>("/plugins", { limit: 1000 }, { every: kEvery }).value?.items ?? [];
  const field = (kind: "protocol" | "format") => {
    const found = plugins.filter((each) => each.kind === kind && !each.isRefused && each.name);
    const names = found.map(({ name = "" }) => name);
    const shown = names.includes(draft[kind]) ? names : [draft[kind], ...names];
    return {
      value: draft[kind],
      pointer: `/${kind}`,
      choices: shown.map((name) => ({ value: name, text: name })),
      help: found.find(({ name }) => name === draft[kind])?.summary,
    };
  };
  return (
    <div class="columns">
      <SelectField label="Protocol" {...field("protocol")} onChange={(protocol) => set({ protocol })} />
      <SelectField label="Format" {...field("format")} onChange={(format) => set({ format })} />
    </div>
  );
}

function ScopeField({ draft, set }: DraftProps) {
  return (
    <RadioField legend="Messages of" value={draft.scope} onChange={(scope) => set({ scope })} choices={[
      { value: "application", text: "The whole application" },
      { value: "device", text: "One device" },
    ]}>
      {draft.scope === "device" && (
        <TextField label="Device EUI" pointer="/scope/device" value={draft.device} onChange={(device) => set({ device })}
          isCode required help="16 hexadecimal digits, with or without - or :" />
      )}
    </RadioField>
  );
}

function TokenField({ draft, set }: DraftProps) {
  return (
    <RadioField legend="Token" value={draft.tokenIs} onChange={(tokenIs) => set({ tokenIs })} choices={[
      { value: "made", text: "Make one for me" },
      { value: "typed", text: "Type one" },
    ]}>
      {draft.tokenIs === "typed" && (
        <TextField label="Own token" pointer="/token" value={draft.token} onChange={(token) => set({ token })} isCode required
          help="16 to 256 characters without spaces. Who has it gets the stream's messages, so it should be hard to guess." />
      )}
    </RadioField>
  );
}

function MessageFields({ draft, set }: DraftProps) {
  return (
    <>
      <CheckList legend="Messages that are sent" choices={kEvents.map((value) => ({ value, text: kindText(value) }))}
        values={draft.events} onChange={(events) => set({ events })} />
      <SelectField label="Uplinks that several gateways heard" pointer="/duplicates" value={draft.duplicates}
        onChange={(duplicates) => set({ duplicates: duplicates === "best" ? "best" : "all" })} choices={[
          { value: "all", text: "One document for each gateway" },
          { value: "best", text: "One document, of the best reception" },
        ]} />
    </>
  );
}
