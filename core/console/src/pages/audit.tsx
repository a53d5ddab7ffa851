// SPDX-License-Identifier: Apache-2.0
import { usePages } from "../api/resource";
import type { AuditEntry } from "../api/types";
import { Search } from "../parts/search";
import { Badge, PageHead } from "../parts/small";
import { List, type Column } from "../parts/table";
import { Time } from "../parts/time";
import { link, setQuery, useLocation } from "../shell/router";

const kBase = "/api/v1"; // every object's path begins so; it is neither shown nor typed

function shown(object: string): string {
  return object.startsWith(kBase) ? object.slice(kBase.length) : object;
}

function Who({ who }: { who: string }) {
  return who ? <a href={`${link("audit")}?who=${encodeURIComponent(who)}`}>{who}</a> : <>nobody known</>;
}

const kColumns: Column<AuditEntry>[] = [
  { title: "Time", cell: (each) => <Time at={each.time} /> },
  { title: "Who", cell: (each) => <Who who={each.who} /> },
  { title: "From", cell: (each) => <span class="address">{each.address || "this machine"}</span> },
  { title: "Action", cell: (each) => each.action },
  { title: "Object", cell: (each) => shown(each.object), isCode: true },
  { title: "Outcome", cell: (each) => <Badge tone={each.outcome === "done" ? "working" : "failing"}>{each.outcome}</Badge> },
  { title: "Detail", cell: (each) => each.detail },
];

export function AuditPage() {
  const query = useLocation().query;
  const who = query.get("who") ?? "";
  const object = query.get("object") ?? "";
  const path = object.startsWith("/") ? kBase + shown(object) : object;
  const pages = usePages<AuditEntry>("/audit", { limit: 50, who, object: path }, { every: 10_000 });
  const empty = who || object ? <p>Nothing of that is in the log.</p> : <p>Nothing has been changed yet.</p>;
  return (
    <>
      <PageHead title="Audit log" />
      <p class="quiet">Every change, made or forbidden, the newest first.</p>
      <div class="row audit-filter">
        <Search label="Who, such as user anna" value={who} onChange={(text) => setQuery("who", text)} />
        <Search label="Object, such as /users" value={object} onChange={(text) => setQuery("object", text)} />
      </div>
      <List caption="Audit log" columns={kColumns} pages={pages} empty={empty} keyOf={(each) => each.time + each.who + each.action + each.object} />
    </>
  );
}
