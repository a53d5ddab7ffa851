// SPDX-License-Identifier: Apache-2.0
// What a page shows of the API: read when it opens, again when it changes, and every now and then.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { api, ApiProblem, type Query } from "./client";
import type { Page } from "./types";

export interface Resource<T> {
  value?: T; // the last one that was read; stays while another one is fetched
  etag?: string;
  problem?: ApiProblem; // of the last attempt
  isLoading: boolean; // nothing is there yet
  reload: () => Promise<void>;
}

interface Repetition {
  every?: number; // milliseconds; undefined: only once. Pauses while the page is hidden.
}

/** Reads `path`, and again when path or query change; null: nothing yet. */
export function useResource<T>(path: string | null, query: Query = {}, { every }: Repetition = {}): Resource<T> {
  const [state, setState] = useState<Omit<Resource<T>, "reload"> & { key?: string }>({ isLoading: true });
  const key = path === null ? "" : JSON.stringify([path, query]);
  const current = useRef(key);
  current.current = key;
  const asked = useRef(0); // requests so far: only the last one's answer counts
  const underWay = useRef(0);

  const reload = useCallback(async () => {
    if (path === null) return;
    const number = ++asked.current;
    const isOld = () => current.current !== key || asked.current !== number;
    ++underWay.current;
    try {
      const { value, etag } = await api.read<T>(path, query);
      if (!isOld()) setState({ key, value, etag, isLoading: false });
    } catch (error) {
      const problem = error instanceof ApiProblem ? error : new ApiProblem(0, "Error", String(error));
      if (isOld()) return;
      setState((old) => ({ ...(old.key === key ? old : {}), key, problem, isLoading: false }));
    } finally {
      --underWay.current;
    }
  }, [key]);

  useEffect(() => {
    void reload();
    if (every === undefined) return;
    const timer = setInterval(() => {
      if (!document.hidden && underWay.current === 0) void reload();
    }, every);
    return () => clearInterval(timer);
  }, [reload, every]);

  const isOfAnother = state.key !== undefined && state.key !== key;
  return { ...(isOfAnother ? { isLoading: true } : state), reload };
}

export interface Pages<T> extends Omit<Resource<Page<T>>, "value"> {
  items?: T[];
  number: number; // of the page shown, from 1
  next?: () => void; // absent: this is the last one
  previous?: () => void; // absent: this is the first one
}

/** A long list, one page at a time; goes back to the first page when path or query change. */
export function usePages<T>(path: string | null, query: Query = {}, repetition: Repetition = {}): Pages<T> {
  const key = JSON.stringify([path, query]);
  const [trail, setTrail] = useState<{ key: string; after: string[] }>({ key, after: [] });
  const after = trail.key === key ? trail.after : [];
  const resource = useResource<Page<T>>(path, { ...query, after: after.at(-1) }, repetition);
  const { value, ...rest } = resource;
  const next = value?.next;
  return {
    ...rest,
    items: value?.items,
    number: after.length + 1,
    next: next === undefined ? undefined : () => setTrail({ key, after: [...after, next] }),
    previous: after.length === 0 ? undefined : () => setTrail({ key, after: after.slice(0, -1) }),
  };
}
