// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { linkOf, ownerOf } from "../api/owner";
import { useResource } from "../api/resource";
import type { Health, Page, Status, Stream } from "../api/types";
import { Problem } from "../parts/problem";
import { Badge, HealthBadge, Panel } from "../parts/small";
import { Table, type Column } from "../parts/table";
import { counted } from "../parts/text";
import { link } from "../shell/router";

interface Row {
  key: string;
  health: Health;
  what: ComponentChildren;
  text: string;
}

const kStreams = 10; // failing ones that are shown here
const kColumns: Column<Row>[] = [
  { title: "State", cell: (each) => <HealthBadge health={each.health} /> },
  { title: "What", cell: (each) => <span>{each.what}</span> },
  { title: "Why", cell: (each) => each.text },
];

/** Streams are asked for by themselves: there may be many, and most of them wait for nothing but a client. */
function partsOf(status: Status): Row[] {
  return status.health
    .filter(({ part, health }) => health !== "working" && !part.startsWith("stream "))
    .map(({ part, health, text }) => ({ key: part, health, what: part, text }));
}

function rowOf(stream: Stream): Row {
  const owner = ownerOf(stream);
  return {
    key: `stream ${owner.eui}/${stream.name}`,
    health: stream.state.health,
    what: <>Stream <a href={linkOf(owner, "streams", stream.name)}>{stream.name}</a> of <span class="code">{owner.eui}</span></>,
    text: stream.state.text,
  };
}

/** What does not work, or that everything does. */
export function Attention({ status, every }: { status: Status; every: number }) {
  const { value, problem, isLoading } = useResource<Page<Stream>>("/streams", { health: "failing", limit: kStreams }, { every });
  const rows = [...partsOf(status), ...(value?.items ?? []).map(rowOf)];
  const refused = status.counters?.refused ?? 0;
  return (
    <Panel title="What needs attention">
      <Problem problem={problem} />
      {isLoading && <p class="quiet">Loading …</p>}
      {rows.length > 0 && <Table caption="What needs attention" columns={kColumns} rows={rows} keyOf={(each) => each.key} />}
      {value?.next && <p>More streams are failing. <a href={`${link("streams")}?health=failing`}>See all of them</a></p>}
      {refused > 0 && <Refused refused={refused} />}
      {value && rows.length === 0 && refused === 0 && <p><Badge tone="working">All well</Badge> Everything works; there is nothing to do.</p>}
    </Panel>
  );
}

function Refused({ refused }: { refused: number }) {
  return (
    <p>
      <Badge tone="connecting">Refused</Badge> {counted(refused, "message")} from networks cannot be what {refused === 1 ? "it says" : "they say"}, for
      example because of a payload longer than LoRaWAN carries. This counts since the broker's start. A refused message is not kept and
      reaches no stream; the broker's log says which one it was and why.
    </p>
  );
}
