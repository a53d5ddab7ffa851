// SPDX-License-Identifier: Apache-2.0
import { usePages } from "../api/resource";
import { at } from "../api/client";
import { useRights } from "../api/session";
import type { Downlink, Eui } from "../api/types";
import { DeviceFilter } from "../parts/device_filter";
import { Badge, EuiText } from "../parts/small";
import { List, type Column } from "../parts/table";
import { euiOf } from "../parts/text";
import { Time } from "../parts/time";
import { link, setQuery, useLocation } from "../shell/router";
import { linkToDevice } from "./message_columns";

type Tone = "working" | "failing" | "connecting" | "waiting";

const kStages: Record<Downlink["stage"], [text: string, tone: Tone]> = {
  waiting: ["Waiting for the network", "waiting"],
  sending: ["On its way to the network", "connecting"],
  handedOver: ["With the network", "connecting"],
  ended: ["Ended", "waiting"],
};

export function StageBadge({ stage }: { stage: Downlink["stage"] }) {
  const [text, tone] = kStages[stage];
  return <Badge tone={tone}>{text}</Badge>;
}

/** What the management API sent has no stream of its own. */
export function senderOf({ stream }: { stream?: string }): string {
  if (!stream || stream.endsWith("/@api")) return "console or API";
  return `stream ${stream.split("/").at(-1)}`;
}

function columnsOf(application: Eui): Column<Downlink>[] {
  return [
    { title: "Device", cell: ({ device }) => <a href={linkToDevice(application, device)}><span class="nowrap"><EuiText eui={device} /></span></a> },
    { title: "Id", cell: ({ id }) => <span class="code">{id || "–"}</span> },
    { title: "Port", cell: ({ port }) => port, isNumber: true },
    { title: "Confirmed", cell: ({ confirmed }) => (confirmed ? "yes" : "no") },
    { title: "Stage", cell: ({ stage }) => <StageBadge stage={stage} /> },
    { title: "Accepted", cell: ({ accepted }) => <Time at={accepted} /> },
    { title: "Expires", cell: ({ expires }) => <span class="nowrap"><Time at={expires} as="ago" /></span> },
    { title: "Sent by", cell: senderOf },
  ];
}

export function DownlinksTab({ application }: { application: Eui }) {
  const device = euiOf(useLocation().query.get("device") ?? "");
  const pages = usePages<Downlink>(at("applications", application, "downlinks"), { limit: 50, device }, { every: 3_000 });
  return (
    <>
      <div class="filters">
        <DeviceFilter value={device ?? ""} onChange={(eui) => setQuery("device", eui)} />
      </div>
      <List caption="Downlinks, the newest first" columns={columnsOf(application)} pages={pages} keyOf={(each) => `${each.stream} ${each.id} ${each.accepted}`}
        empty={<Nothing application={application} device={device} />} />
    </>
  );
}

function Nothing({ application, device }: { application: Eui; device: Eui | undefined }) {
  const maySend = useRights().mayChange(application);
  const where = device ? linkToDevice(application, device) : link("applications", application, "devices");
  const what = device ? `No downlink to ${device} is remembered.` : "No downlink is remembered.";
  if (!maySend) return <p>{what} They are sent by the application, through a stream or this API.</p>;
  return (
    <p>
      {what} Send one through a stream, or by the form on a device’s page: <a href={where}>{device ? "this device" : "choose a device"}</a>.
    </p>
  );
}
