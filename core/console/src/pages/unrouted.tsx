// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { useResource, type Pages } from "../api/resource";
import type { Page, UnroutedMessage } from "../api/types";
import { EuiText, PageHead } from "../parts/small";
import { List, type Column } from "../parts/table";
import { Time } from "../parts/time";
import { link } from "../shell/router";

const kColumns: Column<UnroutedMessage>[] = [
  { title: "Time", cell: (each) => <span class="nowrap"><Time at={each.received} /></span> },
  { title: "Device", cell: (each) => <>{each.deviceName && <>{each.deviceName} </>}<span class="nowrap"><EuiText eui={each.device} /></span></> },
  { title: "Network", cell: (each) => each.network || "–" },
  { title: "Application", cell: (each) => (each.application ? <span class="nowrap"><EuiText eui={each.application} /></span> : "not known") },
  { title: "Reason", cell: (each) => each.reason },
  { title: "What to do", cell: (each) => <Remedy message={each} /> },
];

function Remedy({ message: { application } }: { message: UnroutedMessage }) {
  if (!application) return <a href={link("applications")}>Register the device</a>;
  return <a href={`${link("applications")}?search=${application}`}>Find the application</a>;
}

/** Pages that go back in time: `next` is for `before`. */
function useUnrouted(): Pages<UnroutedMessage> {
  const [trail, setTrail] = useState<string[]>([]);
  const { value, ...rest } = useResource<Page<UnroutedMessage>>("/unrouted", { limit: 50, before: trail.at(-1) }, { every: 10_000 });
  const next = value?.next;
  return {
    ...rest,
    items: value?.items,
    number: trail.length + 1,
    next: next === undefined ? undefined : () => setTrail([...trail, next]),
    previous: trail.length === 0 ? undefined : () => setTrail(trail.slice(0, -1)),
  };
}

export function UnroutedPage() {
  const pages = useUnrouted();
  return (
    <>
      <PageHead title="Unrouted uplinks" />
      <p class="quiet">Uplinks of late that no stream takes, as the broker is configured now. They are kept: a stream that is added can have them by a replay.</p>
      <List caption="Unrouted uplinks, the newest first" columns={kColumns} pages={pages} keyOf={(each) => each.position}
        empty={<p>{pages.next ? "None among these. Go on to the next page for older ones." : "Every uplink of late found a stream."}</p>} />
    </>
  );
}
