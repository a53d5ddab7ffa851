// SPDX-License-Identifier: Apache-2.0
// The newest messages of an application: those that are in the journal already, and then those that come.
import { useMemo } from "preact/hooks";
import type { ApiProblem } from "./client";
import { at } from "./client";
import { useSampled, type Connection } from "./live";
import { useResource } from "./resource";
import type { Eui, Message, MessageKind, Page } from "./types";

export interface Wanted {
  device?: Eui;
  kind?: MessageKind;
}

interface Sizes {
  most: number; // messages at once
  first: number; // of the journal
}

export interface Recent {
  messages: Message[]; // the newest first
  perSecond: number; // how many come
  connection: Connection;
  problem?: ApiProblem;
  isLoading: boolean;
}

const kRetry = 3_000; // milliseconds between two looks into the journal while nothing comes live

/** Joins lists of messages: each one once, the newest first. */
export function joined(most: number, ...lists: (Message[] | undefined)[]): Message[] {
  const all = new Map(lists.flatMap((list) => list ?? []).map((each) => [each.position, each]));
  return [...all.values()].sort((a, b) => b.position - a.position).slice(0, most);
}

/** Until the connection is live the journal is read every now and then, and once more when it is: what came in between is not missed. */
export function every(connection: Connection, isOn = true): number | undefined {
  return isOn && connection !== "live" ? kRetry : undefined;
}

export function useRecent(application: Eui, { device, kind }: Wanted, { most, first }: Sizes, isOn = true): Recent {
  const isWanted = (each: Message) => (!device || each.device === device) && (!kind || each.kind === kind);
  const live = useSampled<Message>("message", { application }, isWanted, most, isOn);
  const query = { device, kind, limit: first };
  const { value, problem, isLoading } = useResource<Page<Message>>(at("applications", application, "messages"), query, {
    every: every(live.connection, isOn),
  });
  const messages = useMemo(() => joined(most, live.items.filter(isWanted), value?.items), [live.items, value, device, kind]);
  return { messages, perSecond: live.perSecond, connection: live.connection, problem, isLoading };
}
