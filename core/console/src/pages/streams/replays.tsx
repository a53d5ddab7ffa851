// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { api } from "../../api/client";
import { usePages } from "../../api/resource";
import type { Replay } from "../../api/types";
import { ActButton } from "../../parts/act";
import { Form, TextField } from "../../parts/form";
import { notify } from "../../parts/notices";
import { Badge, Panel } from "../../parts/small";
import { List, type Column } from "../../parts/table";
import { count, localInput } from "../../parts/text";
import { Time } from "../../parts/time";
import type { StreamTabProps } from "./stream";

const kTones = { running: "connecting", done: "working", failed: "failing", cancelled: "waiting" } as const;
const kTexts = { running: "Running", done: "Done", failed: "Failed", cancelled: "Cancelled" };

const kColumns: Column<Replay>[] = [
  { title: "State", cell: ({ state, text }) => <><Badge tone={kTones[state]}>{kTexts[state]}</Badge>{text && <p class="help">{text}</p>}</> },
  { title: "From", cell: ({ from }) => <Time at={from} /> },
  { title: "To", cell: ({ to }) => <Time at={to} /> },
  { title: "To stream", cell: ({ stream, toStream }) => (toStream === stream ? "this one" : toStream) },
  { title: "Sent", cell: ({ sent }) => count(sent), isNumber: true },
  { title: "Arrived", cell: ({ arrived }) => count(arrived), isNumber: true },
  { title: "Refused", cell: ({ refused }) => count(refused ?? 0), isNumber: true },
];

export function ReplaysTab(props: StreamTabProps) {
  const { path, mayChange } = props;
  const pages = usePages<Replay>(`${path}/replays`, { limit: 50 }, { every: 2_000 });
  const cancel = async ({ id }: Replay) => {
    await api.remove(`${path}/replays/${id}`);
    notify("The replay is cancelled");
    await pages.reload();
  };
  const columns = !mayChange ? kColumns : [...kColumns, {
    title: "Actions",
    cell: (replay: Replay) => (replay.state === "running" ? <ActButton text="Cancel" label="Cancel this replay" act={() => cancel(replay)} /> : ""),
  }];
  return (
    <>
      {mayChange && <AddReplay {...props} onDone={pages.reload} />}
      <Panel title="Replays">
        <List caption="Replays" columns={columns} pages={pages} keyOf={({ id }) => id}
          empty={<p>Nothing has been sent again since the broker started.</p>} />
      </Panel>
    </>
  );
}

const kHour = 3_600_000; // milliseconds
const kMinute = 60_000;

function AddReplay({ path, onDone }: StreamTabProps & { onDone: () => Promise<void> }) {
  const [from, setFrom] = useState(() => localInput(new Date(Date.now() - kHour)));
  const [to, setTo] = useState(() => localInput(new Date(Date.now() + kMinute)));
  const [toStream, setToStream] = useState("");
  const timeOf = (text: string) => (text ? new Date(text).toISOString() : "");
  const start = async () => {
    await api.post<Replay>(`${path}/replays`, { from: timeOf(from), to: timeOf(to), toStream: toStream || undefined });
    notify("The replay has begun");
    await onDone();
  };
  return (
    <Panel title="Send the past again">
      <p class="help">What was received between these times is sent once more, marked as replayed. Times are in your zone.</p>
      <Form onSubmit={start} submit="Start replay" label="Replay">
        <div class="row">
          <TextField label="From" pointer="/from" type="datetime-local" value={from} onChange={setFrom} required />
          <TextField label="To" pointer="/to" type="datetime-local" value={to} onChange={setTo} required />
        </div>
        <TextField label="To another stream" pointer="/toStream" value={toStream} onChange={setToStream}
          help="The name of another stream here. Left empty it goes to this one." />
      </Form>
    </Panel>
  );
}
