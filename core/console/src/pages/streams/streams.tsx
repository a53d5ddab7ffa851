// SPDX-License-Identifier: Apache-2.0
import { useId } from "preact/hooks";
import { linkOf, mayChange, ownerOf, pathOf, type Owner } from "../../api/owner";
import { usePages } from "../../api/resource";
import { useRights, useSession } from "../../api/session";
import type { Books, Health, Stream } from "../../api/types";
import { Search } from "../../parts/search";
import { Badge, EuiText, HealthBadge, PageHead } from "../../parts/small";
import { List, type Column } from "../../parts/table";
import { count } from "../../parts/text";
import { link, setQuery, useLocation } from "../../shell/router";

const kEvery = 5_000; // milliseconds between two looks at a list of streams

/** Live, Waiting, Failing …, or Off, with what the broker says of it. */
export function StreamBadge({ stream }: { stream: Stream }) {
  const { health, text } = stream.state;
  return stream.enabled ? <HealthBadge health={health} text={text} /> : <Badge>Off</Badge>;
}

function StateCell({ stream }: { stream: Stream }) {
  const { text } = stream.state;
  return (
    <div>
      <StreamBadge stream={stream} />
      {stream.enabled && text && <p class="help">{text}</p>}
    </div>
  );
}

function countOf(stream: Stream, which: keyof Books): string {
  const { books } = stream.state;
  return books ? count(books[which]) : "–";
}

const kName: Column<Stream> = {
  title: "Name",
  cell: (stream) => (
    <div>
      <a href={linkOf(ownerOf(stream), "streams", stream.name)}>{stream.name}</a>
      {typeof stream.scope === "object" && <p class="help">Device <EuiText eui={stream.scope.device} /></p>}
    </div>
  ),
};

const kOwner: Column<Stream> = {
  title: "Application",
  cell: (stream) => {
    const owner = ownerOf(stream);
    return (
      <div>
        <a class="code eui" href={linkOf(owner)}>{owner.eui}</a>
        {owner.kind === "gateway" && <p class="help">Gateway</p>}
      </div>
    );
  },
};

const kOrigin: Column<Stream> = { title: "Origin", cell: (stream) => (stream.origin === "file" ? "file" : "console") };

const kColumns: Column<Stream>[] = [
  { title: "State", cell: (stream) => <StateCell stream={stream} /> },
  { title: "Protocol, format", cell: ({ protocol, format }) => `${protocol}, ${format}` },
  { title: "Sessions", cell: (stream) => count(stream.state.sessions), isNumber: true },
  { title: "Matched", cell: (stream) => countOf(stream, "matched"), isNumber: true },
  { title: "Settled", cell: (stream) => countOf(stream, "settled"), isNumber: true },
  { title: "Pending", cell: (stream) => countOf(stream, "pending"), isNumber: true },
];

const kStates: { value: Health | ""; text: string }[] = [
  { value: "", text: "Any state" },
  { value: "working", text: "Live" },
  { value: "waiting", text: "Waiting or off" },
  { value: "connecting", text: "Connecting" },
  { value: "failing", text: "Failing" },
];

interface ListProps {
  path: string;
  columns: Column<Stream>[];
  where: string; // what is searched
  hint: string; // what to do when there is no stream
}

/** A list of streams; what is searched for is in the address. */
function StreamList({ path, columns, hint, where }: ListProps) {
  const { query } = useLocation();
  const id = useId();
  const search = query.get("search") ?? "";
  const health = query.get("health") ?? "";
  const pages = usePages<Stream>(path, { limit: 50, search, health }, { every: kEvery });
  const isNarrowed = search !== "" || health !== "";
  return (
    <>
      <div class="filters">
        <Search label={`Search streams by ${where}`} value={search} onChange={(text) => setQuery("search", text)} />
        <div>
          <label class="unseen" for={id}>State</label>
          <select id={id} value={health} onChange={(event) => setQuery("health", event.currentTarget.value)}>
            {kStates.map(({ value, text }) => <option key={value} value={value}>{text}</option>)}
          </select>
        </div>
      </div>
      <List caption="Streams" columns={columns} pages={pages} keyOf={(stream) => `${ownerOf(stream).eui}/${stream.name}`}
        empty={isNarrowed ? <p>No stream fits this search.</p> : <NoStreams hint={hint} />} />
    </>
  );
}

function NoStreams({ hint }: { hint: string }) {
  return (
    <p>
      There is no stream yet. A stream carries uplinks to your software and downlinks back, by WebSocket, MQTT or another
      protocol. {hint}
    </p>
  );
}

const kNotYours = "Administrators and the application's operators add streams.";

export function StreamsPage() {
  const session = useSession();
  return (
    <>
      <PageHead title="Streams" />
      <p class="quiet">All streams that you may see. They are added in their <a href={link("applications")}>application</a>.</p>
      <StreamList path="/streams" columns={[kName, kOwner, ...kColumns]} where="name or EUI"
        hint={session.role === "viewer" ? kNotYours : "Open an application to add one."} />
    </>
  );
}

export function StreamsTab({ owner }: { owner: Owner }) {
  const mayAdd = mayChange(useRights(), owner);
  return (
    <section class="part" aria-label="Streams">
      <div class="panel-head">
        <h2>Streams</h2>
        {mayAdd && <a class="button primary" href={linkOf(owner, "add-stream")}>Add stream</a>}
      </div>
      <StreamList path={pathOf(owner, "streams")} columns={[kName, ...kColumns, kOrigin]} where="name"
        hint={mayAdd ? "Press Add stream: a token is made for you, and it works at once." : kNotYours} />
    </section>
  );
}
