// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { api, at } from "../api/client";
import { usePages } from "../api/resource";
import { useRights } from "../api/session";
import type { Key } from "../api/types";
import { ConfirmButton, Dialog } from "../parts/dialog";
import { Form, TextField } from "../parts/form";
import { notify } from "../parts/notices";
import { Copy, PageHead } from "../parts/small";
import { List, type Column } from "../parts/table";
import { Time } from "../parts/time";
import { granting, grantOf, RoleFields, roleText, whereText, type Granted } from "./role_fields";

export function KeysPage() {
  const { isAdmin } = useRights();
  const pages = usePages<Key>("/keys", { limit: 50 }, { every: 10_000 });
  const [isAdding, setIsAdding] = useState(false);
  const [made, setMade] = useState<Key>();
  const remove = async (key: Key) => {
    await api.remove(at("keys", key.id));
    notify(`API key ${key.name} is removed`);
    await pages.reload();
  };
  const columns: Column<Key>[] = [
    { title: "Name", cell: (each) => each.name },
    { title: "Role", cell: (each) => roleText(each.role) },
    { title: "For", cell: (each) => whereText(each.role, each.applications) },
    { title: "Made", cell: (each) => <Time at={each.created} /> },
    { title: "Expires", cell: (each) => <Time at={each.expires} none="never" /> },
    { title: "Last used", cell: (each) => <Time at={each.lastUsed} as="ago" none="not yet" /> },
    {
      title: "Actions",
      cell: (each) => (
        <div class="actions">
          <ConfirmButton button="Remove" label={`Remove ${each.name}`} title={`Remove API key ${each.name}?`} act={() => remove(each)}>
            <p>Programs that use it are refused at once.</p>
          </ConfirmButton>
        </div>
      ),
    },
  ];
  return (
    <>
      <PageHead title="API keys">
        {isAdmin && <button type="button" class="primary" onClick={() => setIsAdding(true)}>Add API key</button>}
      </PageHead>
      <p class="quiet">Programs use the API with a key: <code>Authorization: Bearer KEY</code>. The API is described at <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p>
      <List caption="API keys" columns={columns} pages={pages} keyOf={(each) => each.id}
        empty={<p>There is no API key yet. Add one for each program, so that each can be removed alone.</p>} />
      {isAdding && <AddKey onClose={() => setIsAdding(false)} onMade={(key) => { setIsAdding(false); setMade(key); void pages.reload(); }} />}
      {made && <MadeKey made={made} onClose={() => setMade(undefined)} />}
    </>
  );
}

function AddKey({ onClose, onMade }: { onClose: () => void; onMade: (key: Key) => void }) {
  const [name, setName] = useState("");
  const [expires, setExpires] = useState("");
  const [granted, setGranted] = useState<Granted>({ role: "viewer", applications: "" });
  const add = async () => {
    const end = expires ? { expires: new Date(expires).toISOString() } : {};
    onMade(await granting(() => api.post<Key>("/keys", { name, ...grantOf(granted), ...end })));
    notify(`API key ${name} is added`);
  };
  return (
    <Dialog title="Add API key" onClose={onClose}>
      <Form onSubmit={add} submit="Add API key" cancel={onClose} label="Add API key">
        <TextField label="Name" pointer="/name" value={name} onChange={setName} required placeholder="grafana" help="Which program it is for." />
        <RoleFields value={granted} onChange={setGranted} />
        <TextField label="Expires" pointer="/expires" type="datetime-local" value={expires} onChange={setExpires} help="In your time zone. Empty: never." />
      </Form>
    </Dialog>
  );
}

function MadeKey({ made, onClose }: { made: Key; onClose: () => void }) {
  return (
    <Dialog title={`API key ${made.name} is added`} onClose={onClose}>
      <p>This key is shown only now. Keep it where the program finds it and nobody else does.</p>
      <Copy label="Key" value={made.key ?? ""} />
      <div class="actions">
        <button type="button" class="primary" onClick={onClose}>Done</button>
      </div>
    </Dialog>
  );
}
