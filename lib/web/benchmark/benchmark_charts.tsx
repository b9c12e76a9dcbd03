import type { BenchmarkRun } from "../../api/benchmark.ts";
import { groupDigits } from "../format.ts";
import { BarPlot, barPlotHeight } from "./bar_plot.tsx";
import { type BarChart, benchCharts, type CurveChart } from "./bench_charts.ts";
import { CurvePlot, curvePlotHeight } from "./curve_plot.tsx";

/** Everything that is drawn of some runs, as SVG of the server. */
export function BenchmarkCharts(
  { runs }: { runs: readonly BenchmarkRun[] },
) {
  const charts = benchCharts(runs);
  if (charts.length === 0) return null;
  return (
    <div class="bench-charts card">
      {charts.map((chart) => (
        <figure key={chart.id} class={`bench-chart bench-chart-${chart.kind}`}>
          <figcaption class="chart-head">
            <h3>{chart.title}</h3>
            <span class="chart-unit">{chart.unit}</span>
          </figcaption>
          <svg
            class="bench-plot"
            role="img"
            aria-label={summaryOf(chart)}
            width="100%"
            height={plotHeight(chart)}
          >
            <Plot chart={chart} />
          </svg>
          {isEmpty(chart) && (
            <p class="bench-empty">Drawn when the first model is measured.</p>
          )}
        </figure>
      ))}
    </div>
  );
}

/** A chart without its frame. */
export function Plot({ chart }: { chart: BarChart | CurveChart }) {
  return chart.kind === "bars"
    ? <BarPlot chart={chart} />
    : <CurvePlot chart={chart} />;
}

/** The height of a chart's plot, in pixels. */
export function plotHeight(chart: BarChart | CurveChart): number {
  return chart.kind === "bars" ? barPlotHeight(chart) : curvePlotHeight(chart);
}

function isEmpty(chart: BarChart | CurveChart): boolean {
  return (chart.kind === "bars" ? chart.bars : chart.curves).length === 0;
}

/** What a chart says, for those who do not see it. */
function summaryOf(chart: BarChart | CurveChart): string {
  if (isEmpty(chart)) return `${chart.title}: nothing yet.`;
  const parts = chart.kind === "bars"
    ? chart.bars.map(({ label, text }) => `${label}: ${text}`)
    : chart.curves.map(({ name, points }) => {
      const at = ({ x, y }: { x: number; y: number }) =>
        `${groupDigits(Math.round(y))} at ${groupDigits(x)} ${chart.across}`;
      return `${name}: ${at(points[0]!)}, ${at(points.at(-1)!)}`;
    });
  return `${chart.title}, ${chart.unit}. ${parts.join("; ")}.`;
}
