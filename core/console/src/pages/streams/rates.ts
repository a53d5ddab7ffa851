// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from "preact/hooks";
import type { Books, Stream } from "../../api/types";

export interface Rates {
  settled: number[]; // per second, sampled while the page is open; the newest last
  matched: number; // per second, now
}

const kMost = 60; // samples
const kLeast = 1_000; // milliseconds between two samples: less says nothing about a second

/** How fast the books grow, from one look at the stream to the next. */
export function useRates(stream: Stream | undefined): Rates {
  const [rates, setRates] = useState<Rates>({ settled: [], matched: 0 });
  const last = useRef<{ at: number; books?: Books }>(undefined);
  useEffect(() => {
    if (!stream) return;
    const { books } = stream.state;
    const at = performance.now();
    const before = last.current;
    if (before && at - before.at < kLeast) return;
    last.current = { at, books };
    if (!before) return;
    const since = (which: keyof Books) =>
      books && before.books ? Math.max(0, (1_000 * (books[which] - before.books[which])) / (at - before.at)) : 0;
    setRates((old) => ({
      settled: [...old.settled, since("settled")].slice(-kMost),
      matched: since("matched"),
    }));
  }, [stream]);
  return rates;
}

/** "12/s", "0.4/s" */
export function perSecond(rate: number): string {
  return `${rate >= 10 || rate === 0 ? Math.round(rate) : rate.toFixed(1)}/s`;
}
