import { groupDigits } from "../format.ts";
import {
  exactScale,
  formatTick,
  niceScale,
  placeOn,
  type Scale,
} from "../training/scale.ts";
import type { Curve, CurveChart } from "./bench_charts.ts";

/** Pixels from the top to the highest and to the lowest place of a curve. */
const TOP = 28;
const BOTTOM = 272;

/** Pixels from the top to the first name, and from one to the next. */
const NAMES = 318;
const NAME_STEP = 20;

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

/** The height of a plot with the names of all curves that there will be. */
export function curvePlotHeight({ curves, planned }: CurveChart): number {
  return NAMES + NAME_STEP * Math.max(curves.length, planned, 1) - 6;
}

/** Curves with error lines; below them each with its name and its ends. */
export function CurvePlot({ chart }: { chart: CurveChart }) {
  const { curves } = chart;
  const points = curves.flatMap(({ points }) => points);
  const x = exactScale(0, Math.max(1, ...points.map(({ x }) => x)), 4);
  const y = niceScale(
    0,
    Math.max(1, ...points.map(({ y, deviation }) => y + deviation)),
  );
  return (
    <g>
      <Axes x={x} y={y} across={chart.across} />
      {curves.map((curve, index) => (
        <g key={curve.name} class={`bench-look-${curve.look}`}>
          <CurveLine curve={curve} x={x} y={y} />
          <CurveName curve={curve} y={NAMES + NAME_STEP * index} />
        </g>
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
      {x.ticks.map((tick) => (
        <text
          key={tick}
          class="bench-tick bench-middle"
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

function CurveLine(
  { curve: { look, points }, x, y }: { curve: Curve; x: Scale; y: Scale },
) {
  const places = points.map((point) => ({
    ...point,
    left: right(x, point.x),
    top: down(y, point.y),
  }));
  return (
    <g>
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
            y1={down(y, Math.max(0, value - deviation))}
            y2={down(y, value + deviation)}
          />
          <svg class="bench-mark" x={left} y={top}>
            <path d={MARKS[look]!} />
          </svg>
        </g>
      ))}
    </g>
  );
}

function CurveName({ curve, y }: { curve: Curve; y: number }) {
  const { name, look, points } = curve;
  const ends = [points[0], points.at(-1)].map((point) =>
    groupDigits(Math.round(point?.y ?? 0))
  );
  return (
    <g>
      <line
        class="bench-line"
        x1="0"
        x2="32"
        y1={y - 4}
        y2={y - 4}
        stroke-dasharray={DASHES[look]}
      />
      <svg class="bench-mark" x="16" y={y - 4}>
        <path d={MARKS[look]!} />
      </svg>
      <text x="42" y={y}>{name}</text>
      <text class="bench-end" x="100%" y={y}>{ends.join(" → ")}</text>
    </g>
  );
}

function right(scale: Scale, value: number): string {
  // The first places leave room for the numbers of the lines.
  return `${Number((14 + 83 * placeOn(scale, value)).toFixed(2))}%`;
}

function down(scale: Scale, value: number): number {
  const place = BOTTOM - (BOTTOM - TOP) * placeOn(scale, value);
  return Math.round(10 * place) / 10;
}
