// SPDX-License-Identifier: Apache-2.0
import { useResource } from "../api/resource";
import { pathOf, type Owner } from "../api/owner";
import { useRights } from "../api/session";
import type { Application, Eui } from "../api/types";
import { Problem } from "../parts/problem";
import { EuiText, PageHead, Tabs } from "../parts/small";
import { counted, nameOf } from "../parts/text";
import { link } from "../shell/router";
import { DevicesTab } from "./devices/devices";
import { DownlinksTab } from "./downlinks";
import { LiveDataTab } from "./live_data";
import { FileNote, OwnerActions } from "./owner_actions";
import { StreamsTab } from "./streams/streams";

const kTabs = [
  { name: "streams", text: "Streams" },
  { name: "devices", text: "Devices" },
  { name: "live", text: "Live data" },
  { name: "downlinks", text: "Downlinks" },
];

export function ApplicationPage({ application, tab = "streams" }: { application: Eui; tab?: string }) {
  const owner: Owner = { kind: "application", eui: application };
  const { isAdmin } = useRights();
  const { value, etag, problem, reload } = useResource<Application>(pathOf(owner));
  const tabs = kTabs.map((each) => ({ ...each, href: link("applications", application, each.name) }));
  return (
    <>
      <PageHead title={value ? nameOf(value) : application} trail={[{ text: "Applications", href: link("applications") }]}>
        {value && isAdmin && value.origin !== "file" && (
          <OwnerActions owner={owner} value={value} etag={etag} onChanged={reload}>
            <p>
              {counted(value.streamCount, "stream")} with tokens and what is not delivered yet, and {counted(value.deviceCount, "device")} go
              with it. Clients are disconnected. This cannot be undone.
            </p>
          </OwnerActions>
        )}
      </PageHead>
      <Problem problem={problem} />
      {value && <p class="quiet">Application EUI <EuiText eui={application} />{value.template && <>, device template {value.template}</>}</p>}
      <FileNote value={value} />
      {value && <Tabs label="Parts of the application" tabs={tabs} current={tab} />}
      {value && tab === "streams" && <StreamsTab owner={owner} />}
      {value && tab === "devices" && <DevicesTab application={application} />}
      {value && tab === "live" && <LiveDataTab application={application} />}
      {value && tab === "downlinks" && <DownlinksTab application={application} />}
    </>
  );
}
