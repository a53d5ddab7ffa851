// SPDX-License-Identifier: Apache-2.0
// What a device template would change, shown with messages that are here.
import { useState } from "preact/hooks";
import { api, ApiProblem } from "../../api/client";
import { mayChange, ownerOf, pathOf } from "../../api/owner";
import { useResource } from "../../api/resource";
import { useRights } from "../../api/session";
import type { DryRunItem, DryRunResult, Page, Stream, Template } from "../../api/types";
import { Form, SelectField, TextField } from "../../parts/form";
import { EuiText, Panel } from "../../parts/small";
import { Time } from "../../parts/time";

interface Props {
  /** Its name and version, or what is not saved yet. */
  template: () => Template | string;
}

function titleOf(stream: Stream): string {
  return `${ownerOf(stream).eui}/${stream.name} (${stream.format})`;
}

export function DryRun({ template }: Props) {
  const rights = useRights();
  const all = useResource<Page<Stream>>("/streams", { limit: 1000 }).value?.items;
  const streams = (all ?? []).filter((each) => mayChange(rights, ownerOf(each)));
  const [chosen, setChosen] = useState("");
  const [limit, setLimit] = useState("20");
  const [result, setResult] = useState<DryRunResult>();
  const run = async () => {
    const stream = streams.find((each) => titleOf(each) === chosen) ?? streams[0];
    if (!stream) throw new ApiProblem(0, "", "There is no stream yet whose messages could be shown. Add one first.");
    setResult(undefined);
    const path = pathOf(ownerOf(stream), "streams", stream.name, "dry-run");
    setResult(await api.post<DryRunResult>(path, { template: template(), limit: limit === "" ? undefined : Number(limit) }));
  };
  return (
    <Panel title="Dry run">
      <p class="help">Shows the newest messages of a stream as its documents are now, and as this template would make them. Nothing is sent.</p>
      {all && streams.length === 0 && <p>There is no stream yet whose messages could be shown. Add one to an application first.</p>}
      {streams.length > 0 && (
        <Form onSubmit={run} submit="Try" label="Dry run">
          <SelectField label="Stream" value={chosen || titleOf(streams[0]!)} onChange={setChosen}
            choices={streams.map((each) => ({ value: titleOf(each), text: titleOf(each) }))} />
          <TextField label="Messages" pointer="/limit" type="number" value={limit} onChange={setLimit} help="1 to 100, the newest ones" />
        </Form>
      )}
      {result && <Items {...result} />}
    </Panel>
  );
}

function Items({ template, items }: DryRunResult) {
  if (items.length === 0) return <p role="status">No message of this stream is kept yet. Wait for an uplink, then try again.</p>;
  return (
    <>
      <p role="status">{template} with {items.length === 1 ? "1 message" : `${items.length} messages`}, the newest first:</p>
      <ul class="pairs">{items.map((item) => <Pair key={item.position} {...item} />)}</ul>
    </>
  );
}

function Pair({ received, device, data, before, after, fields, error }: DryRunItem) {
  return (
    <li>
      <p><Time at={received} /> · <EuiText eui={device} /> · <span class="code">{data || "no payload"}</span></p>
      {error && <p class="wrong">No fields: {error}</p>}
      <div class="pair">
        <Documents title="Before" documents={before} />
        <Documents title="After" documents={after} />
      </div>
      {fields && <details class="more"><summary>Fields</summary><pre tabIndex={0}>{JSON.stringify(fields, null, 2)}</pre></details>}
    </li>
  );
}

function Documents({ title, documents }: { title: string; documents: string[] }) {
  return (
    <div>
      <h3>{title}</h3>
      {documents.length === 0 && <p class="quiet">No document</p>}
      {documents.map((text, index) => <pre key={index} tabIndex={0}>{readable(text)}</pre>)}
    </div>
  );
}

function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
