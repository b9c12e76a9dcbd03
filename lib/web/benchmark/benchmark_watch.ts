import { type Signal, signal } from "@preact/signals";
import type { BenchmarkRun, BenchmarkUpdate } from "../../api/benchmark.ts";
import { NETWORK_PROBLEM, problemOf } from "../problem_of.ts";
import { readEventStream } from "../read_event_stream.ts";
import type { Problem } from "../request_error.ts";
import { retryWait } from "../retry_wait.ts";

/** Options of {@linkcode BenchmarkWatch}. */
export interface BenchmarkWatchOptions {
  /** Sends requests. @default fetch */
  fetch?: typeof fetch;
  /** Calls back after so many milliseconds. @default setTimeout */
  after?: (callback: () => void, milliseconds: number) => void;
}

/**
 * A benchmark as it goes on: follows the server's stream, each event of which
 * is all of the run, and connects again when it breaks off.
 */
export class BenchmarkWatch {
  /** The run, as the server last told. */
  readonly run: Signal<BenchmarkRun>;
  /** What went wrong. */
  readonly problem: Signal<Problem | undefined> = signal(undefined);
  /** Whether the server cannot be reached just now. */
  readonly lost: Signal<boolean> = signal(false);
  readonly #fetch: typeof fetch;
  readonly #after: (callback: () => void, milliseconds: number) => void;
  #connection: AbortController | undefined;

  constructor(run: BenchmarkRun, options: BenchmarkWatchOptions = {}) {
    this.run = signal(run);
    this.#fetch = options.fetch ?? ((...request) => fetch(...request));
    this.#after = options.after ??
      ((callback, milliseconds) => void setTimeout(callback, milliseconds));
  }

  /** Follows the run until it ends; a new call replaces the last. */
  async connect(): Promise<void> {
    this.close();
    const { signal } = this.#connection = new AbortController();
    for (let tries = 0; !signal.aborted; tries++) {
      if (this.run.value.state !== "running") return;
      try {
        await this.#follow(signal);
      } catch {
        // Whatever it is: the next connection tells everything again.
      }
      if (signal.aborted || this.run.value.state !== "running") return;
      this.lost.value = true;
      const wait = retryWait(tries);
      await new Promise<void>((resolve) => this.#after(resolve, wait));
    }
  }

  /** Ends the connection. */
  close(): void {
    this.#connection?.abort();
    this.#connection = undefined;
  }

  /** Ends the run after the measurement that it is at. */
  async stop(): Promise<void> {
    this.problem.value = undefined;
    try {
      const response = await this.#fetch(`${this.#address()}/stop`, {
        method: "POST",
      });
      if (!response.ok) this.problem.value = await problemOf(response);
      else await response.body?.cancel();
    } catch {
      this.problem.value = NETWORK_PROBLEM;
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const response = await this.#fetch(`${this.#address()}/events`, { signal });
    if (response.status === 404) {
      // It ended with an earlier server, which is what its page says now.
      await response.body?.cancel();
      this.lost.value = false;
      const { run } = this;
      run.value = { ...run.value, state: "stopped", stopping: false };
      return;
    }
    if (!response.ok || response.body === null) {
      throw new Error(`The server answered with status ${response.status}`);
    }
    for await (const { event, data } of readEventStream(response.body)) {
      if (signal.aborted || event !== "run") return;
      this.lost.value = false;
      this.run.value = (JSON.parse(data) as BenchmarkUpdate).run;
    }
  }

  #address(): string {
    return `/api/benchmark/${encodeURIComponent(this.run.value.id)}`;
  }
}
