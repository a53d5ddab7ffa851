// SPDX-License-Identifier: Apache-2.0
import type { Eui } from "../api/types";
import { PageHead, Tabs } from "../parts/small";
import { link } from "../shell/router";
import { DevicesTab } from "./devices/devices";
import { DownlinksTab } from "./downlinks";
import { LiveDataTab } from "./live_data";
import { StreamsTab } from "./streams/streams";

const kTabs = [
  { name: "streams", text: "Streams" },
  { name: "devices", text: "Devices" },
  { name: "live", text: "Live data" },
  { name: "downlinks", text: "Downlinks" },
];

export function ApplicationPage({ application, tab = "streams" }: { application: Eui; tab?: string }) {
  const tabs = kTabs.map((each) => ({ ...each, href: link("applications", application, each.name) }));
  return (
    <>
      <PageHead title={application} trail={[{ text: "Applications", href: link("applications") }]} />
      <Tabs label="Parts of the application" tabs={tabs} current={tab} />
      {tab === "streams" && <StreamsTab owner={{ kind: "application", eui: application }} />}
      {tab === "devices" && <DevicesTab application={application} />}
      {tab === "live" && <LiveDataTab application={application} />}
      {tab === "downlinks" && <DownlinksTab application={application} />}
    </>
  );
}
