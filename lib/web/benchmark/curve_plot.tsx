import {
  exactScale,
  formatTick,
  niceScale,
  placeOn,
  type Scale,
} from "../training/scale.ts";
import type { Curve, CurveChart } from "./bench_charts.ts";

/** The height of a plot of curves, in pixels. */
export const CURVE_PLOT_HEIGHT = 300;

const TOP = 28;
const BOTTOM = CURVE_PLOT_HEIGHT - 28;

/** Pixels from one label to the next. */
const LABEL_STEP = 15;

/** Never by colour alone: each series has its dashes and its marks. */
const DASHES = ["", "7 4", "2 3", "9 3 2 3", "4 2", "1 4"];
const MARKS = [
  "M-4 0A4 4 0 1 0 4 0A4 4 0 1 0 -4 0Z",
  "M-4 -4H4V4H-4Z",
  "M0 -5L5 0L0 5L-5 0Z",
  "M0 -5L5 4H-5Z",
  "M0 5L5 -4H-5Z",
  "M-4 -4L4 4M-4 4L4 -4",
];

/** Curves with error lines and their names at their ends. */
export function CurvePlot({ chart }: { chart: CurveChart }) {
  const { curves } = chart;
  const points = curves.flatMap(({ points }) => points);
  const x = exactScale(0, Math.max(1, ...points.map(({ x }) => x)), 4);
  const y = niceScale(
    0,
    Math.max(1, ...points.map(({ y, deviation }) => y + deviation)),
  );
  const labels = labelPlaces(curves, y);
  return (
    <g>
      <Axes x={x} y={y} across={chart.across} />
      {curves.map((curve, index) => (
        <CurveLine
          key={curve.name}
          curve={curve}
          x={x}
          y={y}
          label={labels[index]!}
        />
      ))}
    </g>
  );
}

function Axes({ x, y, across }: { x: Scale; y: Scale; across: string }) {
  return (
    <g>
      {y.ticks.map((tick) => (
        <g key={tick}>
          <line
            class="bench-grid"
            x2="100%"
            y1={down(y, tick)}
            y2={down(y, tick)}
          />
          <text class="bench-tick" x="0" y={down(y, tick) - 4}>
            {formatTick(y, tick)}
          </text>
        </g>
      ))}
      {x.ticks.map((tick, index) => (
        <text
          key={tick}
          class={index === 0 ? "bench-tick" : "bench-tick bench-middle"}
          x={right(x, tick)}
          y={BOTTOM + 18}
        >
          {formatTick(x, tick)}
        </text>
      ))}
      <text class="bench-tick bench-end" x="100%" y="12">{`→ ${across}`}</text>
    </g>
  );
}

function CurveLine(props: { curve: Curve; x: Scale; y: Scale; label: number }) {
  const { curve: { name, look, points }, x, y, label } = props;
  const places = points.map((point) => ({
    ...point,
    left: right(x, point.x),
    top: down(y, point.y),
  }));
  const last = places.at(-1);
  if (last === undefined) return null;
  return (
    <g class={`bench-look-${look}`}>
      {places.slice(1).map((to, index) => (
        <line
          key={to.x}
          class="bench-line"
          x1={places[index]!.left}
          y1={places[index]!.top}
          x2={to.left}
          y2={to.top}
          stroke-dasharray={DASHES[look]}
        />
      ))}
      {places.map(({ x: at, left, top, y: value, deviation }) => (
        <g key={at}>
          <line
            class="bench-spread"
            x1={left}
            x2={left}
            y1={down(y, value - deviation)}
            y2={down(y, value + deviation)}
          />
          <svg class="bench-mark" x={left} y={top}>
            <path d={MARKS[look]!} />
          </svg>
        </g>
      ))}
      <text class="bench-name" x="97%" y={label}>{name}</text>
    </g>
  );
}

/** Above the ends of the curves, and apart from one another. */
function labelPlaces(curves: readonly Curve[], y: Scale): number[] {
  const ends = curves.map(({ points }, index) => ({
    index,
    top: down(y, points.at(-1)?.y ?? 0) - 10,
  })).sort((a, b) => b.top - a.top);
  const places: number[] = [];
  let free = BOTTOM - 4;
  for (const { index, top } of ends) {
    const place = Math.min(top, free);
    places[index] = place;
    free = place - LABEL_STEP;
  }
  return places;
}

function right(scale: Scale, value: number): string {
  return `${Number((2 + 95 * placeOn(scale, value)).toFixed(2))}%`;
}

function down(scale: Scale, value: number): number {
  const place = BOTTOM - (BOTTOM - TOP) * placeOn(scale, value);
  return Math.round(10 * place) / 10;
}
