// SPDX-License-Identifier: Apache-2.0
import { usePages } from "../api/resource";
import type { Network } from "../api/types";
import { HealthBadge, PageHead } from "../parts/small";
import { List, type Column } from "../parts/table";
import { link } from "../shell/router";

const kEvery = 5_000; // milliseconds
const kExample = `networks:
  - name: campus
    plugin: chirpstack
    region: EU868
    options:
      url: "mqtts://chirpstack.example:8883"
      user: runnel
      password: "…"`;

const kColumns: Column<Network>[] = [
  { title: "Name", cell: (each) => each.name },
  { title: "State", cell: (each) => <HealthBadge health={each.health} text={each.text} /> },
  { title: "What it says", cell: (each) => each.text || "–" },
  { title: "Plugin", cell: (each) => <a href={link("plugins", "network", each.plugin)}>{each.plugin}</a> },
  { title: "Region", cell: (each) => each.region || "–" },
];

function HowToConfigure() {
  return (
    <>
      <p>No network is configured, so no uplink comes in. Name your network server in <code>runnel.yaml</code> and start the broker again, for example:</p>
      <pre>{kExample}</pre>
      <p>Which plugins there are, and what their options mean: <a href={link("plugins")}>Plugins</a>.</p>
    </>
  );
}

export function NetworksPage() {
  const pages = usePages<Network>("/networks", { limit: 50 }, { every: kEvery });
  return (
    <>
      <PageHead title="Networks" />
      <p class="quiet">The network servers that this broker gets messages from and hands downlinks to. They are configured in <code>runnel.yaml</code>; a change takes effect when the broker is restarted.</p>
      <List caption="Networks" columns={kColumns} pages={pages} keyOf={(each) => each.name} empty={<HowToConfigure />} />
    </>
  );
}
