// SPDX-License-Identifier: Apache-2.0
// A stream while it is being written in a form.
import { useState } from "preact/hooks";
import type { MessageKind, Option, Stream, StreamInput } from "../../api/types";
import { joined, optionsOf, type Texts } from "./option_values";

export interface Draft {
  name: string;
  scope: "application" | "device";
  device: string;
  protocol: string;
  format: string;
  template: string;
  texts: Texts; // of options, those that were typed
  duplicates: "all" | "best";
  events: MessageKind[];
  tokenIs: "made" | "typed";
  token: string;
}

export interface DraftProps {
  draft: Draft;
  set: (part: Partial<Draft>) => void;
}

/** The usual settings, or those of a stream that is there. */
export function useDraft(known?: Stream): DraftProps {
  const [draft, setDraft] = useState<Draft>(() => ({
    name: known?.name ?? "",
    scope: typeof known?.scope === "object" ? "device" : "application",
    device: typeof known?.scope === "object" ? known.scope.device : "",
    protocol: known?.protocol ?? "websocket",
    format: known?.format ?? "json",
    template: known?.template ?? "",
    texts: {},
    duplicates: known?.duplicates ?? "all",
    events: known?.events ?? ["uplink"],
    tokenIs: "made",
    token: "",
  }));
  return { draft, set: (part) => setDraft((old) => ({ ...old, ...part })) };
}

/** What is sent. A gateway's stream has no scope; a stream that is there keeps its tokens and its switch. */
export function inputOf(draft: Draft, tables: (Option[] | undefined)[], isOfGateway: boolean, known?: Stream): StreamInput {
  const { name, protocol, format, duplicates, events } = draft;
  return {
    name: name || undefined,
    protocol,
    format,
    template: draft.template.trim() || undefined,
    options: optionsOf(joined(...tables), draft.texts, known?.options),
    duplicates,
    events,
    scope: isOfGateway ? undefined : draft.scope === "device" ? { device: draft.device } : "application",
    token: !known && draft.tokenIs === "typed" ? draft.token : undefined,
    enabled: known?.enabled,
  };
}
