// SPDX-License-Identifier: Apache-2.0
import { usePages, useResource } from "../../api/resource";
import type { Attempt, Page, StreamSession, Token } from "../../api/types";
import { Panel } from "../../parts/small";
import { List, Table, type Column } from "../../parts/table";
import { count } from "../../parts/text";
import { Time } from "../../parts/time";
import type { StreamTabProps } from "./stream";
import { labelOfToken } from "./tokens";

const kEvery = 2_000; // milliseconds between two looks

function partOf(session: StreamSession): string {
  if (session.isSendOnly) return "sends only";
  return session.isHolder ? "holder" : "listener";
}

function figure(value: number | undefined): string {
  return value === undefined ? "–" : count(value);
}

export function SessionsTab({ path, stream }: StreamTabProps) {
  const pages = usePages<StreamSession>(`${path}/sessions`, { limit: 50 }, { every: kEvery });
  const tokens = useResource<Page<Token>>(`${path}/tokens`, { limit: 100 }).value?.items ?? [];
  const tokenOf = (id: number | null) => {
    const token = tokens.find((each) => each.id === id);
    return id === null ? "–" : token ? labelOfToken(token) : `token ${id}`;
  };
  const columns: Column<StreamSession>[] = [
    { title: "Peer", cell: (each) => each.peer, isCode: true },
    { title: "Connected", cell: (each) => <Time at={each.since} as="ago" /> },
    { title: "Part", cell: partOf },
    { title: "Token", cell: (each) => tokenOf(each.token) },
    { title: "Unsettled", cell: (each) => figure(each.unsettled), isNumber: true },
    { title: "Waiting", cell: (each) => figure(each.waiting), isNumber: true },
  ];
  const next = stream.url ? "Connection, above, shows how to connect; what comes meanwhile waits on disk." : "The state above says why.";
  return (
    <>
      <Panel title="Sessions">
        <p class="help">The newest session is the holder: what it settles is settled for the stream. Listeners get the same messages.</p>
        <List caption="Sessions" columns={columns} pages={pages} keyOf={(each) => `${each.peer} ${each.since}`}
          empty={<p>Nobody is connected. {next}</p>} />
      </Panel>
      <Attempts path={path} />
    </>
  );
}

const kAttemptColumns: Column<Attempt>[] = [
  { title: "Time", cell: (each) => <Time at={each.time} /> },
  { title: "Message", cell: (each) => each.position ?? "test" },
  { title: "Status", cell: (each) => each.status ?? "none" },
  { title: "Answer", cell: (each) => each.answer || "–" },
];

/** Nothing for a protocol that does not repeat. */
function Attempts({ path }: { path: string }) {
  const pages = usePages<Attempt>(`${path}/attempts`, { limit: 20 }, { every: kEvery });
  if (!pages.items?.length) return null;
  return (
    <Panel title="Attempts">
      <p class="help">The last tries of the protocol, and how the answers begin.</p>
      <Table caption="Attempts" columns={kAttemptColumns} rows={pages.items} keyOf={(each) => `${each.time} ${each.position}`} />
    </Panel>
  );
}
