// A trend over time. Its numbers stand in a table beside it, so it is
// decoration for those who listen. Loaded when it is first shown.
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import css from "./Plot.module.css";

export interface Line { label: string; values: readonly (number | null)[]; dashed?: boolean }

interface PlotProps {
  /** Seconds since 1970, rising. */
  at: readonly number[];
  lines: readonly Line[];
  low: number;
  high: number;
  locale: string;
}

export default function Plot({ at, lines, low, high, locale }: PlotProps) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = ref.current;
    if (!box) return;
    const colour = (name: string): string => getComputedStyle(box).getPropertyValue(name).trim();
    const axis = { stroke: colour("--text-soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "14px system-ui" };
    const inks = [colour("--lamp"), colour("--leaf"), colour("--clay"), colour("--edge")];
    const plot = new uPlot(
      {
        width: Math.max(240, box.clientWidth),
        height: 220,
        cursor: { show: false },
        legend: { show: false },
        scales: { y: { range: [low, high] } },
        axes: [
          { ...axis, values: (_, ticks) => ticks.map((s) => new Date(s * 1000).toLocaleDateString(locale, { month: "short", day: "numeric" })) },
          axis,
        ],
        series: [
          {},
          ...lines.map((line, i) => ({
            label: line.label, stroke: inks[i % inks.length] ?? "", width: 2, points: { size: 8 }, spanGaps: true,
            ...(line.dashed && { dash: [6, 4] }),
          })),
        ],
      },
      [[...at], ...lines.map((l) => [...l.values])] as uPlot.AlignedData,
      box,
    );
    const watch = new ResizeObserver(() => plot.setSize({ width: Math.max(240, box.clientWidth), height: 220 }));
    watch.observe(box);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [at, lines, low, high, locale]);
  return <div ref={ref} className={css["plot"]} aria-hidden="true" />;
}
