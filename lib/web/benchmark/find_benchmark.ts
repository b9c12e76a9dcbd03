import type { BenchmarkRecord, BenchmarkRun } from "../../api/benchmark.ts";
import type { State } from "../define.ts";
import { needRecordId } from "../history/record_id.ts";

/**
 * A benchmark of this process or of the history.
 *
 * @throws {MambaError} `not_found`, and what is wrong with the history
 */
export function findBenchmark(
  id: string,
  { benchmarks, history }: Pick<State, "benchmarks" | "history">,
): BenchmarkRun {
  const known = benchmarks.get(id);
  if (known !== undefined) return known;
  const record = history.get<BenchmarkRecord>(needRecordId(id), "benchmark");
  const { title, createdAt, state, body } = record;
  return {
    ...body,
    id,
    title,
    createdAt,
    state,
    stopping: false,
    progress: { text: "", done: 0, steps: 1 },
  };
}
