// SPDX-License-Identifier: Apache-2.0
import { useMemo } from "preact/hooks";
import type { Message } from "../../api/types";
import { Chart, type Series } from "../../parts/chart";
import { Panel } from "../../parts/small";
import { counted, dateTime } from "../../parts/text";
import { bestOf } from "../message_columns";

const kMillisecond = 1e-3; // seconds

interface Signal {
  times: number[];
  series: Series[];
}

/** "-127 to -60 dBm" */
function span(values: (number | null)[], unit: string): string {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? "not known" : `${Math.min(...known)} to ${Math.max(...known)} ${unit}`;
}

function signalOf(uplinks: Message[]): Signal {
  const oldestFirst = [...uplinks].reverse();
  let last = 0;
  const times = oldestFirst.map(({ received }) => (last = Math.max(Date.parse(received) * kMillisecond, last + kMillisecond)));
  return {
    times,
    series: [
      { name: "RSSI", unit: "dBm", values: oldestFirst.map((each) => bestOf(each)?.rssiDbm ?? null), isDots: true },
      { name: "SNR", unit: "dB", values: oldestFirst.map((each) => bestOf(each)?.snrDb ?? null), isDots: true },
    ],
  };
}

/** RSSI and SNR of the best reception of each uplink, the newest first. */
export function SignalChart({ uplinks, isLoading }: { uplinks: Message[]; isLoading: boolean }) {
  const { times, series } = useMemo(() => signalOf(uplinks), [uplinks]);
  const newest = uplinks[0];
  const oldest = uplinks.at(-1);
  if (!newest || !oldest) {
    return (
      <Panel title="Signal">
        <p class="quiet">{isLoading ? "Loading …" : "No uplink of this device is kept, so there is nothing to draw yet. It begins with the next one."}</p>
      </Panel>
    );
  }
  const spans = series.map((each) => `${each.name} ${span(each.values, each.unit)}`).join(", ");
  return (
    <Panel title={`Signal, ${dateTime(oldest.received)} to ${dateTime(newest.received)}`}>
      <p class="quiet">The best reception of the last {counted(uplinks.length, "uplink")}: {spans}.</p>
      <Chart label={`Signal of the last ${counted(uplinks.length, "uplink")}: ${spans}`} times={times} series={series} />
    </Panel>
  );
}
