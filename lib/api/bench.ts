/**
 * What a measurement is, for the command line and the pages alike.
 *
 * @module
 */

/** Repeated measurements of one quantity. */
export interface Samples {
  mean: number;
  median: number;
  /** Standard deviation of the samples, 0 for a single one. */
  deviation: number;
  samples: number[];
}

/** One thing to measure. */
export interface BenchTest {
  /** `pp`: a prompt, all tokens at once; `tg`: a text, one after the other. */
  kind: "pp" | "tg";
  /** Tokens of each sequence. */
  tokens: number;
  /** Sequences that are written together. */
  sequences: number;
  /** Tokens that each sequence has seen before. */
  depth: number;
}

/** Who is measured. */
export type BenchEngine = "fresh-mamba" | "llama.cpp";

/** What a row's samples count. */
export type BenchUnit = "tok/s" | "ms" | "bytes";

/** One quantity of one engine. */
export interface BenchRow {
  engine: BenchEngine;
  model: string;
  dtype: string;
  threads: number;
  /** Where and with which instructions it was computed. */
  backend: string;
  /** As llama-bench names it: `pp512`, `tg128 @ d4096`; or `load`, … */
  test: string;
  unit: BenchUnit;
  samples: Samples;
  /** How much of the machine's measured limit the median is. */
  share?: { of: "bandwidth" | "peak"; value: number };
  /** The median of ours divided by the peer's, repetition by repetition. */
  ratio?: number;
}

/** A model that was measured, in one format. */
export interface BenchModel {
  model: string;
  dtype: string;
  parameters: number;
  weightBytes: number;
  stateBytes: number;
  /** What a decoded token reads and writes: weights once, the state twice. */
  bytesPerToken: number;
  /** Operations of a decoded token's matrix products. */
  operationsPerToken: number;
}

/** What the machine reaches at most with so many threads. */
export interface BenchLimits {
  threads: number;
  /** Bytes per second that are read, each time of other memory. */
  bandwidth: Samples;
  /** Operations per second in registers, two a multiply-add. */
  peakF32: Samples;
  peakInt8: Samples;
}

/** How far logits of the same weights are apart. */
export interface BenchCheck {
  model: string;
  dtype: string;
  threads: number;
  peer: BenchEngine;
  /** The largest difference, relative to the largest logit. */
  difference: number;
}

/** What the numbers were measured on. */
export interface BenchMachine {
  freshMamba: string;
  deno: string;
  os: string;
  arch: string;
  processor: string;
  cores: number;
  memoryBytes: number;
}

/** Everything that one run found. */
export interface BenchReport {
  /** When it began, ISO 8601. */
  date: string;
  machine: BenchMachine;
  /** Programs that wanted a core in the minute before it began. */
  loadAverage: number;
  device: string;
  repetitions: number;
  /** Who was measured beside us, with its version; absent without one. */
  peer?: string;
  models: BenchModel[];
  limits: BenchLimits[];
  checks: BenchCheck[];
  rows: BenchRow[];
}

/** What a run tells as it goes; `begin` is the first, `done` the last. */
export type BenchEvent =
  /** The report with nothing in it yet, and how often it tells of progress. */
  | { type: "begin"; report: BenchReport; steps: number }
  | { type: "progress"; text: string }
  | { type: "note"; text: string }
  | { type: "model"; model: BenchModel }
  | { type: "check"; check: BenchCheck }
  | { type: "limits"; limits: BenchLimits }
  | { type: "row"; row: BenchRow }
  | { type: "done"; report: BenchReport };

/** A test's name: `pp512`, `tg128 @ batch 4`, `tg128 @ d4096`. */
export function testName({ kind, tokens, sequences, depth }: BenchTest) {
  const batch = sequences === 1 ? "" : ` @ batch ${sequences}`;
  return `${kind}${tokens}${batch}${depth === 0 ? "" : ` @ d${depth}`}`;
}

/** The test of a name; undefined for `load` and other words. */
export function parseTestName(name: string): BenchTest | undefined {
  const [, kind, tokens, sequences = "1", depth = "0"] =
    /^(pp|tg)(\d+)(?: @ batch (\d+))?(?: @ d(\d+))?$/.exec(name) ?? [];
  if (kind === undefined) return undefined;
  return {
    kind: kind as BenchTest["kind"],
    tokens: Number(tokens),
    sequences: Number(sequences),
    depth: Number(depth),
  };
}

/** Puts what an event found into a report. */
export function addToReport(report: BenchReport, event: BenchEvent): void {
  if (event.type === "row") report.rows.push(event.row);
  if (event.type === "check") report.checks.push(event.check);
  if (event.type === "limits") report.limits.push(event.limits);
  if (event.type !== "model") return;
  const { model, dtype } = event.model;
  const known = report.models.some((one) =>
    one.model === model && one.dtype === dtype
  );
  if (!known) report.models.push(event.model);
}

/** The most tokens of a test or a depth. */
export const MOST_BENCH_TOKENS = 131072;

/** The most sequences of a test. */
export const MOST_BENCH_SEQUENCES = 512;

/** What {@linkcode benchTests} makes tests from. */
export interface BenchTestLists {
  /** `pp512` or `tg128`. */
  names: readonly string[];
  /** Tokens seen before, for each test. */
  depths: readonly number[];
  /** Sequences together, for what is written. */
  batches: readonly number[];
}

/** Every test of some lists; undefined if a name is none. */
export function benchTests(
  { names, depths, batches }: BenchTestLists,
): BenchTest[] | undefined {
  const tests: BenchTest[] = [];
  for (const name of names) {
    const [, kind, digits] = /^(pp|tg)([1-9]\d*)$/.exec(name) ?? [];
    const tokens = Number(digits);
    if (kind === undefined || tokens > MOST_BENCH_TOKENS) return undefined;
    for (const depth of depths) {
      for (const sequences of kind === "pp" ? [1] : batches) {
        tests.push({ kind: kind as "pp" | "tg", tokens, sequences, depth });
      }
    }
  }
  return tests;
}
