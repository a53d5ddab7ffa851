// SPDX-License-Identifier: Apache-2.0
// The newest documents, as a client gets them.
import { useEffect, useRef, useState } from "preact/hooks";
import { useResource } from "../../api/resource";
import type { Page, StreamDocument } from "../../api/types";
import { Problem } from "../../parts/problem";
import { Badge, EuiText, Panel } from "../../parts/small";
import { kindText } from "../../parts/text";
import { Time } from "../../parts/time";
import { link } from "../../shell/router";
import { perSecond } from "./rates";
import type { StreamTabProps } from "./stream";

const kEvery = 2_000; // milliseconds between two looks
const kMost = 20; // documents shown; a message may be several

/** True when more came between two looks than are shown. */
function useIsSample(items: StreamDocument[] | undefined): boolean {
  const [isSample, setIsSample] = useState(false);
  const newest = useRef<number>(undefined);
  useEffect(() => {
    const [first, last] = [items?.[0], items?.slice(0, kMost).at(-1)];
    if (!first || !last) return;
    setIsSample(newest.current !== undefined && last.position > newest.current);
    newest.current = first.position;
  }, [items]);
  return isSample;
}

export function DocumentsTab({ owner, stream, path, perSecond: rate }: StreamTabProps & { perSecond: number }) {
  const [held, setHeld] = useState<StreamDocument[]>();
  const isPaused = held !== undefined;
  const every = isPaused ? undefined : kEvery;
  const { value, problem, isLoading } = useResource<Page<StreamDocument>>(`${path}/documents`, { limit: kMost }, { every });
  const isSample = useIsSample(value?.items);
  const items = held ?? value?.items;
  return (
    <Panel title="Newest documents" actions={items && items.length > 0 && (
      <button type="button" onClick={() => setHeld(isPaused ? undefined : items)}>{isPaused ? "Go on" : "Pause"}</button>
    )}>
      <Problem problem={problem} />
      {isLoading && <p class="quiet">Loading …</p>}
      {isPaused && <p class="quiet">Paused. What comes meanwhile goes to the clients as ever.</p>}
      {!isPaused && isSample && <p class="quiet">A sample: about {perSecond(rate)} come, the newest {kMost} are shown every 2 s.</p>}
      {items?.length === 0 && <NoDocuments isOn={stream.enabled} />}
      {items && items.length > 0 && (
        <ul class="documents">
          {items.slice(0, kMost).map((each, i) => (
            <li key={`${each.position}-${i}`}>
              <Document document={each} application={owner.kind === "application" ? owner.eui : undefined} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function NoDocuments({ isOn }: { isOn: boolean }) {
  const next = isOn ? "As soon as a device of it sends, the documents are here." : "It is switched off.";
  return <p class="quiet">No message has come for this stream yet. {next}</p>;
}

function Document({ document, application }: { document: StreamDocument; application?: string }) {
  const { kind, device, received, text, data, contentType, error } = document;
  return (
    <>
      <p class="document-head">
        <Badge>{kindText(kind)}</Badge>
        <Time at={received} as="clock" />
        {application ? <a class="code" href={link("applications", application, "devices", device)}>{device}</a> : <EuiText eui={device} />}
        {contentType && text === undefined && <span class="quiet">{contentType}</span>}
      </p>
      {error ? <p class="wrong">{error}</p> : <pre>{text ?? data}</pre>}
    </>
  );
}
