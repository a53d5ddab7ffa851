// SPDX-License-Identifier: Apache-2.0
import type { Traffic, TrafficSample } from "../api/types";

interface Lines {
  times: number[]; // Unix seconds
  taken: number[]; // per second
  settled: number[]; // per second
  sessions: number[];
  pending: number[];
}

/** A step that was missed is part of the next sample, so what counts is the time since the one before. */
export function linesOf({ stepSeconds, samples }: Traffic): Lines {
  const times = samples.map(({ time }) => Date.parse(time) / 1000);
  const perSecond = (numberOf: (sample: TrafficSample) => number) =>
    samples.map((sample, i) => {
      const before = times[i - 1];
      const seconds = before === undefined ? stepSeconds : (times[i] ?? 0) - before;
      return Math.round((100 * numberOf(sample)) / Math.max(seconds, 1)) / 100;
    });
  return {
    times,
    taken: perSecond(({ taken }) => taken),
    settled: perSecond(({ settled }) => settled),
    sessions: samples.map(({ sessions }) => sessions),
    pending: samples.map(({ pending }) => pending),
  };
}
