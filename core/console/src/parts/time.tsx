// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "preact/hooks";
import type { Time as Instant } from "../api/types";
import { ago, clock, dateTime } from "./text";

interface Props {
  at: Instant | undefined;
  as?: "dateTime" | "clock" | "ago";
  none?: string; // shown when there is no time
}

/** A time in the reader's zone; pointing at it shows the other ways of writing it. */
export function Time({ at, as = "dateTime", none = "–" }: Props) {
  useTicks(as === "ago" ? 5_000 : undefined);
  if (!at) return <>{none}</>;
  const text = as === "ago" ? ago(at) : as === "clock" ? clock(at) : dateTime(at);
  return <time dateTime={at} title={`${dateTime(at)} (${at})`}>{text}</time>;
}

/** Draws again every so many milliseconds. */
export function useTicks(every: number | undefined): void {
  const [, setTick] = useState(0);
  useEffect(() => {
    if (every === undefined) return;
    const timer = setInterval(() => setTick((tick) => tick + 1), every);
    return () => clearInterval(timer);
  }, [every]);
}
