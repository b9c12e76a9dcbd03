import { toApiError } from "../api/api_error.ts";
import type { BenchEvent } from "../api/bench.ts";
import type {
  BenchmarkDevice,
  BenchmarkRequest,
  BenchmarkRun,
  BenchmarkUpdate,
} from "../api/benchmark.ts";
import { MambaError } from "../api/mamba_error.ts";
import { ActiveBenchmark, type BenchKeeper } from "./active_benchmark.ts";
import { benchmarkOptions, workingDevices } from "./benchmark_options.ts";
import { benchmarkText } from "./benchmark_text.ts";
import { parseLlamaBench } from "./llama_bench_json.ts";
import { type BenchOptions, runBench } from "./run_bench.ts";
import { SHAPES } from "./shapes.ts";

/** Options of {@linkcode BenchmarkManager}. */
export interface BenchmarkManagerOptions {
  /** Where files are made that go with the run; emptied before each. */
  folder: () => string;
  /** Keeps a run; without an id of its own nothing is kept. */
  keeper: () => BenchKeeper;
  /** What measures. @default runBench */
  bench?: (options: BenchOptions) => AsyncIterable<BenchEvent>;
  /** As in `BenchOptions`. @default 512 MiB */
  bandwidthBytes?: number;
}

/** So many runs are remembered where no history keeps them. */
const MOST_REMEMBERED = 20;

/**
 * The benchmarks of a server: one at a time, because two would measure each
 * other. A run goes on whoever looks at it, and ends with the process.
 */
export class BenchmarkManager {
  /** The names of the shapes that can be measured with random weights. */
  readonly shapes: readonly string[] = Object.keys(SHAPES);
  readonly #options: BenchmarkManagerOptions;
  readonly #runs = new Map<string, ActiveBenchmark>();
  #active: ActiveBenchmark | undefined;
  #unkept = 0;

  constructor(options: BenchmarkManagerOptions) {
    this.#options = options;
  }

  /** The run that is at work. */
  get active(): BenchmarkRun | undefined {
    return this.#active?.run;
  }

  /** The devices that work here. */
  devices(): BenchmarkDevice[] {
    return workingDevices();
  }

  /** A run of this process; undefined for one that only the history knows. */
  get(id: string): BenchmarkRun | undefined {
    return this.#runs.get(id)?.run;
  }

  /**
   * Begins a run.
   *
   * @throws {MambaError} `busy` while another is at work, `not_found` for a
   * model, `invalid_argument` or `unsupported` for a device
   */
  async start(request: BenchmarkRequest): Promise<BenchmarkRun> {
    this.#refuseSecond();
    const { folder, bandwidthBytes = 512 * 2 ** 20 } = this.#options;
    const options = await benchmarkOptions(request);
    // Another may have begun while the models were looked for.
    this.#refuseSecond();
    const active = this.#add({ request, notes: [] });
    this.#active = active;
    const bench = this.#options.bench ?? runBench;
    void active.measure(async (signal) =>
      bench({
        ...options,
        bandwidthBytes,
        folder: await emptyFolder(folder()),
        signal,
      })
    ).finally(() => this.#active = undefined);
    return active.run;
  }

  /**
   * Takes what llama-bench wrote as a run.
   *
   * @throws {MambaError} `invalid_argument` for other text
   */
  import(text: string): BenchmarkRun {
    const imported = parseLlamaBench(text);
    if (imported.length === 0) {
      throw new MambaError(
        "invalid_argument",
        "Cannot read the results of llama-bench: there are none",
        { hint: "Write them with `llama-bench -o json`." },
      );
    }
    const active = this.#add({ imported, notes: [] });
    active.end("done");
    return active.run;
  }

  /** A run's numbers as text. */
  toText(run: BenchmarkRun, format: "csv" | "md"): string {
    return benchmarkText(run, format);
  }

  /**
   * Ends a run after the measurement that it is at.
   *
   * @throws {MambaError} `not_found` for one that is not of this process
   */
  stop(id: string): BenchmarkRun {
    const active = this.#need(id);
    active.stop();
    return active.run;
  }

  /**
   * All of a run, and again whenever it has changed, until it ends.
   *
   * @throws {MambaError} `not_found` for one that is not of this process
   */
  watch(
    id: string,
    signal: AbortSignal,
  ): AsyncGenerator<BenchmarkUpdate, void, undefined> {
    return this.#need(id).watch(signal);
  }

  /** Ends the run that is at work, and waits for that. */
  async close(): Promise<void> {
    const active = this.#active;
    active?.stop();
    await active?.ended;
  }

  #add(record: Pick<BenchmarkRun, "request" | "imported" | "notes">) {
    const keeper = this.#options.keeper();
    const active = new ActiveBenchmark(record, {
      keeper,
      nextId: () => `unkept-${++this.#unkept}`,
      failure: (error) => toApiError(error),
    });
    this.#runs.set(active.run.id, active);
    for (const id of this.#runs.keys()) {
      if (this.#runs.size <= MOST_REMEMBERED) break;
      this.#runs.delete(id);
    }
    return active;
  }

  #need(id: string): ActiveBenchmark {
    const active = this.#runs.get(id);
    if (active !== undefined) return active;
    throw new MambaError(
      "not_found",
      `Cannot find a benchmark ${JSON.stringify(id)} at work`,
      { hint: "It may have ended with an earlier server." },
    );
  }

  #refuseSecond(): void {
    if (this.#active === undefined) return;
    throw new MambaError(
      "busy",
      "Cannot measure: another benchmark is at work",
      { hint: "Wait until it is done, or stop it: two measure each other." },
    );
  }
}

/** What a server that was killed has left goes. */
async function emptyFolder(folder: string): Promise<string> {
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(folder, { recursive: true });
  return folder;
}
