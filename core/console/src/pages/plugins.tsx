// SPDX-License-Identifier: Apache-2.0
import { usePages, useResource } from "../api/resource";
import type { Option, OptionValue, Plugin, PluginDetails } from "../api/types";
import { Problem } from "../parts/problem";
import { Facts, PageHead, Panel } from "../parts/small";
import { List, Table, type Column } from "../parts/table";
import { at } from "../api/client";
import { link } from "../shell/router";

const kEvery = 5_000; // milliseconds: one that is dropped in appears by itself
const kMost = 500;

const kColumns: Column<Plugin>[] = [
  { title: "Name", cell: (each) => <a href={link("plugins", each.kind ?? "", each.name ?? "")}>{each.name}</a> },
  { title: "Kind", cell: (each) => each.kind },
  { title: "Version", cell: (each) => each.version },
  { title: "Summary", cell: (each) => each.summary },
  { title: "File", cell: (each) => <code>{each.file}</code> },
];

const kRefusedColumns: Column<Plugin>[] = [
  { title: "File", cell: (each) => <code>{each.file}</code> },
  { title: "Why it is refused", cell: (each) => each.reason },
];

export function PluginsPage() {
  const { items, ...rest } = usePages<Plugin>("/plugins", { limit: kMost }, { every: kEvery });
  const refused = (items ?? []).filter((each) => each.isRefused);
  const loaded = { ...rest, items: items?.filter((each) => !each.isRefused) };
  const empty = <p>No plugin is loaded, so the broker can neither receive nor deliver. Look at <code>plugins</code> in <code>runnel.yaml</code>: it lists the directories where plugins are looked for.</p>;
  return (
    <>
      <PageHead title="Plugins" />
      <p class="quiet">
        Plugins are the files that end in <code>.so</code> in the directories that <code>plugins</code> in <code>runnel.yaml</code> lists.
        Put a file there, and it is loaded and shown here at once, without a restart; only root and the broker's own user may be able to write it.
      </p>
      {refused.length > 0 && (
        <Panel title="Refused">
          <Table caption="Refused plugins" columns={kRefusedColumns} rows={refused} keyOf={(each) => each.file} />
        </Panel>
      )}
      <List caption="Plugins" columns={kColumns} pages={loaded} keyOf={(each) => each.file} empty={empty} />
    </>
  );
}

function defaultText(value: OptionValue | undefined): string {
  if (value === undefined || value === "") return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}

const kOptionColumns: Column<Option>[] = [
  { title: "Option", cell: (each) => <code class="word">{each.name}</code> },
  { title: "Type", cell: (each) => <span>{each.type.replaceAll("|", " | ")}</span> },
  { title: "Default", cell: (each) => <code>{defaultText(each.default)}</code> },
  { title: "Required", cell: (each) => (each.required ? "yes" : "no") },
  { title: "Secret", cell: (each) => (each.secret ? "yes" : "no") },
  { title: "Meaning", cell: (each) => each.help },
];

interface OptionsProps {
  title: string;
  where: string; // they are written
  options: Option[];
}

function Options({ title, where, options }: OptionsProps) {
  return (
    <Panel title={title}>
      <p class="quiet">{options.length > 0 ? where : "There are none."}</p>
      {options.length > 0 && <Table caption={title} columns={kOptionColumns} rows={options} keyOf={(each) => each.name} />}
    </Panel>
  );
}

/** Where the options of a plugin of this kind are written. */
const kWhere: Record<string, string> = {
  protocol: "Each stream of this protocol has its own.",
  format: "Each stream of this format has its own, beside those of its protocol.",
  network: "In runnel.yaml, under options of the network.",
  codec: "Where the codec is used.",
};

function Details({ plugin }: { plugin: PluginDetails }) {
  return (
    <>
      <Panel title="What it is">
        <p>{plugin.summary}</p>
        <Facts facts={[
          { name: "Kind", value: plugin.kind },
          { name: "Version", value: plugin.version },
          { name: "File", value: <code>{plugin.file}</code> },
        ]} />
      </Panel>
      <Options title="Options" where={kWhere[plugin.kind ?? ""] ?? ""} options={plugin.options} />
      <Options title="Settings" where="For the whole broker, in runnel.yaml under protocols." options={plugin.settings} />
    </>
  );
}

export function PluginPage({ kind, name }: { kind: string; name: string }) {
  const { value, problem, isLoading } = useResource<PluginDetails>(at("plugins", kind, name), {}, { every: kEvery });
  return (
    <>
      <PageHead title={name} trail={[{ text: "Plugins", href: link("plugins") }]} />
      <Problem problem={problem} />
      {isLoading && <p class="quiet">Loading …</p>}
      {value && <Details plugin={value} />}
    </>
  );
}
