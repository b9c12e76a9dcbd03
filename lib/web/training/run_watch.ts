import { batch, type Signal, signal } from "@preact/signals";
import { addEvent, type TrainingHistory } from "../../api/training_history.ts";
import {
  isActive,
  type TrainingRun,
  type TrainingSnapshot,
  type TrainingUpdate,
} from "../../api/training_run.ts";
import { readEventStream } from "../read_event_stream.ts";
import { NETWORK_PROBLEM, problemOf } from "../problem_of.ts";
import type { Problem } from "../request_error.ts";
import { retryWait } from "../retry_wait.ts";

/** Options of {@linkcode RunWatch}. */
export interface RunWatchOptions {
  /** Sends requests. @default fetch */
  fetch?: typeof fetch;
  /** Calls back after so many milliseconds. @default setTimeout */
  after?: (callback: () => void, milliseconds: number) => void;
}

/** How often what has arrived is shown, in milliseconds. */
const SHOW_INTERVAL = 200;

/**
 * A run as it goes on: follows the server's stream of events, and connects
 * again when it breaks off. Each connection begins with all that happened
 * until then, so nothing is missed.
 */
export class RunWatch {
  /** The run, as the server last told. */
  readonly run: Signal<TrainingRun>;
  /** Its curves and samples. */
  readonly history: Signal<TrainingHistory>;
  /** What went wrong. */
  readonly problem: Signal<Problem | undefined> = signal(undefined);
  /** Whether the server cannot be reached just now. */
  readonly lost: Signal<boolean> = signal(false);
  readonly #fetch: typeof fetch;
  readonly #after: (callback: () => void, milliseconds: number) => void;
  #pending: TrainingHistory;
  #showing = false;
  #connection: AbortController | undefined;

  constructor(snapshot: TrainingSnapshot, options: RunWatchOptions = {}) {
    this.run = signal(snapshot.run);
    this.history = signal(snapshot.history);
    this.#pending = snapshot.history;
    this.#fetch = options.fetch ?? ((...request) => fetch(...request));
    this.#after = options.after ??
      ((callback, milliseconds) => void setTimeout(callback, milliseconds));
  }

  /** Follows the run until it rests; a new call replaces the last. */
  async connect(): Promise<void> {
    this.close();
    const connection = new AbortController();
    this.#connection = connection;
    const { signal } = connection;
    for (let tries = 0; !signal.aborted;) {
      const before = this.#pending;
      try {
        await this.#follow(signal);
        if (signal.aborted) return;
        // The server ends the stream of a run that rests.
        if (!isActive(this.run.value.status)) return;
      } catch {
        // Whatever it is: the next connection tells everything again.
      }
      if (signal.aborted) return;
      // What has come in shows that the server was there.
      tries = this.#pending === before ? tries + 1 : 1;
      this.lost.value = true;
      await this.#wait(retryWait(tries - 1));
    }
  }

  /** Ends the connection. */
  close(): void {
    this.#connection?.abort();
    this.#connection = undefined;
  }

  /** Sends what a button says, and follows what comes of it. */
  async command(action: "stop" | "resume"): Promise<void> {
    this.problem.value = undefined;
    this.problem.value = await this.#send("POST", `/${action}`);
    // The answer may be older than what the stream has told meanwhile.
    void this.connect();
  }

  /** Removes the run; true when it is gone. */
  async remove(): Promise<boolean> {
    this.problem.value = undefined;
    this.problem.value = await this.#send("DELETE", "");
    return this.problem.value === undefined;
  }

  async #send(method: string, path: string): Promise<Problem | undefined> {
    try {
      const response = await this.#fetch(this.#address() + path, { method });
      if (!response.ok) return await problemOf(response);
      await response.body?.cancel();
      return undefined;
    } catch {
      return NETWORK_PROBLEM;
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const response = await this.#fetch(`${this.#address()}/events`, { signal });
    if (response.status === 404) {
      // A run that is gone does not come back.
      this.problem.value = await problemOf(response);
      return this.close();
    }
    if (!response.ok || response.body === null) {
      throw new Error(`The server answered with status ${response.status}`);
    }
    for await (const { data } of readEventStream(response.body)) {
      if (signal.aborted) return;
      this.#receive(JSON.parse(data) as TrainingUpdate);
    }
  }

  #receive(update: TrainingUpdate): void {
    switch (update.type) {
      case "snapshot":
        this.#pending = update.snapshot.history;
        batch(() => {
          this.lost.value = false;
          this.run.value = update.snapshot.run;
          this.#show();
        });
        return;
      case "run":
        batch(() => {
          this.run.value = update.run;
          this.#show();
        });
        return;
      case "event":
        addEvent(this.#pending, update.event);
        return this.#showSoon();
      case "error":
        this.problem.value = update.error;
    }
  }

  /** Steps can come faster than anybody sees. */
  #showSoon(): void {
    if (this.#showing) return;
    this.#showing = true;
    this.#after(() => {
      this.#showing = false;
      this.#show();
    }, SHOW_INTERVAL);
  }

  #show(): void {
    this.history.value = { ...this.#pending };
  }

  #address(): string {
    return `/api/train/${encodeURIComponent(this.run.value.id)}`;
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.#after(resolve, milliseconds));
  }
}
