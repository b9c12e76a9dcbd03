import type { BarChart } from "./bench_charts.ts";

/** Pixels of one bar with its words above it. */
const ROW = 40;

/** The height of a plot, of all bars that there will be. */
export function barPlotHeight({ bars, planned }: BarChart): number {
  return ROW * Math.max(bars.length, planned, 1);
}

/**
 * Bars with error lines, their words above them, so that they fit any width.
 * Places across are percent, down pixels.
 */
export function BarPlot({ chart }: { chart: BarChart }) {
  const { bars } = chart;
  const longest = Math.max(
    0,
    ...bars.map(({ value, deviation }) => value + deviation),
  );
  const most = chart.most ?? (longest || 1);
  const across = (value: number) =>
    `${Number((100 * Math.max(0, value) / most).toFixed(2))}%`;
  return (
    <g>
      {bars.map((bar, index) => {
        const { label, value, deviation, text, look, peer } = bar;
        const top = ROW * index;
        return (
          <g key={index} class={`bench-look-${look}`}>
            <text class="bench-label" x="0" y={top + 13}>{label}</text>
            <text class="bench-value" x="100%" y={top + 13}>{text}</text>
            <rect class="bench-track" y={top + 20} width="100%" height="10" />
            <rect
              class={peer ? "bench-bar bench-peer" : "bench-bar"}
              y={top + 20}
              width={across(value)}
              height="10"
            />
            {deviation > 0 && (
              <ErrorLine
                from={across(value - deviation)}
                to={across(value + deviation)}
                y={top + 25}
              />
            )}
          </g>
        );
      })}
    </g>
  );
}

function ErrorLine(
  { from, to, y }: { from: string; to: string; y: number },
) {
  return (
    <g class="bench-error">
      <line x1={from} x2={to} y1={y} y2={y} />
      <line x1={from} x2={from} y1={y - 4} y2={y + 4} />
      <line x1={to} x2={to} y1={y - 4} y2={y + 4} />
    </g>
  );
}
