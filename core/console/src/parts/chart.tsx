// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef } from "preact/hooks";
import type uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { clock, count, dateTime } from "./text";

export interface Series {
  name: string;
  unit: string; // "/s", "dBm"; "" for plain counts
  values: (number | null)[];
  colour?: 1 | 2 | 3; // of the palette in style/base.css
  isDots?: boolean;
}

interface Props {
  label: string; // what the chart shows, for screen readers
  times: number[]; // Unix seconds, growing
  series: Series[];
  height?: number;
  fromZero?: number; // axes of values begin at 0 and end at this at least
}

const kRoom = 28; // pixels on the right, for half of the last time
const kMostOnAxis = 4; // characters of a unit; the legend has the longer ones

function fromZero(least: number): uPlot.Range.Function {
  return (_, __, most) => [0, Math.max(least, 1.1 * (most ?? 0))];
}

function seriesOf(each: Series, index: number): uPlot.Series {
  const style = getComputedStyle(document.documentElement);
  const colour = style.getPropertyValue(`--chart-${each.colour ?? index + 1}`).trim();
  return {
    label: each.name,
    stroke: colour,
    width: each.isDots ? 0 : 1.5,
    scale: each.unit || "y",
    points: each.isDots ? { show: true, size: 5, fill: colour } : { show: false },
    value: (_, value) => (value === null ? "–" : `${count(value)} ${each.unit}`.trim()),
  };
}

const kDay = 86_400; // seconds
const kMinute = 60;
const kDate = new Intl.DateTimeFormat(undefined, { day: "2-digit", month: "short" });

/** The clock as everywhere else; the date where a day begins. */
function timeTexts(_: uPlot, ticks: number[], _axis: number, _space: number, step: number): string[] {
  return ticks.map((tick) => {
    const text = clock(tick * 1000);
    if (step >= kDay || text === "00:00:00") return kDate.format(tick * 1000);
    return step < kMinute ? text : text.slice(0, 5);
  });
}

function optionsOf(props: Props, width: number): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--ink-quiet").trim();
  const grid = { stroke: style.getPropertyValue("--line").trim(), width: 1 };
  const axis = { stroke: ink, grid, ticks: grid, font: "12px system-ui, sans-serif" };
  const units = [...new Set(props.series.map((each) => each.unit || "y"))];
  const scaleAxes = units.map((unit, index) => ({
    ...axis,
    scale: unit,
    side: index === 0 ? 3 : 1,
    size: 76,
    grid: index === 0 ? grid : { show: false },
    values: (_: uPlot, ticks: number[]) => ticks.map((tick) => `${count(tick)}${unit === "y" || unit.length > kMostOnAxis ? "" : ` ${unit}`}`),
  }));
  return {
    width,
    height: props.height ?? 220,
    padding: [null, kRoom, null, null],
    axes: [{ ...axis, space: 70, values: timeTexts }, ...scaleAxes],
    series: [{ value: (_, time) => (time === null ? "–" : dateTime(time * 1000)) }, ...props.series.map(seriesOf)],
    cursor: { drag: { x: false, y: false } },
    scales: props.fromZero ? Object.fromEntries(units.map((unit) => [unit, { range: fromZero(props.fromZero ?? 1) }])) : {},
  };
}

function dataOf({ times, series }: Props): uPlot.AlignedData {
  return [times, ...series.map((each) => each.values)] as uPlot.AlignedData;
}

/** Lines or dots over time, with the values under the pointer; as wide as its place. */
export function Chart(props: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const names = JSON.stringify(props.series.map(({ name, unit }) => [name, unit]));
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let isGone = false;
    const draw = async () => {
      // A script of its own, fetched when there is something to draw.
      const { default: Plot } = await import("uplot");
      if (isGone) return;
      plot.current?.destroy();
      plot.current = new Plot(optionsOf(latest.current, element.clientWidth), dataOf(latest.current), element);
    };
    void draw();
    const follow = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: props.height ?? 220 }));
    follow.observe(element);
    const theme = new MutationObserver(draw);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      isGone = true;
      follow.disconnect();
      theme.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [names]);
  useEffect(() => plot.current?.setData(dataOf(props)), [props.times, props.series]);
  return <div ref={place} class="chart" role="img" aria-label={props.label} />;
}

/** A small line without axes: the last values, the newest on the right. */
export function Sparkline({ values, label }: { values: number[]; label: string }) {
  const most = Math.max(1, ...values);
  const step = values.length > 1 ? 100 / (values.length - 1) : 100;
  const points = values.map((value, i) => `${(i * step).toFixed(1)},${(23 - (22 * value) / most).toFixed(1)}`).join(" ");
  return (
    <svg class="sparkline" viewBox="0 0 100 24" preserveAspectRatio="none" role="img" aria-label={label}>
      <polyline points={points} fill="none" vector-effect="non-scaling-stroke" />
    </svg>
  );
}
