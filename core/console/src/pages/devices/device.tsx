// SPDX-License-Identifier: Apache-2.0
import { useMemo, useState } from "preact/hooks";
import { api, at } from "../../api/client";
import { every, joined, useRecent, type Recent } from "../../api/recent";
import { useResource } from "../../api/resource";
import { useRights } from "../../api/session";
import type { Application, Device, DownlinkReceipt, Eui, Message, Page } from "../../api/types";
import { ConfirmButton } from "../../parts/dialog";
import { notify } from "../../parts/notices";
import { Problem } from "../../parts/problem";
import { EuiText, Facts, LiveBadge, PageHead, Panel } from "../../parts/small";
import { Table } from "../../parts/table";
import { nameOf } from "../../parts/text";
import { Time } from "../../parts/time";
import { go, link } from "../../shell/router";
import {
  kCounterColumn, kDataColumn, kDataRateColumn, kFrequencyColumn, kGatewaysColumn, kKindColumn, kPortColumn, kRssiColumn, kSnrColumn, kTimeColumn,
} from "../message_columns";
import { EditDevice } from "./device_form";
import { originText } from "./devices";
import { LifeCycle } from "./life_cycle";
import { SendDownlink } from "./send_downlink";
import { SignalChart } from "./signal_chart";

const kUplinks = 200; // in the chart
const kMessages = 30; // in the table

interface Props {
  application: Eui;
  device: Eui;
}

/** Its uplinks for the chart, the newest first: the journal's, and those that came since. */
function useUplinks({ application, device }: Props, recent: Recent) {
  const query = { device, kind: "uplink", limit: kUplinks };
  const { value, isLoading } = useResource<Page<Message>>(at("applications", application, "messages"), query, { every: every(recent.connection) });
  const uplinks = useMemo(
    () => joined(kUplinks, recent.messages.filter(({ kind }) => kind === "uplink"), value?.items),
    [recent.messages, value],
  );
  return { uplinks, isLoading };
}

export function DevicePage({ application, device: eui }: Props) {
  const mayChange = useRights().mayChange(application);
  const device = useResource<Device>(at("applications", application, "devices", eui), {}, { every: 10_000 });
  const recent = useRecent(application, { device: eui }, { most: kUplinks, first: kMessages });
  const { uplinks, isLoading } = useUplinks({ application, device: eui }, recent);
  const [sent, setSent] = useState<DownlinkReceipt>();
  const trail = [
    { text: "Applications", href: link("applications") },
    { text: application, href: link("applications", application, "devices") },
  ];
  return (
    <>
      <PageHead title={device.value ? nameOf(device.value) : eui} trail={trail}>
        {device.value && mayChange && device.value.origin !== "file" && <Actions device={device.value} application={application} etag={device.etag} onSaved={device.reload} />}
      </PageHead>
      <Problem problem={device.problem} />
      {device.isLoading && <p class="quiet">Loading …</p>}
      {device.value && (
        <>
          <About device={device.value} application={application} />
          <SignalChart uplinks={uplinks} isLoading={isLoading} />
          {mayChange && <SendDownlink application={application} device={eui} onAccepted={setSent} />}
          <LifeCycle application={application} device={eui} sent={sent} live={recent.messages} connection={recent.connection} />
          <Messages recent={recent} />
        </>
      )}
    </>
  );
}

interface ActionsProps {
  application: Eui;
  device: Device;
  etag: string | undefined;
  onSaved: () => void;
}

function Actions({ application, device, etag, onSaved }: ActionsProps) {
  const [isOpen, setIsOpen] = useState(false);
  const remove = async () => {
    await api.remove(at("applications", application, "devices", device.eui));
    notify(`Device ${nameOf(device)} is removed`);
    go("applications", application, "devices");
  };
  return (
    <>
      <button type="button" onClick={() => setIsOpen(true)}>Edit</button>
      {device.origin === "api" && (
        <ConfirmButton button="Remove" title={`Remove device ${nameOf(device)}?`} act={remove}>
          <p>Its name, template and tags are forgotten. Its messages stay in the journal, and when it sends again it is listed as heard.</p>
        </ConfirmButton>
      )}
      {isOpen && <EditDevice application={application} device={device} etag={etag} onClose={() => setIsOpen(false)} onSaved={onSaved} />}
    </>
  );
}

function About({ application, device }: { application: Eui; device: Device }) {
  const isInFile = device.origin === "file";
  const { value: owner } = useResource<Application>(isInFile ? at("applications", application) : null);
  return (
    <Panel title="Facts">
      {isInFile && <p class="quiet">This device is configured in a file{owner?.file && <>, <code>{owner.file}</code></>}. Change it there and reload.</p>}
      <Facts facts={[
        { name: "Name", value: device.name || "–" },
        { name: "Device EUI", value: <EuiText eui={device.eui} /> },
        { name: "Application", value: <a href={link("applications", application)}><EuiText eui={application} /></a> },
        { name: "Template", value: device.template || "–" },
        { name: "Last heard", value: <Time at={device.lastHeard} as="ago" none="never" /> },
        { name: "Network", value: device.network || "–" },
        { name: "Region", value: device.region || "–" },
        { name: "Configured in", value: originText(device) },
        { name: "Tags", value: <TagList device={device} /> },
      ]} />
    </Panel>
  );
}

function TagList({ device }: { device: Device }) {
  const tags = Object.entries(device.tags);
  if (tags.length === 0) return <>–</>;
  return <ul class="tags">{tags.map(([key, value]) => <li key={key}>{key}: {String(value)}</li>)}</ul>;
}

const kColumns = [
  kTimeColumn, kKindColumn, kPortColumn, kDataColumn, kRssiColumn, kSnrColumn, kFrequencyColumn, kDataRateColumn, kCounterColumn, kGatewaysColumn,
];

function Messages({ recent: { messages, problem, isLoading, connection } }: { recent: Recent }) {
  return (
    <Panel title="Recent messages" actions={<LiveBadge connection={connection} />}>
      <Problem problem={problem} />
      {isLoading && <p class="quiet">Loading …</p>}
      {messages.length > 0 && (
        <div class="dense">
          <Table caption="Recent messages, the newest first" columns={kColumns} rows={messages.slice(0, kMessages)} keyOf={(each) => each.position} />
        </div>
      )}
      {!isLoading && !problem && messages.length === 0 && <div class="empty"><p>No message of this device is kept. New ones appear here by themselves.</p></div>}
    </Panel>
  );
}
