// SPDX-License-Identifier: Apache-2.0
// What became of a downlink.
import { useEffect } from "preact/hooks";
import { at } from "../../api/client";
import type { Connection } from "../../api/live";
import { every, joined } from "../../api/recent";
import { useResource } from "../../api/resource";
import type { Downlink, DownlinkReceipt, Eui, Message, MessageKind, Page } from "../../api/types";
import { Problem } from "../../parts/problem";
import { Facts, Panel } from "../../parts/small";
import { kindText } from "../../parts/text";
import { Time } from "../../parts/time";
import { link } from "../../shell/router";
import { senderOf, StageBadge } from "../downlinks";

const kKinds: MessageKind[] = ["queued", "sent", "acknowledged", "notAcknowledged", "expired", "failed"];
const kGood: MessageKind[] = ["acknowledged"];
const kBad: MessageKind[] = ["notAcknowledged", "expired", "failed"];
const kMost = 100;

interface Props {
  application: Eui;
  device: Eui;
  sent?: DownlinkReceipt; // from this page; else the newest one is shown
  live: Message[];
  connection: Connection;
}

function useEvents({ application, device, live, connection }: Props): Message[] {
  const path = at("applications", application, "messages");
  const read = kKinds.map((kind) => useResource<Page<Message>>(path, { device, kind, limit: 10 }, { every: every(connection) }).value?.items);
  return joined(kMost, live, ...read);
}

/** The id alone does not say which one it is: each stream has its own. */
function isAbout(event: Message, downlink: { id: string; stream?: string }): boolean {
  return event.downlink === downlink.id && senderOf(event) === senderOf(downlink);
}

export function LifeCycle(props: Props) {
  const { application, device, sent } = props;
  const downlinks = useResource<Page<Downlink>>(at("applications", application, "downlinks"), { device, limit: 20 }, { every: 3_000 });
  useEffect(() => {
    if (sent) void downlinks.reload();
  }, [sent?.id]);
  const events = useEvents(props);
  const known = downlinks.value?.items ?? [];
  const shown = sent ? known.find(({ id, stream }) => id === sent.id && senderOf({ stream }) === senderOf({})) : known[0];
  const about = shown ?? sent;
  if (!about && !downlinks.problem) return null;
  const all = `${link("applications", application, "downlinks")}?device=${device}`;
  return (
    <Panel title="Life cycle" actions={<a href={all}>All downlinks of this device</a>}>
      <Problem problem={downlinks.problem} />
      {shown && <About downlink={shown} />}
      {about && <Steps id={about.id} downlink={shown} events={events.filter((each) => isAbout(each, about)).reverse()} />}
    </Panel>
  );
}

function About({ downlink }: { downlink: Downlink }) {
  return (
    <Facts facts={[
      { name: "Stage", value: <StageBadge stage={downlink.stage} /> },
      { name: "Port", value: downlink.port },
      { name: "Confirmed", value: downlink.confirmed ? "yes" : "no" },
      { name: "Sent by", value: senderOf(downlink) },
      { name: "Expires", value: <Time at={downlink.expires} /> },
    ]} />
  );
}

interface StepsProps {
  id: string;
  downlink: Downlink | undefined;
  events: Message[]; // the oldest first
}

function Steps({ id, downlink, events }: StepsProps) {
  return (
    <ol class="stages" aria-label="Life cycle" aria-live="polite">
      <li>
        <span>Accepted</span>
        <span><Time at={downlink?.accepted} none="just now" /></span>
        <span class="detail">as <code>{id}</code></span>
      </li>
      {events.map((event) => (
        <li key={event.position} class={kGood.includes(event.kind) ? "good" : kBad.includes(event.kind) ? "bad" : undefined}>
          <span>{kindText(event.kind)}</span>
          <span><Time at={event.received} /></span>
          {event.text && <span class="detail">{event.text}</span>}
        </li>
      ))}
    </ol>
  );
}
