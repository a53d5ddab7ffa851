// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { count } from "./text";

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
    size: 64,
    grid: index === 0 ? grid : { show: false },
    values: (_: uPlot, ticks: number[]) => ticks.map((tick) => `${count(tick)}${unit === "y" || unit.length > kMostOnAxis ? "" : ` ${unit}`}`),
  }));
  return {
    width,
    height: props.height ?? 220,
    axes: [axis, ...scaleAxes],
    series: [{ value: (_, time) => (time === null ? "–" : new Date(time * 1000).toLocaleString()) }, ...props.series.map(seriesOf)],
    cursor: { drag: { x: false, y: false } },
    scales: props.fromZero ? Object.fromEntries(units.map((unit) => [unit, { range: fromZero(props.fromZero ?? 1) }])) : {},
  };
}

/** Lines or dots over time, with the values under the pointer; as wide as its place. */
export function Chart(props: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const names = JSON.stringify(props.series.map(({ name, unit }) => [name, unit]));
  const data = [props.times, ...props.series.map((each) => each.values)] as uPlot.AlignedData;
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsOf(props, element.clientWidth), data, element);
    };
    draw();
    const follow = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: props.height ?? 220 }));
    follow.observe(element);
    const theme = new MutationObserver(draw);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      follow.disconnect();
      theme.disconnect();
      plot.current?.destroy();
    };
  }, [names]);
  useEffect(() => plot.current?.setData(data), [props.times, props.series]);
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
