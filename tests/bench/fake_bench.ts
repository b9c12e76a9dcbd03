import type { BenchEvent, BenchReport, BenchRow } from "../../lib/api/bench.ts";
import { testName } from "../../lib/api/bench.ts";
import type { BenchOptions } from "../../lib/bench/run_bench.ts";
import { summarize } from "../../lib/bench/samples.ts";

/** A report with nothing in it. */
export function emptyReport(): BenchReport {
  return {
    date: "2026-01-31T14:05:00.000Z",
    machine: {
      freshMamba: "0.1.0",
      deno: "2.9.0",
      os: "linux",
      arch: "x86_64",
      processor: "Abacus <8> & sons",
      cores: 2,
      memoryBytes: 8e9,
    },
    loadAverage: 0.1,
    device: "cpu",
    repetitions: 2,
    models: [],
    limits: [],
    checks: [],
    rows: [],
  };
}

/** A row of a model of that name. */
export function fakeRow(test: string, given: Partial<BenchRow> = {}): BenchRow {
  return {
    engine: "fresh-mamba",
    model: "mamba-tiny",
    dtype: "f32",
    threads: 1,
    backend: "cpu: abacus",
    test,
    unit: "tok/s",
    samples: summarize([99, 101]),
    share: { of: test.startsWith("pp") ? "peak" : "bandwidth", value: 0.5 },
    ...given,
  };
}

/** Measures nothing: each case waits until it is allowed. */
export class FakeBench {
  /** What it was asked. */
  readonly asked: BenchOptions[] = [];
  /** Thrown in place of the first case. */
  failure: Error | undefined;
  #allowed = 0;
  #wake = () => {};

  /** Lets so many cases be measured. */
  allow(cases: number): void {
    this.#allowed += cases;
    this.#wake();
  }

  bench = async function* (
    this: FakeBench,
    options: BenchOptions,
  ): AsyncGenerator<BenchEvent, void, void> {
    const { sources, tests, signal } = options;
    this.asked.push(options);
    const report = emptyReport();
    yield {
      type: "begin",
      report: structuredClone(report),
      steps: sources.length,
    };
    yield { type: "note", text: "Loading is not measured." };
    for (const source of sources) {
      const model = "shape" in source ? source.shape : source.name;
      yield { type: "progress", text: `measuring ${model}` };
      while (this.#allowed === 0) {
        if (this.failure !== undefined) throw this.failure;
        signal.throwIfAborted();
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          signal.addEventListener("abort", () => resolve());
        });
      }
      this.#allowed--;
      for (const test of tests) {
        const row = fakeRow(testName(test), { model });
        report.rows.push(row);
        yield { type: "row", row };
      }
    }
    yield { type: "done", report };
  }.bind(this);
}
