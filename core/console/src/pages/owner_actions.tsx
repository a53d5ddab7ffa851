// SPDX-License-Identifier: Apache-2.0
// What applications and gateways have in common: a name, and that they can be removed.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { api } from "../api/client";
import { pathOf, type Owner } from "../api/owner";
import type { Application, Gateway } from "../api/types";
import { ConfirmButton, Dialog } from "../parts/dialog";
import { Form, TextField } from "../parts/form";
import { notify } from "../parts/notices";
import { nameOf } from "../parts/text";
import { go } from "../shell/router";

interface Props {
  owner: Owner;
  value: Application | Gateway;
  etag?: string;
  onChanged: () => Promise<void>;
  children: ComponentChildren; // what goes when it is removed
}

const kWord = { application: "Application", gateway: "Gateway" };

/** Rename and Remove. */
export function OwnerActions({ owner, value, etag, onChanged, children }: Props) {
  const [isRenaming, setIsRenaming] = useState(false);
  const remove = async () => {
    await api.remove(pathOf(owner));
    notify(`${kWord[owner.kind]} ${nameOf(value)} is removed`);
    go(`${owner.kind}s`);
  };
  return (
    <>
      <button type="button" onClick={() => setIsRenaming(true)}>Rename</button>
      <ConfirmButton button="Remove" title={`Remove ${owner.kind} ${nameOf(value)}?`} act={remove}>{children}</ConfirmButton>
      {isRenaming && <Rename {...{ owner, value, etag, onChanged }} onClose={() => setIsRenaming(false)} />}
    </>
  );
}

function Rename({ owner, value, etag, onChanged, onClose }: Omit<Props, "children"> & { onClose: () => void }) {
  const [name, setName] = useState(value.name);
  const rename = async () => {
    await api.patch(pathOf(owner), { name: name || null }, etag);
    await onChanged();
    notify(`${kWord[owner.kind]} ${name || owner.eui} is saved`);
    onClose();
  };
  return (
    <Dialog title={`Rename ${owner.kind}`} onClose={onClose}>
      <Form onSubmit={rename} submit="Save" cancel={onClose} label={`Rename ${owner.kind}`}>
        <TextField label="Name" pointer="/name" value={name} onChange={setName} />
      </Form>
    </Dialog>
  );
}

/** Says where it is written, if that is a file: then nothing of it can be changed here. */
export function FileNote({ value }: { value: Application | Gateway | undefined }) {
  if (value?.origin !== "file") return null;
  return <p class="quiet">This is configured in the file <code>{value.file}</code>. Change it there and reload the configuration.</p>;
}
