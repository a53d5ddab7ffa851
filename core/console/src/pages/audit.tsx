// SPDX-License-Identifier: Apache-2.0
import { usePages } from "../api/resource";
import type { AuditEntry } from "../api/types";
import { Search } from "../parts/search";
import { Badge, PageHead } from "../parts/small";
import { List, type Column } from "../parts/table";
import { Time } from "../parts/time";
import { setQuery, useLocation } from "../shell/router";

const kColumns: Column<AuditEntry>[] = [
  { title: "Time", cell: (each) => <Time at={each.time} /> },
  { title: "Who", cell: (each) => each.who || "nobody known" },
  { title: "From", cell: (each) => each.address || "this machine", isCode: true },
  { title: "Action", cell: (each) => each.action },
  { title: "Object", cell: (each) => each.object, isCode: true },
  { title: "Outcome", cell: (each) => <Badge tone={each.outcome === "done" ? "working" : "failing"}>{each.outcome}</Badge> },
  { title: "Detail", cell: (each) => each.detail },
];

export function AuditPage() {
  const query = useLocation().query;
  const who = query.get("who") ?? "";
  const object = query.get("object") ?? "";
  const pages = usePages<AuditEntry>("/audit", { limit: 50, who, object }, { every: 10_000 });
  const empty = who || object ? <p>Nothing of that is in the log.</p> : <p>Nothing has been changed yet.</p>;
  return (
    <>
      <PageHead title="Audit log" />
      <p class="quiet">Every change, made or forbidden, the newest first.</p>
      <div class="row">
        <Search label="Who" value={who} onChange={(text) => setQuery("who", text)} />
        <Search label="Object" value={object} onChange={(text) => setQuery("object", text)} />
      </div>
      <List caption="Audit log" columns={kColumns} pages={pages} empty={empty} keyOf={(each) => each.time + each.who + each.action + each.object} />
    </>
  );
}
