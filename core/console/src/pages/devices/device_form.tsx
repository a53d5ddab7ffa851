// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { api, ApiProblem, at } from "../../api/client";
import type { Device, Eui } from "../../api/types";
import { Dialog } from "../../parts/dialog";
import { Form, TextField } from "../../parts/form";
import { notify } from "../../parts/notices";
import { nameOf } from "../../parts/text";
import { TemplateField } from "../templates/template_field";
import { isTwice, rowsOf, TagRows, tagsOf, type TagRow } from "./tag_rows";

interface Fields {
  name: string;
  template: string;
  rows: TagRow[];
}

function requireDistinct(rows: TagRow[]): void {
  if (rows.some((row) => isTwice(rows, row))) throw new ApiProblem(0, "", "Two tags have the same key.");
}

interface FieldsProps {
  fields: Fields;
  onChange: (fields: Fields) => void;
}

function DeviceFields({ fields, onChange }: FieldsProps) {
  return (
    <>
      <TextField label="Name" pointer="/name" value={fields.name} onChange={(name) => onChange({ ...fields, name })} placeholder="Bay 1" />
      <TemplateField value={fields.template} onChange={(template) => onChange({ ...fields, template })}
        help="What makes fields of its payloads. Left empty it is the application's." />
      <TagRows rows={fields.rows} onChange={(rows) => onChange({ ...fields, rows })} />
    </>
  );
}

interface AddProps {
  application: Eui;
  onClose: () => void;
  onAdded: () => void;
}

export function AddDevice({ application, onClose, onAdded }: AddProps) {
  const [eui, setEui] = useState("");
  const [fields, setFields] = useState<Fields>({ name: "", template: "", rows: [] });
  const add = async () => {
    const { name, template, rows } = fields;
    requireDistinct(rows);
    const made = await api.post<Device>(at("applications", application, "devices"), { eui: eui.trim(), name, template, tags: tagsOf(rows) });
    notify(`Device ${nameOf(made)} is added`);
    onAdded();
    onClose();
  };
  return (
    <Dialog title="Add device" onClose={onClose}>
      <Form onSubmit={add} submit="Add device" cancel={onClose} label="Add device">
        <TextField label="Device EUI" pointer="/eui" value={eui} onChange={setEui} isCode required placeholder="0080E1150529E258"
          help="16 hexadecimal digits, with or without - or :" />
        <DeviceFields fields={fields} onChange={setFields} />
      </Form>
    </Dialog>
  );
}

interface EditProps {
  application: Eui;
  device: Device;
  etag: string | undefined;
  onClose: () => void;
  onSaved: () => void;
}

/** A device that is only heard is configured by saving it. */
export function EditDevice({ application, device, etag, onClose, onSaved }: EditProps) {
  const [fields, setFields] = useState<Fields>({ name: device.name, template: device.template, rows: rowsOf(device.tags) });
  const [opened] = useState(etag);
  const save = async () => {
    const { name, template, rows } = fields;
    requireDistinct(rows);
    const saved = await api.put<Device>(at("applications", application, "devices", device.eui), { name, template, tags: tagsOf(rows, device.tags) }, opened);
    notify(`Device ${nameOf(saved)} is saved`);
    onSaved();
    onClose();
  };
  return (
    <Dialog title={`Edit device ${nameOf(device)}`} onClose={onClose}>
      <Form onSubmit={save} submit="Save" cancel={onClose} label="Edit device">
        <DeviceFields fields={fields} onChange={setFields} />
      </Form>
    </Dialog>
  );
}
