// SPDX-License-Identifier: Apache-2.0
import { useMemo } from "preact/hooks";
import type { Traffic } from "../api/types";
import { Chart } from "../parts/chart";
import { Panel } from "../parts/small";
import { count } from "../parts/text";
import { linesOf } from "./traffic_lines";

const kFewest = 2; // samples that make a line

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
            { name: "Backlog (left)", unit: "", values: pending, colour: 2 },
            { name: "Live sessions (right)", unit: "sessions", values: sessions, colour: 3 },
          ]} />
      </Panel>
    </>
  );
}
