import type { BenchmarkRun } from "../../api/benchmark.ts";
import type { HistoryEntry } from "../../api/history.ts";
import { isActive } from "../../api/training_run.ts";
import type { State } from "../define.ts";
import { toProblem } from "../request_error.ts";
import type { Problem } from "../request_error.ts";
import type { BenchmarkFormProps } from "./benchmark_form.tsx";
import { valuesOfRequest } from "./benchmark_values.ts";
import { findBenchmark } from "./find_benchmark.ts";
import { REFRESH_SECONDS } from "./limits.ts";

/** All that the page shows. */
export interface BenchmarkPage extends BenchmarkFormProps {
  /** The run that is shown, and those beside it. */
  runs: BenchmarkRun[];
  entries: readonly HistoryEntry[];
  /** Whether a history is kept. */
  on: boolean;
  /** Whether a model is trained just now. */
  training: boolean;
  /** Why a run cannot be shown. */
  missing?: Problem;
  /** What is wrong with the history; benchmarks go on without it. */
  unkept?: Problem;
  /** Why an import was refused. */
  importProblem?: Problem;
}

/** More runs than this make no readable picture. */
const MOST_BESIDE = 5;

/** What the page shows for an address; without a run, the one at work. */
export async function benchmarkPage(
  query: URLSearchParams,
  state: State,
): Promise<BenchmarkPage> {
  state.title = "Benchmark";
  const { benchmarks, history } = state;
  const active = benchmarks.active;
  const shown = shownRuns(query, active?.id, state);
  const run = shown.runs[0];
  if (run?.state === "running") state.refresh = REFRESH_SECONDS;
  const models = await state.engine.listModels();
  return {
    ...shown,
    ...entriesOf(history),
    models,
    shapes: benchmarks.shapes,
    devices: benchmarks.devices(),
    busy: active !== undefined,
    training: (await state.runs.list()).some(({ status }) => isActive(status)),
    values: run?.request === undefined
      ? firstValues(models.find(({ error }) => error === undefined)?.id)
      : valuesOfRequest(run.request),
  };
}

function firstValues(model: string | undefined) {
  const values = valuesOfRequest();
  return model === undefined
    ? { ...values, shapes: ["mamba-130m"] }
    : { ...values, models: [model] };
}

function shownRuns(
  query: URLSearchParams,
  active: string | undefined,
  state: State,
): Pick<BenchmarkPage, "runs" | "missing"> {
  const first = query.get("run") ?? active;
  if (first === undefined) return { runs: [] };
  const ids = new Set([first, ...query.getAll("with").slice(0, MOST_BESIDE)]);
  try {
    return { runs: [...ids].map((id) => findBenchmark(id, state)) };
  } catch (error) {
    return { runs: [], missing: toProblem(error) };
  }
}

function entriesOf(
  history: State["history"],
): Pick<BenchmarkPage, "entries" | "on" | "unkept"> {
  const { on } = history.status();
  try {
    const { entries } = history.list({ kind: "benchmark", limit: 30 });
    return { on, entries };
  } catch (error) {
    return { on, entries: [], unkept: toProblem(error) };
  }
}
