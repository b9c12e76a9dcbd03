import { benchmarkDirectory } from "../config.ts";
import type { BenchKeeper } from "./active_benchmark.ts";
import { BenchmarkManager } from "./benchmark_manager.ts";

const KEY = Symbol.for("fresh-mamba.benchmarks");
const holder = globalThis as { [KEY]?: BenchmarkManager };

/**
 * The process's benchmarks. They live outside the module, because a
 * development server evaluates modules again after each edit, and the run that
 * is at work must be found again.
 *
 * @param keeper keeps each run
 */
export function sharedBenchmarks(keeper: () => BenchKeeper): BenchmarkManager {
  holder[KEY] ??= new BenchmarkManager({ folder: benchmarkDirectory, keeper });
  return holder[KEY];
}

/** Ends the benchmark that is at work, if any. */
export async function closeBenchmarks(): Promise<void> {
  await holder[KEY]?.close();
}
