// SPDX-License-Identifier: Apache-2.0
// What applications and gateways have in common: they can be changed and removed.
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
import { TemplateField } from "./templates/template_field";

interface Props {
  owner: Owner;
  value: Application | Gateway;
  etag?: string;
  onChanged: () => Promise<void>;
  children: ComponentChildren; // what goes when it is removed
}

const kWord = { application: "Application", gateway: "Gateway" };

/** Edit and Remove. */
export function OwnerActions({ owner, value, etag, onChanged, children }: Props) {
  const [isEditing, setIsEditing] = useState(false);
  const remove = async () => {
    await api.remove(pathOf(owner));
    notify(`${kWord[owner.kind]} ${nameOf(value)} is removed`);
    go(`${owner.kind}s`);
  };
  return (
    <>
      <button type="button" onClick={() => setIsEditing(true)}>Edit</button>
      <ConfirmButton button="Remove" title={`Remove ${owner.kind} ${nameOf(value)}?`} act={remove}>{children}</ConfirmButton>
      {isEditing && <Edit {...{ owner, value, etag, onChanged }} onClose={() => setIsEditing(false)} />}
    </>
  );
}

function Edit({ owner, value, etag, onChanged, onClose }: Omit<Props, "children"> & { onClose: () => void }) {
  const [name, setName] = useState(value.name);
  const [template, setTemplate] = useState("template" in value ? value.template ?? "" : "");
  const isApplication = owner.kind === "application";
  const save = async () => {
    await api.patch(pathOf(owner), { name: name || null, ...(isApplication && { template: template.trim() || null }) }, etag);
    await onChanged();
    notify(`${kWord[owner.kind]} ${name || owner.eui} is saved`);
    onClose();
  };
  return (
    <Dialog title={`Edit ${owner.kind}`} onClose={onClose}>
      <Form onSubmit={save} submit="Save" cancel={onClose} label={`Edit ${owner.kind}`}>
        <TextField label="Name" pointer="/name" value={name} onChange={setName} />
        {isApplication && (
          <TemplateField value={template} onChange={setTemplate} help="What makes fields of the payloads of devices that name none. Left empty: nothing." />
        )}
      </Form>
    </Dialog>
  );
}

/** Says where it is written, if that is a file: then nothing of it can be changed here. */
export function FileNote({ value }: { value: Application | Gateway | undefined }) {
  if (value?.origin !== "file") return null;
  return <p class="quiet">This is configured in the file <code>{value.file}</code>. Change it there and reload the configuration.</p>;
}
