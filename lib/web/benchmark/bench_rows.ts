import {
  type BenchRow,
  type BenchTest,
  benchTests,
  parseTestName,
} from "../../api/bench.ts";
import {
  type BenchmarkRequest,
  type BenchmarkRun,
  rowsOf,
} from "../../api/benchmark.ts";
import { groupDigits } from "../format.ts";

/** How many series have a look of their own. */
export const LOOKS = 6;

/** A row with whose it is. */
export interface LabelledRow extends BenchRow {
  /** What was measured; undefined for `load` and other words. */
  of: BenchTest | undefined;
  /** What tells its series from the others. */
  series: string;
  /** Which of the looks it has, from 0 on. */
  look: number;
}

/** All rows of some runs, each with the words that tell its series apart. */
export function labelledRows(runs: readonly BenchmarkRun[]): LabelledRow[] {
  const all = runs.flatMap((run) => rowsOf(run).map((row) => ({ run, row })));
  const several = (of: (row: BenchRow) => unknown) =>
    new Set(all.map(({ row }) => of(row))).size > 1;
  const threads = several((row) => row.threads);
  const engines = several((row) => row.engine) ||
    all.some(({ row }) => row.engine !== "fresh-mamba");
  const looks = new Map<string, number>();
  return all.map(({ run, row }) => {
    const series = [
      runs.length > 1 ? `#${run.id}` : "",
      `${shortName(row.model)} ${row.dtype}`.trim(),
      engines ? row.engine : "",
      threads ? threadsText(row.threads) : "",
    ].filter((word) => word !== "").join(" · ");
    const look = looks.get(series) ?? looks.size % LOOKS;
    looks.set(series, look);
    return { ...row, of: parseTestName(row.test), series, look };
  });
}

/** How many rows of a kind a request will give; 0 for an import. */
export function plannedRows(
  request: BenchmarkRequest | undefined,
  wanted: (test: BenchTest) => boolean,
): number {
  if (request === undefined) return 0;
  const tests = benchTests({ ...request, names: request.tests }) ?? [];
  return casesOf(request) * tests.filter(wanted).length;
}

/** How many models in how many formats a request measures. */
export function casesOf(request: BenchmarkRequest | undefined): number {
  if (request === undefined) return 0;
  const { models, shapes, dtypes, threads } = request;
  return (models.length + shapes.length) * dtypes.length *
    Math.max(1, threads.length);
}

/** `1 thread`, `8 threads`. */
export function threadsText(threads: number): string {
  return `${threads} thread${threads === 1 ? "" : "s"}`;
}

/** A mean with its deviation, with as many digits as make sense. */
export function meanText(
  { mean, deviation }: { mean: number; deviation: number },
): string {
  if (mean >= 100) {
    return `${groupDigits(Math.round(mean))} ± ${
      groupDigits(Math.round(deviation))
    }`;
  }
  const digits = mean >= 10 ? 1 : 2;
  return `${mean.toFixed(digits)} ± ${deviation.toFixed(digits)}`;
}

/** A row's result with its unit. */
export function resultText({ samples, unit }: BenchRow): string {
  if (unit !== "bytes") return `${meanText(samples)} ${unit}`;
  const mean = samples.mean / 1e6;
  return `${meanText({ mean, deviation: samples.deviation / 1e6 })} MB`;
}

/** A share of a limit: `62.1 %`. */
export function shareText(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

/** A model's name without its owner. */
function shortName(model: string): string {
  return model.split("/").at(-1)!;
}
