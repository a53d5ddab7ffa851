// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { api, at } from "../api/client";
import { usePages } from "../api/resource";
import { useRights } from "../api/session";
import type { User } from "../api/types";
import { ConfirmButton, Dialog } from "../parts/dialog";
import { Form, TextField } from "../parts/form";
import { notify } from "../parts/notices";
import { Badge, Copy, PageHead } from "../parts/small";
import { List, type Column } from "../parts/table";
import { Time } from "../parts/time";
import { granting, grantOf, RoleFields, roleText, whereText, type Granted } from "./role_fields";

type Open = { what: "add" } | { what: "change" | "password"; user: User } | { what: "made"; user: User };

export function UsersPage() {
  const { isAdmin, user: self } = useRights();
  const pages = usePages<User>("/users", { limit: 50 }, { every: 10_000 });
  const [open, setOpen] = useState<Open>();
  const close = () => {
    setOpen(undefined);
    void pages.reload();
  };
  const columns: Column<User>[] = [
    { title: "Name", cell: (each) => each.name },
    { title: "Role", cell: (each) => roleText(each.role) },
    { title: "For", cell: (each) => whereText(each.role, each.applications) },
    { title: "Last login", cell: (each) => <Time at={each.lastLogin} none="never" /> },
    { title: "State", cell: (each) => (each.isLocked ? <Badge tone="failing">Locked for a while</Badge> : <Badge tone="working">Open</Badge>) },
    { title: "Actions", cell: (each) => <Actions user={each} isSelf={each.name === self} onOpen={setOpen} onRemoved={pages.reload} /> },
  ];
  return (
    <>
      <PageHead title="Users">
        {isAdmin && <button type="button" class="primary" onClick={() => setOpen({ what: "add" })}>Add user</button>}
      </PageHead>
      <List caption="Users" columns={columns} pages={pages} keyOf={(each) => each.name} empty={<p>There is no user. Add one.</p>} />
      {open?.what === "add" && <AddUser onClose={close} onMade={(user) => setOpen(user.password ? { what: "made", user } : undefined)} />}
      {open?.what === "made" && <MadeUser user={open.user} onClose={close} />}
      {open?.what === "change" && <ChangeUser user={open.user} onClose={close} />}
      {open?.what === "password" && <SetPassword user={open.user} onClose={close} />}
    </>
  );
}

interface ActionsProps {
  user: User;
  isSelf: boolean; // one does not lock oneself out
  onOpen: (open: Open) => void;
  onRemoved: () => Promise<void>;
}

function Actions({ user, isSelf, onOpen, onRemoved }: ActionsProps) {
  if (isSelf) return <span class="quiet">this is you</span>;
  const remove = async () => {
    await api.remove(at("users", user.name));
    notify(`User ${user.name} is removed`);
    await onRemoved();
  };
  return (
    <div class="actions">
      <button type="button" aria-label={`Change ${user.name}`} onClick={() => onOpen({ what: "change", user })}>Change</button>
      <button type="button" aria-label={`Set password of ${user.name}`} onClick={() => onOpen({ what: "password", user })}>Set password</button>
      <ConfirmButton button="Remove" label={`Remove ${user.name}`} title={`Remove user ${user.name}?`} act={remove}>
        <p>Whoever is signed in as {user.name} is signed out at once. API keys stay.</p>
      </ConfirmButton>
    </div>
  );
}

function AddUser({ onClose, onMade }: { onClose: () => void; onMade: (user: User) => void }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [granted, setGranted] = useState<Granted>({ role: "viewer", applications: "" });
  const add = async () => {
    const user = await granting(() => api.post<User>("/users", { name, ...grantOf(granted), ...(password ? { password } : {}) }));
    notify(`User ${user.name} is added`);
    onMade(user);
    if (!user.password) onClose();
  };
  return (
    <Dialog title="Add user" onClose={onClose}>
      <Form onSubmit={add} submit="Add user" cancel={onClose} label="Add user">
        <TextField label="Name" pointer="/name" value={name} onChange={setName} required help="Lower-case letters, digits, and . _ - @" />
        <TextField label="Password" pointer="/password" type="password" value={password} onChange={setPassword} autocomplete="new-password"
          help="At least 12 characters. Empty: one is made, shown once, and has to be changed at the first sign-in." />
        <RoleFields value={granted} onChange={setGranted} />
      </Form>
    </Dialog>
  );
}

function MadeUser({ user, onClose }: { user: User; onClose: () => void }) {
  return (
    <Dialog title={`User ${user.name} is added`} onClose={onClose}>
      <p>This password is shown only now. It has to be changed at the first sign-in.</p>
      <Copy label="Password" value={user.password ?? ""} />
      <div class="actions">
        <button type="button" class="primary" onClick={onClose}>Done</button>
      </div>
    </Dialog>
  );
}

function ChangeUser({ user, onClose }: { user: User; onClose: () => void }) {
  const [granted, setGranted] = useState({ role: user.role, applications: user.applications.join("\n") });
  const change = async () => {
    await granting(() => api.patch(at("users", user.name), grantOf(granted)));
    notify(`User ${user.name} is saved`);
    onClose();
  };
  return (
    <Dialog title={`Change ${user.name}`} onClose={onClose}>
      <Form onSubmit={change} submit="Save" cancel={onClose} label={`Change ${user.name}`}>
        <RoleFields value={granted} onChange={setGranted} />
      </Form>
    </Dialog>
  );
}

function SetPassword({ user, onClose }: { user: User; onClose: () => void }) {
  const [password, setPassword] = useState("");
  const set = async () => {
    await api.put(at("users", user.name, "password"), { password });
    notify(`The password of ${user.name} is set; its sessions are signed out`);
    onClose();
  };
  return (
    <Dialog title={`Set the password of ${user.name}`} onClose={onClose}>
      <Form onSubmit={set} submit="Set password" cancel={onClose} label={`Set the password of ${user.name}`}>
        <TextField label="New password" pointer="/password" type="password" value={password} onChange={setPassword}
          autocomplete="new-password" help="At least 12 characters." required />
      </Form>
    </Dialog>
  );
}
