// SPDX-License-Identifier: Apache-2.0
import { useMemo } from "preact/hooks";
import type { Traffic, TrafficSample } from "../api/types";
import { Chart } from "../parts/chart";
import { Panel } from "../parts/small";
import { count } from "../parts/text";

const kFewest = 2; // samples that make a line

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

function last(values: number[]): string {
  return count(values.at(-1) ?? 0);
}

/** The last hour. */
export function TrafficCharts({ traffic }: { traffic: Traffic | undefined }) {
  const lines = useMemo(() => traffic && linesOf(traffic), [traffic]);
  if (!lines || lines.times.length < kFewest) {
    return (
      <Panel title="Traffic">
        <p class="quiet">The broker counts in steps of ten seconds and has just started: the first lines are drawn in less than half a minute.</p>
      </Panel>
    );
  }
  const { times, taken, settled, sessions, pending } = lines;
  return (
    <>
      <Panel title="Traffic of the last hour">
        <Chart label={`Messages per second over the last hour; at its end ${last(taken)} taken in and ${last(settled)} settled per second`}
          times={times} fromZero={1} series={[
            { name: "Uplinks taken in", unit: "/s", values: taken },
            { name: "Documents settled", unit: "/s", values: settled },
          ]} />
      </Panel>
      <Panel title="Sessions and backlog of the last hour">
        <Chart label={`Live sessions and backlog over the last hour; at its end ${last(sessions)} sessions and a backlog of ${last(pending)}`}
          times={times} fromZero={5} series={[
            { name: "Backlog", unit: "", values: pending, colour: 2 },
            { name: "Live sessions", unit: "sessions", values: sessions, colour: 3 },
          ]} />
      </Panel>
    </>
  );
}
