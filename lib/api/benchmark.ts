/**
 * A benchmark as the server runs, keeps and shows it.
 *
 * @module
 */
import type { BenchReport, BenchRow } from "./bench.ts";
import type { DeviceName, DtypeName } from "./device_info.ts";
import type { ApiError } from "./generate_event.ts";
import type { RunState } from "./run_result.ts";

/** What is measured: each model in each format, with every test. */
export interface BenchmarkRequest {
  /** Ids of models on the server. */
  models: string[];
  /** Names of shapes, which are given random weights. */
  shapes: string[];
  device: "auto" | DeviceName;
  /** `stored`: as the model is, f32 for a shape. */
  dtypes: ("stored" | DtypeName)[];
  /** `pp512`, `tg128`, … */
  tests: string[];
  /** Sequences that are written together. */
  batches: number[];
  /** Tokens that were seen before. */
  depths: number[];
  /** Numbers of threads; none = what the device takes by itself. */
  threads: number[];
  /** How often each is measured, after one to warm up. */
  repetitions: number;
}

/** What the history keeps of a benchmark. */
export interface BenchmarkRecord {
  /** Absent where the numbers were imported. */
  request?: BenchmarkRequest;
  /** What was found until now; absent before it began, and for imports. */
  report?: BenchReport;
  /** What was read from another program's file. */
  imported?: BenchRow[];
  /** What the run told about its numbers. */
  notes: string[];
  error?: ApiError;
}

/** A benchmark, as it goes or as it was kept. */
export interface BenchmarkRun extends BenchmarkRecord {
  id: string;
  title: string;
  /** When it began, ISO 8601. */
  createdAt: string;
  state: RunState;
  /** Whether it ends after the measurement that it is at. */
  stopping: boolean;
  progress: { text: string; done: number; steps: number };
}

/** What the stream of a run tells: all of it, whenever it has changed. */
export interface BenchmarkUpdate {
  type: "run";
  run: BenchmarkRun;
}

/** A device that benchmarks can run on. */
export interface BenchmarkDevice {
  name: DeviceName;
  description: string;
}

/** All rows of a benchmark, measured here or imported. */
export function rowsOf({ imported, report }: BenchmarkRecord): BenchRow[] {
  return imported ?? report?.rows ?? [];
}
