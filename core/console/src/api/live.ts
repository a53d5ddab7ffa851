// SPDX-License-Identifier: Apache-2.0
// What happens, as it happens: server-sent events that come back by themselves after an outage.
import { useEffect, useRef, useState } from "preact/hooks";
import { address, type Query } from "./client";

export type Connection = "connecting" | "live" | "interrupted";

const kFirstPause = 500; // milliseconds before a new attempt; doubles up to kLongestPause
const kLongestPause = 5_000;

type Listener = (kind: string, data: unknown) => void;

/** Listens until the returned function is called. `tell` hears how the connection is. */
export function listen(query: Query, kinds: string[], hear: Listener, tell: (state: Connection) => void): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pause = kFirstPause;
  const open = () => {
    source = new EventSource(address("/events", { ...query, kinds: kinds.join(",") }));
    source.onopen = () => {
      pause = kFirstPause;
      tell("live");
    };
    for (const kind of [...kinds, "lost"]) {
      source.addEventListener(kind, (event) => hear(kind, JSON.parse((event as MessageEvent).data)));
    }
    source.onerror = () => {
      tell("interrupted");
      source?.close();
      timer = setTimeout(open, pause);
      pause = Math.min(2 * pause, kLongestPause);
    };
  };
  open();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}

/** Hears events of these kinds (message, stream, health; `lost` comes uncalled) while it is shown. */
export function useLive(kinds: string[], query: Query, hear: Listener, isOn = true): Connection {
  const [state, setState] = useState<Connection>("connecting");
  const latest = useRef(hear);
  latest.current = hear;
  const key = JSON.stringify([kinds, query]);
  useEffect(() => {
    if (!isOn) return;
    setState("connecting");
    return listen(query, kinds, (kind, data) => latest.current(kind, data), setState);
  }, [key, isOn]);
  return state;
}

export interface Sampled<T> {
  items: T[]; // the newest first, at most `most`
  perSecond: number; // how many came
  left: number; // how many came in all and are not in `items`
  connection: Connection;
  clear: () => void;
}

const kStep = 250; // milliseconds between two pictures of what comes

/** The newest events of one kind. However many come, the page is drawn four times a second. */
export function useSampled<T>(kind: string, query: Query, isWanted: (event: T) => boolean, most = 50, isOn = true): Sampled<T> {
  const [shown, setShown] = useState<{ items: T[]; perSecond: number; left: number }>({ items: [], perSecond: 0, left: 0 });
  const fresh = useRef<T[]>([]);
  const counts = useRef<number[]>([]); // of the last steps
  const count = useRef(0);
  const connection = useLive([kind], query, (name, data) => {
    if (name === "lost") {
      count.current += (data as { count: number }).count;
    } else if (isWanted(data as T)) {
      count.current += 1;
      fresh.current.push(data as T);
      if (fresh.current.length > most) fresh.current.shift();
    }
  }, isOn);
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => {
      const came = count.current;
      count.current = 0;
      const news = fresh.current.reverse();
      fresh.current = [];
      counts.current = [...counts.current, came].slice(-1_000 / kStep);
      const perSecond = counts.current.reduce((sum, each) => sum + each, 0);
      setShown((old) => {
        if (came === 0 && old.perSecond === perSecond) return old;
        const items = [...news, ...old.items];
        return { items: items.slice(0, most), perSecond, left: old.left + came - news.length + Math.max(0, items.length - most) };
      });
    }, kStep);
    return () => clearInterval(timer);
  }, [most, isOn]);
  return { ...shown, connection, clear: () => setShown({ items: [], perSecond: 0, left: 0 }) };
}
