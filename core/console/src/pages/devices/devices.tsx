// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { at } from "../../api/client";
import { usePages } from "../../api/resource";
import { useRights } from "../../api/session";
import type { Device, Eui } from "../../api/types";
import { SelectField } from "../../parts/form";
import { Search } from "../../parts/search";
import { EuiText, PageHead } from "../../parts/small";
import { List, type Column } from "../../parts/table";
import { nameOf } from "../../parts/text";
import { Time } from "../../parts/time";
import { link, setQuery, useLocation } from "../../shell/router";
import { linkToDevice } from "../message_columns";
import { AddDevice } from "./device_form";
import { ImportDevices } from "./import_devices";

const kOrigins: Record<Device["origin"], string> = { file: "a file", api: "console and API", heard: "nowhere, only heard" };
const kOriginChoices = [
  { value: "", text: "All devices" },
  { value: "api", text: "Configured in console and API" },
  { value: "file", text: "Configured in a file" },
  { value: "heard", text: "Only heard" },
];

export function originText(device: Device): string {
  return kOrigins[device.origin];
}

const kName: Column<Device> = {
  title: "Name",
  cell: (each) => (each.application ? <a href={linkToDevice(each.application, each.eui)}>{nameOf(each)}</a> : nameOf(each)),
};
const kEui: Column<Device> = { title: "Device EUI", cell: (each) => <EuiText eui={each.eui} /> };
const kApplication: Column<Device> = {
  title: "Application",
  cell: ({ application }) => (application ? <a href={link("applications", application, "devices")}><EuiText eui={application} /></a> : "not known"),
};
const kTemplate: Column<Device> = { title: "Template", cell: (each) => each.template || "–" };
const kRegion: Column<Device> = { title: "Region", cell: (each) => each.region || "–" };
const kOthers: Column<Device>[] = [
  { title: "Last heard", cell: (each) => <span class="nowrap"><Time at={each.lastHeard} as="ago" none="never" /></span> },
  { title: "Network", cell: (each) => each.network || "–" },
  { title: "Configured in", cell: originText },
];
const kOfAll = [kName, kEui, kApplication, ...kOthers];
const kOfOne = [kName, kEui, kTemplate, kRegion, ...kOthers];

/** Search and origin, kept in the address. */
function useFilter() {
  const { query } = useLocation();
  return { search: query.get("search") ?? "", origin: query.get("origin") ?? "" };
}

function Filter({ search, origin }: { search: string; origin: string }) {
  return (
    <div class="filters">
      <Search label="Search devices by name or EUI" value={search} onChange={(text) => setQuery("search", text)} />
      <SelectField label="Configured in" value={origin} onChange={(text) => setQuery("origin", text)} choices={kOriginChoices} />
    </div>
  );
}

export function DevicesPage() {
  const filter = useFilter();
  const pages = usePages<Device>("/devices", { limit: 50, ...filter }, { every: 10_000 });
  const empty = filter.search || filter.origin ? (
    <p>No device fits. Search for a part of the name or of the EUI.</p>
  ) : (
    <p>There is no device yet. Open an <a href={link("applications")}>application</a> to add some; devices that are heard appear by themselves.</p>
  );
  return (
    <>
      <PageHead title="Devices" />
      <Filter {...filter} />
      <List caption="Devices" columns={kOfAll} pages={pages} keyOf={(each) => each.eui} empty={empty} />
    </>
  );
}

export function DevicesTab({ application }: { application: Eui }) {
  const mayChange = useRights().mayChange(application);
  const [open, setOpen] = useState<"add" | "import">();
  const filter = useFilter();
  const pages = usePages<Device>(at("applications", application, "devices"), { limit: 50, ...filter }, { every: 10_000 });
  const close = () => setOpen(undefined);
  const empty = filter.search || filter.origin ? (
    <p>No device fits. Search for a part of the name or of the EUI.</p>
  ) : mayChange ? (
    <p>There is no device yet. Add one, import many, or wait: devices that are heard appear by themselves.</p>
  ) : (
    <p>There is no device yet. Devices that are heard appear by themselves.</p>
  );
  return (
    <>
      {mayChange && (
        <div class="actions">
          <button type="button" class="primary" onClick={() => setOpen("add")}>Add device</button>
          <button type="button" onClick={() => setOpen("import")}>Import CSV</button>
        </div>
      )}
      <Filter {...filter} />
      <List caption="Devices" columns={kOfOne} pages={pages} keyOf={(each) => each.eui} empty={empty} />
      {open === "add" && <AddDevice application={application} onClose={close} onAdded={pages.reload} />}
      {open === "import" && <ImportDevices application={application} onClose={close} onImported={pages.reload} />}
    </>
  );
}
