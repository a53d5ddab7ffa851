// SPDX-License-Identifier: Apache-2.0
import { useMemo, useState } from "preact/hooks";
import { useRecent, type Recent } from "../api/recent";
import { useRights } from "../api/session";
import type { Eui, MessageKind } from "../api/types";
import { DeviceFilter } from "../parts/device_filter";
import { SelectField } from "../parts/form";
import { Problem } from "../parts/problem";
import { Badge, LiveBadge, Panel } from "../parts/small";
import { Table } from "../parts/table";
import { count, euiOf, kindText } from "../parts/text";
import { setQuery, useLocation } from "../shell/router";
import {
  deviceColumn, kDataColumn, kFrequencyColumn, kGatewayColumn, kKindColumn, kPortColumn, kRssiColumn, kSnrColumn, kTimeColumn,
} from "./message_columns";

const kMost = 50;
const kFirst = 20;
const kKinds: MessageKind[] = [
  "uplink", "join", "queued", "sent", "acknowledged", "notAcknowledged", "expired", "failed", "status", "location",
];
const kKindChoices = [{ value: "", text: "All kinds" }, ...kKinds.map((kind) => ({ value: kind, text: kindText(kind) }))];

/** Two digits are enough for a figure that changes all the time. */
function about(value: number): string {
  return count(Number(value.toPrecision(2)));
}

export function LiveDataTab({ application }: { application: Eui }) {
  const { query } = useLocation();
  const [isOn, setIsOn] = useState(true);
  const device = euiOf(query.get("device") ?? "");
  const kind = kKinds.find((each) => each === query.get("kind"));
  const recent = useRecent(application, { device, kind }, { most: kMost, first: kFirst }, isOn);
  return (
    <>
      <div class="filters">
        <DeviceFilter value={device ?? ""} onChange={(eui) => setQuery("device", eui)} />
        <SelectField label="Kind" value={kind ?? ""} onChange={(text) => setQuery("kind", text)} choices={kKindChoices} />
      </div>
      <Panel title="Messages as they come" actions={<Switch isOn={isOn} onChange={setIsOn} recent={recent} />}>
        <p class="quiet">{pace(recent, isOn)}</p>
        <Messages application={application} recent={recent} isFiltered={Boolean(device ?? kind)} />
      </Panel>
    </>
  );
}

function pace({ perSecond }: Recent, isOn: boolean): string {
  if (!isOn) return "Nothing new is shown until you go on.";
  if (perSecond > kMost) return `Showing ${kMost} of about ${about(perSecond)} a second.`;
  return `The newest first, at most ${kMost}.`;
}

interface SwitchProps {
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  recent: Recent;
}

function Switch({ isOn, onChange, recent }: SwitchProps) {
  return (
    <>
      {isOn ? <LiveBadge connection={recent.connection} /> : <span role="status"><Badge>Paused</Badge></span>}
      <button type="button" onClick={() => onChange(!isOn)}>{isOn ? "Pause" : "Go on"}</button>
    </>
  );
}

interface MessagesProps {
  application: Eui;
  recent: Recent;
  isFiltered: boolean;
}

function Messages({ application, recent: { messages, problem, isLoading }, isFiltered }: MessagesProps) {
  const columns = useMemo(() => [
    kTimeColumn, deviceColumn(application), kKindColumn, kPortColumn, kDataColumn, kRssiColumn, kSnrColumn, kFrequencyColumn, kGatewayColumn,
  ], [application]);
  return (
    <>
      <Problem problem={problem} />
      {isLoading && <p class="quiet">Loading …</p>}
      {messages.length > 0 && (
        <div class="dense">
          <Table caption="Messages, the newest first" columns={columns} rows={messages} keyOf={(each) => each.position} />
        </div>
      )}
      {!isLoading && !problem && messages.length === 0 && <div class="empty">{isFiltered ? <NoneFits /> : <NothingYet />}</div>}
    </>
  );
}

function NoneFits() {
  return <p>No message that is kept fits. Change the device or the kind above, or wait: new ones appear here by themselves.</p>;
}

function NothingYet() {
  if (!useRights().seesEverything) return <p>Nothing has come yet. Check that the devices send, and ask an administrator whether their network is connected.</p>;
  return (
    <p>
      Nothing has come yet. Check that the network is connected (<a href="#/networks">Networks</a>), that the devices send, and that
      their uplinks are not among the <a href="#/unrouted">unrouted ones</a>, with another application EUI.
    </p>
  );
}
