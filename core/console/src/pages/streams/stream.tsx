// SPDX-License-Identifier: Apache-2.0
import { api } from "../../api/client";
import { linkOf, mayChange, pathOf, type Owner } from "../../api/owner";
import { useResource } from "../../api/resource";
import { useRights } from "../../api/session";
import type { Application, Gateway, Stream, StreamTest } from "../../api/types";
import { ActButton } from "../../parts/act";
import { notify, notifyError } from "../../parts/notices";
import { Problem } from "../../parts/problem";
import { PageHead, Tabs } from "../../parts/small";
import { nameOf } from "../../parts/text";
import { link, useLocation } from "../../shell/router";
import { FileNote } from "../owner_actions";
import { ConnectionPanel } from "./connection";
import { DeadLettersTab } from "./dead_letters";
import { DocumentsTab } from "./documents";
import { useRates } from "./rates";
import { ReplaysTab } from "./replays";
import { SessionsTab } from "./sessions";
import { SettingsTab } from "./settings";
import { StatePanel } from "./state";
import { TokensTab } from "./tokens";

const kEvery = 2_000; // milliseconds between two looks at the stream

const kTabs = [
  { name: "documents", text: "Documents" },
  { name: "sessions", text: "Sessions" },
  { name: "tokens", text: "Tokens" },
  { name: "dead-letters", text: "Dead letters" },
  { name: "replay", text: "Replay" },
  { name: "settings", text: "Settings" },
];

/** What the tabs of a stream's page are about. */
export interface StreamTabProps {
  owner: Owner;
  stream: Stream;
  path: string; // of the stream, in the API
  mayChange: boolean; // tokens, dead letters, replays
  mayEdit: boolean; // its settings: not when they are in a file
}

export function StreamPage({ owner, stream: name }: { owner: Owner; stream: string }) {
  const path = pathOf(owner, "streams", name);
  const { value: stream, problem, reload } = useResource<Stream>(path, {}, { every: kEvery });
  const { value: ofOwner } = useResource<Application | Gateway>(pathOf(owner));
  const rates = useRates(stream);
  const isAllowed = mayChange(useRights(), owner);
  const tab = useLocation().query.get("tab") ?? "documents";
  const here = linkOf(owner, "streams", name);
  const tabs = kTabs.map((each) => ({ ...each, href: `${here}?tab=${each.name}` }));
  const props = stream && { owner, stream, path, mayChange: isAllowed, mayEdit: isAllowed && stream.origin === "api" };
  return (
    <>
      <PageHead title={`Stream ${name}`} trail={[
        { text: owner.kind === "gateway" ? "Gateways" : "Applications", href: link(`${owner.kind}s`) },
        { text: ofOwner ? nameOf(ofOwner) : owner.eui, href: linkOf(owner) },
      ]}>
        {props && isAllowed && <StreamActions {...props} reload={reload} />}
      </PageHead>
      <Problem problem={problem} />
      {!stream && !problem && <p class="quiet">Loading …</p>}
      {stream?.origin === "file" && <FileNote value={ofOwner} />}
      {props && (
        <>
          <div class="connection-state">
            <ConnectionPanel {...props} />
            <StatePanel stream={props.stream} rates={rates} />
          </div>
          <Tabs label="Parts of the stream" tabs={tabs} current={tab} />
          {tab === "documents" && <DocumentsTab {...props} perSecond={rates.matched} />}
          {tab === "sessions" && <SessionsTab {...props} />}
          {tab === "tokens" && <TokensTab {...props} />}
          {tab === "dead-letters" && <DeadLettersTab {...props} />}
          {tab === "replay" && <ReplaysTab {...props} />}
          {tab === "settings" && <SettingsTab {...props} onChanged={reload} />}
        </>
      )}
    </>
  );
}

/** Test, and the switch. */
function StreamActions({ stream, path, mayEdit, reload }: StreamTabProps & { reload: () => Promise<void> }) {
  const test = async () => {
    const { sent, arrived, text, status, answer } = await api.post<StreamTest>(`${path}/test`);
    const said = [status, answer].filter(Boolean).join(" ");
    if (!sent) notifyError(`Test uplink not sent: ${text || "no session is connected"}`);
    else if (arrived) notify(`The test uplink has arrived${said && `; the answer is ${said}`}`);
    else if (said) notifyError(`The test uplink did not arrive; the answer is ${said}`);
    else notify("Test uplink sent; nobody confirmed it within 5 seconds");
  };
  const toggle = async () => {
    await api.patch<Stream>(path, { enabled: !stream.enabled });
    notify(`Stream ${stream.name} is switched ${stream.enabled ? "off" : "on"}`);
    await reload();
  };
  return (
    <>
      {stream.enabled && <ActButton text="Send test uplink" act={test} />}
      {mayEdit && <ActButton text={stream.enabled ? "Switch off" : "Switch on"} act={toggle} />}
    </>
  );
}
