// SPDX-License-Identifier: Apache-2.0
import { usePages } from "../../api/resource";
import { useRights } from "../../api/session";
import type { TemplateSummary } from "../../api/types";
import { Badge, PageHead } from "../../parts/small";
import { List, type Column } from "../../parts/table";
import { count } from "../../parts/text";
import { link } from "../../shell/router";

const kColumns: Column<TemplateSummary>[] = [
  { title: "Template", cell: ({ name, version }) => <a href={link("templates", name, String(version))}>{name}@{version}</a> },
  { title: "Description", cell: (each) => each.description || "–" },
  { title: "Codec", cell: (each) => each.codec || "–" },
  { title: "Text for format", cell: (each) => each.format || "–" },
  { title: "Examples", cell: (each) => count(each.examples), isNumber: true },
  { title: "State", cell: ({ trouble }) => (trouble ? <><Badge tone="failing">Failing</Badge> {trouble}</> : <Badge tone="working">Ready</Badge>) },
  { title: "Configured in", cell: (each) => (each.origin === "file" ? <code>{each.file}</code> : "console and API") },
];

export function TemplatesPage() {
  const { isAdmin } = useRights();
  const pages = usePages<TemplateSummary>("/templates", { limit: 50 }, { every: 10_000 });
  const empty = isAdmin
    ? <p>There is no device template yet. Add one with the codec that its maker publishes, try it on uplinks that are here, and give it to a device, an application or a stream.</p>
    : <p>There is no device template yet. Administrators add them.</p>;
  return (
    <>
      <PageHead title="Device templates">
        {isAdmin && <a class="button" href={link("add-template")}>Add template</a>}
      </PageHead>
      <p class="quiet">
        A device template makes fields of a device's payloads and says how documents show them. A stream's template goes before its
        device's, and that before the application's.
      </p>
      <List caption="Device templates" columns={kColumns} pages={pages} keyOf={({ name, version }) => `${name}@${version}`} empty={empty} />
    </>
  );
}
