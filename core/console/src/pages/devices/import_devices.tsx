// SPDX-License-Identifier: Apache-2.0
// Many devices at once, from a file that is read in the browser.
import { useState } from "preact/hooks";
import { api, ApiProblem, at } from "../../api/client";
import type { Eui } from "../../api/types";
import { Dialog } from "../../parts/dialog";
import { Field, Form } from "../../parts/form";
import { notify } from "../../parts/notices";
import { count, counted } from "../../parts/text";
import { devicesOf, type CsvDevice, type CsvResult } from "./csv";

const kMostDevices = 2_000; // in one request; the API takes 10,000 and 1 MiB
const kMostBytes = 800_000;
const kMostComplaints = 20; // shown at once

interface Counts {
  added: number;
  changed: number;
}

/** Parts that the API takes. */
function batchesOf(devices: CsvDevice[]): CsvDevice[][] {
  const batches: CsvDevice[][] = [];
  const encoder = new TextEncoder();
  let bytes = Infinity;
  for (const each of devices) {
    const own = encoder.encode(JSON.stringify(each.device)).length + 1; // and a comma
    const current = batches.at(-1);
    if (!current || current.length === kMostDevices || bytes + own > kMostBytes) {
      batches.push([each]);
      bytes = own;
    } else {
      current.push(each);
      bytes += own;
    }
  }
  return batches;
}

/** "/5/tags/floor" of a batch is a line of the file. */
function atLines(problem: ApiProblem, batch: CsvDevice[], before: number): ApiProblem {
  const errors = problem.errors.slice(0, kMostComplaints).map(({ pointer = "", detail }) => {
    const [, index = "", ...rest] = pointer.split("/");
    const found = batch[Number(index)];
    return { detail: found ? `Line ${found.line}${rest.length > 0 ? `, ${rest.join(" ")}` : ""}: ${detail}` : detail };
  });
  const more = problem.errors.length - errors.length;
  if (more > 0) errors.push({ detail: `and ${counted(more, "more complaint")}` });
  const kept = before > 0 ? `The ${counted(before, "device")} before that are imported.` : "Nothing was imported.";
  const what = errors.length > 0 ? "Not every line is accepted." : problem.message;
  return new ApiProblem(problem.status, problem.title, `${what} ${kept}`, errors);
}

async function send(application: Eui, devices: CsvDevice[], tell: (sent: number) => void): Promise<Counts> {
  const sum = { added: 0, changed: 0 };
  let sent = 0;
  for (const batch of batchesOf(devices)) {
    tell(sent);
    try {
      const counts = await api.put<Counts>(at("applications", application, "devices"), batch.map(({ device }) => device));
      sum.added += counts.added;
      sum.changed += counts.changed;
    } catch (error) {
      throw error instanceof ApiProblem ? atLines(error, batch, sent) : error;
    }
    sent += batch.length;
  }
  tell(sent);
  return sum;
}

interface Props {
  application: Eui;
  onClose: () => void;
  onImported: () => void;
}

export function ImportDevices({ application, onClose, onImported }: Props) {
  const [found, setFound] = useState<CsvResult>();
  const [sent, setSent] = useState<number>();
  const read = async (file: File | undefined) => {
    setSent(undefined);
    setFound(file && devicesOf(await file.text()));
  };
  const submit = async () => {
    if (!found) throw new ApiProblem(0, "", "Choose a file first.");
    if (found.complaints.length > 0) throw new ApiProblem(0, "", "Correct the file and choose it again.");
    try {
      const { added, changed } = await send(application, found.devices, setSent);
      notify(`${counted(added, "device")} added, ${count(changed)} changed`);
      onClose();
    } finally {
      onImported();
    }
  };
  const isRight = found !== undefined && found.complaints.length === 0;
  return (
    <Dialog title="Import devices" onClose={onClose}>
      <Form onSubmit={submit} submit={isRight ? `Import ${counted(found.devices.length, "device")}` : "Import"} cancel={onClose} label="Import devices">
        <Field label="CSV file" required
          help={<>The first line names the columns: <code>eui</code>, <code>name</code>, <code>template</code>; every other column is a tag. Devices that are there already are replaced.</>}>
          {(control) => <input {...control} type="file" accept=".csv,.txt,text/csv" onChange={(event) => void read(event.currentTarget.files?.[0])} />}
        </Field>
        {found && <Findings found={found} />}
        {sent !== undefined && found && <Progress sent={sent} of={found.devices.length} />}
      </Form>
    </Dialog>
  );
}

function Findings({ found: { devices, tags, complaints } }: { found: CsvResult }) {
  if (complaints.length === 0) {
    return <p role="status">{counted(devices.length, "device")} found{tags.length > 0 ? `, with tags ${tags.join(", ")}` : ""}.</p>;
  }
  return (
    <div class="problem" role="alert">
      <p>The file cannot be imported like this.</p>
      <ul>
        {complaints.slice(0, kMostComplaints).map((complaint) => <li key={complaint}>{complaint}</li>)}
        {complaints.length > kMostComplaints && <li>and {counted(complaints.length - kMostComplaints, "more complaint")}</li>}
      </ul>
    </div>
  );
}

function Progress({ sent, of }: { sent: number; of: number }) {
  return (
    <div>
      <progress value={sent} max={of} aria-label="Import" />
      <p class="quiet">{count(sent)} of {count(of)}</p>
    </div>
  );
}
