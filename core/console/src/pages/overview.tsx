// SPDX-License-Identifier: Apache-2.0
import { usePages, useResource } from "../api/resource";
import { useRights } from "../api/session";
import type { Application, Status, Traffic } from "../api/types";
import { Problem } from "../parts/problem";
import { EuiText, Facts, PageHead, Panel } from "../parts/small";
import { List, type Column } from "../parts/table";
import { count, nameOf } from "../parts/text";
import { Time } from "../parts/time";
import { link } from "../shell/router";
import { Attention } from "./attention";
import { useReload } from "./reload_files";
import { TrafficCharts } from "./traffic_charts";

const kEvery = 10_000; // milliseconds; the broker remembers its traffic in steps of that length

export function OverviewPage() {
  const { isAdmin, seesEverything } = useRights();
  const status = useResource<Status>("/status", {}, { every: kEvery });
  const traffic = useResource<Traffic>(seesEverything ? "/traffic" : null, {}, { every: kEvery });
  const { button, report } = useReload(status.reload);
  return (
    <>
      <PageHead title="Overview">{isAdmin && button}</PageHead>
      {report}
      <Problem problem={status.problem ?? traffic.problem} />
      {status.isLoading && <p class="quiet">Loading …</p>}
      {status.value && <Figures status={status.value} traffic={traffic.value} />}
      {status.value && <Attention status={status.value} every={kEvery} />}
      {seesEverything ? <TrafficCharts traffic={traffic.value} /> : <OwnApplications />}
    </>
  );
}

/** What the API does not tell the reader is left out. */
function Figures({ status, traffic }: { status: Status; traffic: Traffic | undefined }) {
  const pending = traffic?.samples.at(-1)?.pending;
  const facts = [
    { name: "Messages taken in", value: status.counters && count(status.counters.taken) },
    { name: "Streams", value: <a href={link("streams")}>{count(status.streams)}</a> },
    { name: "Devices", value: status.devices !== undefined && <a href={link("devices")}>{count(status.devices)}</a> },
    { name: "Live sessions", value: count(status.sessions) },
    { name: "Backlog", value: pending !== undefined && count(pending) },
    { name: "Up since", value: <Time at={status.started} /> },
    { name: "Version", value: status.version },
  ];
  return (
    <Panel title="At a glance">
      <Facts facts={facts.filter(({ value }) => value !== undefined && value !== false)} />
      {status.counters && (
        <p class="help">Messages are counted since the broker's start. The backlog is what streams have still to deliver, one message once for each stream.</p>
      )}
    </Panel>
  );
}

const kColumns: Column<Application>[] = [
  { title: "Name", cell: (each) => <a href={link("applications", each.eui)}>{nameOf(each)}</a> },
  { title: "Application EUI", cell: (each) => <EuiText eui={each.eui} /> },
  { title: "Streams", cell: (each) => count(each.streamCount), isNumber: true },
  { title: "Devices", cell: (each) => count(each.deviceCount), isNumber: true },
];

function OwnApplications() {
  const pages = usePages<Application>("/applications", { limit: 20 }, { every: kEvery });
  const empty = <p>No application is open to you. Ask an administrator to give you one.</p>;
  return (
    <Panel title="Your applications">
      <List caption="Your applications" columns={kColumns} pages={pages} keyOf={(each) => each.eui} empty={empty} />
    </Panel>
  );
}
