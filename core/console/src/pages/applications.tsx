// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { api } from "../api/client";
import { usePages } from "../api/resource";
import { useRights } from "../api/session";
import type { Application } from "../api/types";
import { Dialog } from "../parts/dialog";
import { Form, TextField } from "../parts/form";
import { notify } from "../parts/notices";
import { Search } from "../parts/search";
import { EuiText, PageHead } from "../parts/small";
import { List, type Column } from "../parts/table";
import { count, nameOf } from "../parts/text";
import { go, link, setQuery, useLocation } from "../shell/router";

const kColumns: Column<Application>[] = [
  { title: "Name", cell: (each) => <a href={link("applications", each.eui)}>{nameOf(each)}</a> },
  { title: "Application EUI", cell: (each) => <EuiText eui={each.eui} /> },
  { title: "Streams", cell: (each) => count(each.streamCount), isNumber: true },
  { title: "Devices", cell: (each) => count(each.deviceCount), isNumber: true },
  { title: "Configured in", cell: (each) => (each.origin === "file" ? <code>{each.file}</code> : "console and API") },
];

export function ApplicationsPage() {
  const { isAdmin } = useRights();
  const [isAdding, setIsAdding] = useState(false);
  const search = useLocation().query.get("search") ?? "";
  const pages = usePages<Application>("/applications", { limit: 50, search }, { every: 10_000 });
  const empty = search ? (
    <p>No application has “{search}” in its name or EUI.</p>
  ) : isAdmin ? (
    <p>There is no application yet. Add one with its application EUI (JoinEUI), then give it a stream.</p>
  ) : (
    <p>No application is open to you. Ask an administrator to give you one.</p>
  );
  return (
    <>
      <PageHead title="Applications">
        {isAdmin && <button type="button" class="primary" onClick={() => setIsAdding(true)}>Add application</button>}
      </PageHead>
      <Search label="Search applications by name or EUI" value={search} onChange={(text) => setQuery("search", text)} />
      <List caption="Applications" columns={kColumns} pages={pages} keyOf={(each) => each.eui} empty={empty} />
      {isAdding && <AddApplication onClose={() => setIsAdding(false)} />}
    </>
  );
}

function AddApplication({ onClose }: { onClose: () => void }) {
  const [eui, setEui] = useState("");
  const [name, setName] = useState("");
  const add = async () => {
    const made = await api.post<Application>("/applications", { eui, name });
    notify(`Application ${nameOf(made)} is added`);
    go("applications", made.eui);
  };
  return (
    <Dialog title="Add application" onClose={onClose}>
      <Form onSubmit={add} submit="Add application" cancel={onClose} label="Add application">
        <TextField label="Application EUI" pointer="/eui" value={eui} onChange={setEui} isCode required
          placeholder="70B3D57ED0000001" help="16 hexadecimal digits, with or without - or :" />
        <TextField label="Name" pointer="/name" value={name} onChange={setName} placeholder="Parking sensors" />
      </Form>
    </Dialog>
  );
}
