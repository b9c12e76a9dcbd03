import { addToReport, type BenchEvent } from "../api/bench.ts";
import {
  type BenchmarkRecord,
  type BenchmarkRun,
  type BenchmarkUpdate,
  rowsOf,
} from "../api/benchmark.ts";
import type { ApiError } from "../api/generate_event.ts";
import type { HistoryKind } from "../api/history.ts";
import type { RunState } from "../api/run_result.ts";

/** What keeps a run, as the history does. */
export interface BenchKeeper {
  /** The id that it is kept under; undefined where nothing is kept. */
  readonly id: number | undefined;
  begin(record: {
    kind: HistoryKind;
    title: string;
    models: readonly string[];
    body: BenchmarkRecord;
  }): void;
  end(record: {
    models: readonly string[];
    state: RunState;
    body: BenchmarkRecord;
  }): void;
}

/** Options of {@linkcode ActiveBenchmark}. */
export interface ActiveBenchmarkOptions {
  keeper: BenchKeeper;
  /** The id where the keeper has none. */
  nextId: () => string;
  /** What is told of an error. */
  failure: (error: unknown) => ApiError;
}

/** A benchmark of this process, at work or ended. */
export class ActiveBenchmark {
  /** All that is known of it. */
  readonly run: BenchmarkRun;
  /** Settles when it has ended. */
  ended: Promise<void> = Promise.resolve();
  readonly #options: ActiveBenchmarkOptions;
  readonly #abort = new AbortController();
  readonly #waiting = new Set<() => void>();
  #version = 0;

  constructor(record: BenchmarkRecord, options: ActiveBenchmarkOptions) {
    const { keeper, nextId } = options;
    const title = titleOf(record);
    keeper.begin({
      kind: "benchmark",
      title,
      models: modelsOf(record),
      body: record,
    });
    this.run = {
      ...record,
      id: keeper.id === undefined ? nextId() : String(keeper.id),
      title,
      createdAt: new Date().toISOString(),
      state: "running",
      stopping: false,
      progress: { text: "Beginning", done: 0, steps: 1 },
    };
    this.#options = options;
  }

  /** Measures; what fails is told by the run alone. */
  measure(
    bench: (signal: AbortSignal) => Promise<AsyncIterable<BenchEvent>>,
  ): Promise<void> {
    this.ended = this.#measure(bench);
    return this.ended;
  }

  /** Ends it after the measurement that it is at. */
  stop(): void {
    if (this.run.state !== "running") return;
    this.run.stopping = true;
    this.#abort.abort();
    this.#publish();
  }

  /** Ends it now. */
  end(state: RunState): void {
    const { run } = this;
    run.state = state;
    run.stopping = false;
    const { request, report, imported, notes, error } = run;
    const body: BenchmarkRecord = {
      notes,
      ...(request === undefined ? {} : { request }),
      ...(report === undefined ? {} : { report }),
      ...(imported === undefined ? {} : { imported }),
      ...(error === undefined ? {} : { error }),
    };
    this.#options.keeper.end({ models: modelsOf(run), state, body });
    this.#publish();
  }

  /** All of it, and again whenever it has changed, until it ends. */
  async *watch(
    signal: AbortSignal,
  ): AsyncGenerator<BenchmarkUpdate, void, undefined> {
    while (!signal.aborted) {
      const version = this.#version;
      yield { type: "run", run: this.run };
      if (this.run.state !== "running" && version === this.#version) return;
      // What changed while the reader was slow is told at once.
      if (version === this.#version) await this.#change(signal);
    }
  }

  async #measure(
    bench: (signal: AbortSignal) => Promise<AsyncIterable<BenchEvent>>,
  ): Promise<void> {
    const { signal } = this.#abort;
    try {
      for await (const event of await bench(signal)) this.#receive(event);
      this.end("done");
    } catch (error) {
      if (signal.aborted) return this.end("stopped");
      this.run.error = this.#options.failure(error);
      this.end("failed");
    }
  }

  #receive(event: BenchEvent): void {
    const { run } = this;
    const { progress } = run;
    if (event.type === "begin") {
      run.report = event.report;
      progress.steps = event.steps;
    } else if (event.type === "done") {
      run.report = event.report;
      progress.done = progress.steps;
    } else if (event.type === "note") run.notes.push(event.text);
    else if (event.type === "progress") {
      // What it is at is not done yet.
      if (progress.text !== "Beginning") progress.done++;
      progress.text = event.text;
    } else if (run.report !== undefined) addToReport(run.report, event);
    this.#publish();
  }

  #publish(): void {
    this.#version++;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener("abort", wake);
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener("abort", wake);
    });
  }
}

function modelsOf(record: BenchmarkRecord): string[] {
  const { request } = record;
  if (request !== undefined) return [...request.models, ...request.shapes];
  return [...new Set(rowsOf(record).map(({ model }) => model))];
}

function titleOf(record: BenchmarkRecord): string {
  const models = modelsOf(record).join(", ");
  const { request } = record;
  if (request === undefined) return `llama-bench: ${models}`;
  const { dtypes, tests } = request;
  return `${models} · ${dtypes.join(", ")} · ${tests.join(", ")}`;
}
