// SPDX-License-Identifier: Apache-2.0
// Which page is at which address.
import type { ComponentChildren } from "preact";
import type { Owner } from "../api/owner";
import { PageHead } from "../parts/small";
import { link, match } from "../shell/router";
import { AccountPage } from "./account";
import { ApplicationPage } from "./application";
import { ApplicationsPage } from "./applications";
import { AuditPage } from "./audit";
import { DevicePage } from "./devices/device";
import { DevicesPage } from "./devices/devices";
import { GatewayPage, GatewaysPage } from "./gateways";
import { KeysPage } from "./keys";
import { NetworksPage } from "./networks";
import { OverviewPage } from "./overview";
import { PluginPage, PluginsPage } from "./plugins";
import { AddStreamPage } from "./streams/add_stream";
import { StreamPage } from "./streams/stream";
import { StreamsPage } from "./streams/streams";
import { AddTemplatePage, TemplatePage } from "./templates/template";
import { TemplatesPage } from "./templates/templates";
import { UnroutedPage } from "./unrouted";
import { UsersPage } from "./users";

type Page = (parameters: Record<string, string>) => ComponentChildren;

const ofApplication = (eui = ""): Owner => ({ kind: "application", eui });
const ofGateway = (eui = ""): Owner => ({ kind: "gateway", eui });

/** The first one that fits counts. */
const kPages: [pattern: string, page: Page][] = [
  ["/", () => <OverviewPage />],
  ["/account", () => <AccountPage />],
  ["/applications", () => <ApplicationsPage />],
  ["/applications/{eui}", ({ eui = "" }) => <ApplicationPage application={eui} />],
  ["/applications/{eui}/add-stream", ({ eui }) => <AddStreamPage owner={ofApplication(eui)} />],
  ["/applications/{eui}/{tab}", ({ eui = "", tab }) => <ApplicationPage application={eui} tab={tab} />],
  ["/applications/{eui}/streams/{stream}", ({ eui, stream = "" }) => <StreamPage owner={ofApplication(eui)} stream={stream} />],
  ["/applications/{eui}/devices/{device}", ({ eui = "", device = "" }) => <DevicePage application={eui} device={device} />],
  ["/devices", () => <DevicesPage />],
  ["/streams", () => <StreamsPage />],
  ["/gateways", () => <GatewaysPage />],
  ["/gateways/{eui}", ({ eui = "" }) => <GatewayPage gateway={eui} />],
  ["/gateways/{eui}/add-stream", ({ eui }) => <AddStreamPage owner={ofGateway(eui)} />],
  ["/gateways/{eui}/streams/{stream}", ({ eui, stream = "" }) => <StreamPage owner={ofGateway(eui)} stream={stream} />],
  ["/unrouted", () => <UnroutedPage />],
  ["/networks", () => <NetworksPage />],
  ["/plugins", () => <PluginsPage />],
  ["/plugins/{kind}/{name}", ({ kind = "", name = "" }) => <PluginPage kind={kind} name={name} />],
  ["/templates", () => <TemplatesPage />],
  ["/add-template", () => <AddTemplatePage />],
  ["/templates/{name}/{version}", ({ name = "", version = "" }) => <TemplatePage name={name} version={version} />],
  ["/users", () => <UsersPage />],
  ["/keys", () => <KeysPage />],
  ["/audit", () => <AuditPage />],
];

/** The page, made anew whenever the path changes. */
export function pageAt(path: string): ComponentChildren {
  for (const [pattern, page] of kPages) {
    const parameters = match(pattern, path);
    if (parameters) return <div key={path}>{page(parameters)}</div>;
  }
  return (
    <div key={path}>
      <PageHead title="There is no such page" />
      <p>Nothing is at <code>{path}</code>. <a href={link()}>Go to the overview</a></p>
    </div>
  );
}
