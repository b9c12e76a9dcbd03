import type { BenchTest } from "../../api/bench.ts";
import type { BenchmarkRun } from "../../api/benchmark.ts";
import {
  casesOf,
  type LabelledRow,
  labelledRows,
  meanText,
  plannedRows,
  shareText,
} from "./bench_rows.ts";

/** One bar. */
export interface Bar {
  label: string;
  value: number;
  /** The standard deviation; 0 draws no error line. */
  deviation: number;
  /** The value as it is written. */
  text: string;
  look: number;
  /** Whether another engine was measured. */
  peer: boolean;
}

/** Bars from zero, on one scale. */
export interface BarChart {
  kind: "bars";
  id: string;
  title: string;
  unit: string;
  bars: Bar[];
  /** How many there will be. */
  planned: number;
  /** What a full bar is; absent = the longest. */
  most?: number;
}

/** One curve, in the order of x. */
export interface Curve {
  name: string;
  look: number;
  points: { x: number; y: number; deviation: number }[];
}

/** Curves from zero. */
export interface CurveChart {
  kind: "curves";
  id: string;
  title: string;
  unit: string;
  /** What runs along the bottom. */
  across: string;
  curves: Curve[];
  /** How many there will be. */
  planned: number;
}

/** What is drawn of some runs: the first, and others beside it. */
export function benchCharts(
  runs: readonly BenchmarkRun[],
): (BarChart | CurveChart)[] {
  const rows = labelledRows(runs);
  const charts: (BarChart | CurveChart)[] = [];
  for (const kind of ["pp", "tg"] as const) {
    charts.push(speeds(kind, rows, runs));
  }
  charts.push(
    curves("lengths", rows, runs),
    curves("depths-tg", rows, runs),
    curves("depths-pp", rows, runs),
    shares(rows, runs),
  );
  return charts.filter((chart) => isWorthDrawing(chart, runs));
}

/** What is drawn must have a place from the beginning: nothing moves later. */
function isWorthDrawing(
  chart: BarChart | CurveChart,
  runs: readonly BenchmarkRun[],
): boolean {
  if (chart.kind === "bars") return chart.bars.length + chart.planned > 0;
  if (chart.curves.some(({ points }) => points.length > 1)) return true;
  return runs.some(({ request, state }) => {
    if (request === undefined || state !== "running") return false;
    const { tests, depths } = request;
    const prompts = tests.filter((test) => test.startsWith("pp")).length;
    if (chart.id === "lengths") return prompts > 1;
    const some = chart.id === "depths-pp" ? prompts : tests.length - prompts;
    return depths.length > 1 && some > 0;
  });
}

const NAMES = { pp: "Prefill", tg: "Decode" } as const;

function speeds(
  kind: "pp" | "tg",
  rows: readonly LabelledRow[],
  runs: readonly BenchmarkRun[],
): BarChart {
  const shown = inOrder(rows.filter(({ of }) => of?.kind === kind));
  // Depths have a chart of their own; without any other they stand here.
  const flat = shown.filter(({ of }) => of!.depth === 0);
  const chosen = flat.length > 0 ? flat : shown;
  return {
    kind: "bars",
    id: `speed-${kind}`,
    title: NAMES[kind],
    unit: "tokens per second, mean ± standard deviation",
    bars: chosen.map((row) => ({
      label: `${row.test} · ${row.series}`,
      value: row.samples.mean,
      deviation: row.samples.deviation,
      text: meanText(row.samples),
      look: row.look,
      peer: row.engine !== "fresh-mamba",
    })),
    planned: planned(runs, (test) => test.kind === kind),
  };
}

function shares(
  rows: readonly LabelledRow[],
  runs: readonly BenchmarkRun[],
): BarChart {
  const shown = inOrder(
    rows.filter(({ share, of }) => share !== undefined && of?.depth === 0),
  );
  return {
    kind: "bars",
    id: "shares",
    title: "Share of the machine's limits",
    unit: "decode: of the measured bandwidth; prefill: of the measured peak",
    bars: shown.map((row) => ({
      label: `${row.test} · ${row.series}`,
      value: row.share!.value,
      deviation: 0,
      text: shareText(row.share!.value),
      look: row.look,
      peer: false,
    })),
    planned: planned(runs, () => true),
    // What fits the caches is read faster than the memory.
    most: Math.max(1, ...shown.map(({ share }) => share!.value)),
  };
}

/** Room for what a run at work will tell. */
function planned(
  runs: readonly BenchmarkRun[],
  wanted: (test: BenchTest) => boolean,
): number {
  return runs.filter(({ state }) => state === "running")
    .map(({ request }) =>
      plannedRows(request, (test) => {
        const flat = request!.depths.includes(0);
        return wanted(test) && (!flat || test.depth === 0);
      })
    )
    .reduce((sum, count) => sum + count, 0);
}

const CURVES = {
  lengths: {
    title: "Prefill by prompt length",
    across: "tokens of the prompt",
    kind: "pp",
    x: ({ tokens }: BenchTest) => tokens,
  },
  "depths-tg": {
    title: "Decode by depth",
    across: "tokens seen before",
    kind: "tg",
    x: ({ depth }: BenchTest) => depth,
  },
  "depths-pp": {
    title: "Prefill by depth",
    across: "tokens seen before",
    kind: "pp",
    x: ({ depth }: BenchTest) => depth,
  },
} as const;

function curves(
  id: keyof typeof CURVES,
  rows: readonly LabelledRow[],
  runs: readonly BenchmarkRun[],
): CurveChart {
  const { title, across, kind, x } = CURVES[id];
  const shown = inOrder(
    rows.filter(({ of }) =>
      of?.kind === kind && (id !== "lengths" || of.depth === 0)
    ),
  );
  const test = id === "lengths" ? undefined : longestOf(shown);
  const found = new Map<string, Curve>();
  for (const row of shown) {
    if (test !== undefined && testOf(row) !== test) continue;
    const { series, look, samples: { mean: y, deviation } } = row;
    const curve = found.get(series) ?? { name: series, look, points: [] };
    found.set(series, curve);
    curve.points.push({ x: x(row.of!), y, deviation });
  }
  for (const { points } of found.values()) points.sort((a, b) => a.x - b.x);
  return {
    kind: "curves",
    id,
    title,
    unit: `tokens per second${test === undefined ? "" : `, ${test}`}`,
    across,
    curves: [...found.values()],
    planned: runs.filter(({ state }) => state === "running")
      .reduce((sum, { request }) => sum + casesOf(request), 0),
  };
}

/** The test that most depths have; of several the first: one picture says it. */
function longestOf(rows: readonly LabelledRow[]): string | undefined {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const test = testOf(row);
    counts.set(test, (counts.get(test) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

/** What stays the same along a curve of depths. */
function testOf({ test }: LabelledRow): string {
  return test.replace(/ @ d\d+$/, "");
}

/** By test, the runs of a test beside each other. */
function inOrder(rows: readonly LabelledRow[]): LabelledRow[] {
  const key = ({ of }: LabelledRow) =>
    (of!.kind === "pp" ? 0 : 1e18) + of!.depth * 1e12 + of!.sequences * 1e8 +
    of!.tokens;
  return [...rows].sort((a, b) => key(a) - key(b));
}
