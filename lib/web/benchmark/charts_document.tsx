import type { BenchmarkRun } from "../../api/benchmark.ts";
import { benchCharts } from "./bench_charts.ts";
import { Plot, plotHeight } from "./benchmark_charts.tsx";
import { renderMarkup } from "./render_markup.ts";

/** The stylesheet's tokens of the light theme; a test compares them. */
export const EXPORT_TOKENS = {
  surface: "#fffefa",
  sunken: "#efece3",
  ink: "#1c1f1a",
  "ink-soft": "#565c52",
  line: "#dcd8cb",
  "series-0": "#17593c",
  "series-1": "#8a5a00",
  "series-2": "#2b5c9e",
  "series-3": "#9c2f1e",
  "series-4": "#6b3fa0",
  "series-5": "#4f6069",
} as const;

const WIDTH = 800;
const MARGIN = 24;
const HEAD = 32;

/** The charts of some runs as one SVG file, which needs no stylesheet. */
export function chartsDocument(runs: readonly BenchmarkRun[]): string {
  let y = MARGIN;
  const charts = benchCharts(runs).map((chart) => {
    const top = y;
    const height = plotHeight(chart);
    y += HEAD + height + MARGIN;
    return (
      <g key={chart.id}>
        <text class="bench-title" x={MARGIN} y={top + 14}>
          {`${chart.title} (${chart.unit})`}
        </text>
        <svg
          x={MARGIN}
          y={top + HEAD}
          width={WIDTH - 2 * MARGIN}
          height={height}
        >
          <Plot chart={chart} />
        </svg>
      </g>
    );
  });
  const run = runs[0]!;
  const machine = run.report?.machine;
  const about = machine === undefined ? run.title : `${machine.processor}, ` +
    `${machine.cores} cores, Fresh Mamba ${machine.freshMamba}, ` +
    run.report!.date.slice(0, 10);
  const height = y + 24;
  return renderMarkup(
    <svg
      xmlns="http://www.w3.org/2000/svg"
      width={WIDTH}
      height={height}
      viewBox={`0 0 ${WIDTH} ${height}`}
    >
      <title>{run.title}</title>
      <style>{exportStyle()}</style>
      <rect class="bench-paper" width="100%" height="100%" />
      {charts}
      <text class="bench-tick" x={MARGIN} y={y + 4}>{about}</text>
    </svg>,
  ) + "\n";
}

function exportStyle(): string {
  const t = EXPORT_TOKENS;
  const looks = [0, 1, 2, 3, 4, 5].map((look) =>
    `.bench-look-${look}{color:${t[`series-${look}` as keyof typeof t]}}`
  );
  return [
    `text{fill:${t.ink};font:12px system-ui,sans-serif}`,
    "text.bench-title{font-size:15px;font-weight:600}",
    `text.bench-tick{fill:${t["ink-soft"]};font-size:11px}`,
    `.bench-value{paint-order:stroke;stroke:${t.surface};stroke-width:8px}`,
    ".bench-value,.bench-end{text-anchor:end}",
    ".bench-middle{text-anchor:middle}",
    `.bench-paper{fill:${t.surface}}`,
    `.bench-track{fill:${t.sunken}}`,
    ".bench-bar{fill:currentColor}",
    `.bench-peer{fill:${t.surface};stroke:currentColor;stroke-width:2}`,
    `.bench-error line,.bench-spread{stroke:${t.ink};stroke-width:1.5}`,
    `.bench-grid{stroke:${t.line}}`,
    ".bench-line{stroke:currentColor;stroke-width:2}",
    ".bench-mark{overflow:visible}",
    `.bench-mark path{fill:${t.surface};stroke:currentColor;stroke-width:1.75}`,
    ...looks,
  ].join("\n");
}
