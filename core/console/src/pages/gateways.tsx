// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { api } from "../api/client";
import { pathOf, type Owner } from "../api/owner";
import { usePages, useResource } from "../api/resource";
import { useRights } from "../api/session";
import type { Eui, Gateway } from "../api/types";
import { Dialog } from "../parts/dialog";
import { Form, TextField } from "../parts/form";
import { notify } from "../parts/notices";
import { Problem } from "../parts/problem";
import { Search } from "../parts/search";
import { EuiText, PageHead } from "../parts/small";
import { List, type Column } from "../parts/table";
import { count, counted, nameOf } from "../parts/text";
import { go, link, setQuery, useLocation } from "../shell/router";
import { FileNote, OwnerActions } from "./owner_actions";
import { StreamsTab } from "./streams/streams";

const kColumns: Column<Gateway>[] = [
  { title: "Name", cell: (each) => <a href={link("gateways", each.eui)}>{nameOf(each)}</a> },
  { title: "Gateway EUI", cell: (each) => <EuiText eui={each.eui} /> },
  { title: "Streams", cell: (each) => count(each.streamCount), isNumber: true },
  { title: "Configured in", cell: (each) => (each.origin === "file" ? <code>{each.file}</code> : "console and API") },
];

export function GatewaysPage() {
  const { isAdmin } = useRights();
  const [isAdding, setIsAdding] = useState(false);
  const search = useLocation().query.get("search") ?? "";
  const pages = usePages<Gateway>("/gateways", { limit: 50, search }, { every: 10_000 });
  const empty = search ? (
    <p>No gateway has “{search}” in its name or EUI.</p>
  ) : (
    <p>
      There is no gateway with streams yet. A gateway's stream carries what this gateway hears, of all applications; uplinks reach
      applications without it. {isAdmin ? "Add a gateway with its EUI, then give it a stream." : "Administrators add gateways."}
    </p>
  );
  return (
    <>
      <PageHead title="Gateways">
        {isAdmin && <button type="button" class="primary" onClick={() => setIsAdding(true)}>Add gateway</button>}
      </PageHead>
      <Search label="Search gateways by name or EUI" value={search} onChange={(text) => setQuery("search", text)} />
      <List caption="Gateways" columns={kColumns} pages={pages} keyOf={(each) => each.eui} empty={empty} />
      {isAdding && <AddGateway onClose={() => setIsAdding(false)} />}
    </>
  );
}

function AddGateway({ onClose }: { onClose: () => void }) {
  const [eui, setEui] = useState("");
  const [name, setName] = useState("");
  const add = async () => {
    const made = await api.post<Gateway>("/gateways", { eui, name: name || undefined });
    notify(`Gateway ${nameOf(made)} is added`);
    go("gateways", made.eui);
  };
  return (
    <Dialog title="Add gateway" onClose={onClose}>
      <Form onSubmit={add} submit="Add gateway" cancel={onClose} label="Add gateway">
        <TextField label="Gateway EUI" pointer="/eui" value={eui} onChange={setEui} isCode required
          placeholder="0016C001F1500001" help="16 hexadecimal digits, with or without - or :" />
        <TextField label="Name" pointer="/name" value={name} onChange={setName} placeholder="Roof" />
      </Form>
    </Dialog>
  );
}

export function GatewayPage({ gateway }: { gateway: Eui }) {
  const owner: Owner = { kind: "gateway", eui: gateway };
  const { isAdmin } = useRights();
  const { value, etag, problem, reload } = useResource<Gateway>(pathOf(owner));
  return (
    <>
      <PageHead title={value ? nameOf(value) : gateway} trail={[{ text: "Gateways", href: link("gateways") }]}>
        {value && isAdmin && value.origin !== "file" && (
          <OwnerActions owner={owner} value={value} etag={etag} onChanged={reload}>
            <p>
              {counted(value.streamCount, "stream")} with tokens and what is not delivered yet go with it. Clients are disconnected. This
              cannot be undone.
            </p>
          </OwnerActions>
        )}
      </PageHead>
      <Problem problem={problem} />
      {value && <p class="quiet">Gateway EUI <EuiText eui={gateway} /></p>}
      <FileNote value={value} />
      {value && <StreamsTab owner={owner} />}
    </>
  );
}
