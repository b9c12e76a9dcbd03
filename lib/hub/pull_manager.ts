import { toApiError } from "../api/api_error.ts";
import { MambaError } from "../api/mamba_error.ts";
import {
  afterPullEvent,
  isPulling,
  type PullStatus,
} from "../api/pull_status.ts";
import { formatModelName, requireModelName } from "./model_name.ts";
import { expandAlias } from "./official_models.ts";
import { pullModel } from "./pull_model.ts";
import type { PullOptions } from "./pull_options.ts";
import { isCancellation } from "./retries.ts";

/** Options of {@linkcode PullManager}: those of each pull. */
export type PullManagerOptions = Omit<
  PullOptions,
  "revision" | "onEvent" | "signal"
>;

interface ManagedPull {
  status: PullStatus;
  readonly abort: AbortController;
  /** Whoever waits for a change. */
  readonly listeners: Set<() => void>;
}

/**
 * The downloads of a server: one at a time, the others wait in a queue. They
 * go on whoever watches, and each model is fetched once however many ask.
 */
export class PullManager implements AsyncDisposable {
  readonly #options: PullManagerOptions;
  readonly #pulls = new Map<string, ManagedPull>();
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: PullManagerOptions = {}) {
    this.#options = options;
  }

  /**
   * Begins to fetch a model, or both of an alias; one that is being fetched
   * stays as it is.
   *
   * @param name `mamba-130m`, `owner/name`, either with `@revision`, `both`
   * @returns the downloads, in the order of the alias
   * @throws {MambaError} `invalid_argument`, `closed`
   */
  start(name: string): PullStatus[] {
    if (this.#closed) {
      throw new MambaError("closed", "Cannot fetch a model: the server ends");
    }
    const models = expandAlias(name)
      .map((word) => formatModelName(requireModelName(word)));
    return models.map((model) => this.#startOne(model));
  }

  /** Every download since the start of the server, the newest last. */
  list(): PullStatus[] {
    return [...this.#pulls.values()].map(({ status }) => status);
  }

  /**
   * One download.
   *
   * @throws {MambaError} `not_found`
   */
  get(id: string): PullStatus {
    return this.#find(id).status;
  }

  /**
   * Stops a download; what was fetched stays, and is gone on with the next
   * time. One that has ended stays as it is.
   *
   * @throws {MambaError} `not_found`
   */
  cancel(id: string): PullStatus {
    const pull = this.#find(id);
    pull.abort.abort();
    if (pull.status.state === "queued") {
      this.#change(pull, { ...pull.status, state: "cancelled" });
    }
    return pull.status;
  }

  /**
   * A download's status, now and after every change, until it ends. A slow
   * reader misses what lies between two looks, never the end.
   *
   * @throws {MambaError} `not_found`
   */
  async *watch(
    id: string,
    signal?: AbortSignal,
  ): AsyncGenerator<PullStatus, void, undefined> {
    const pull = this.#find(id);
    while (!signal?.aborted) {
      const { status } = pull;
      yield status;
      if (!isPulling(status.state)) return;
      if (pull.status === status) await changed(pull, signal);
    }
  }

  /** Stops all downloads and takes no more. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const id of this.#pulls.keys()) this.cancel(id);
    await this.#last;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #startOne(model: string): PullStatus {
    const id = model.replaceAll("/", "--");
    const running = this.#pulls.get(id);
    // One that is being stopped is begun anew, behind its own end.
    if (
      running !== undefined && isPulling(running.status.state) &&
      !running.abort.signal.aborted
    ) return running.status;
    this.#pulls.delete(id);
    const pull: ManagedPull = {
      status: {
        id,
        model,
        state: "queued",
        startedAt: new Date().toISOString(),
        totalBytes: 0,
        doneBytes: 0,
      },
      abort: new AbortController(),
      listeners: new Set(),
    };
    this.#pulls.set(id, pull);
    this.#last = this.#last.then(() => this.#run(pull));
    return pull.status;
  }

  async #run(pull: ManagedPull): Promise<void> {
    if (pull.status.state !== "queued") return;
    this.#change(pull, { ...pull.status, state: "running" });
    try {
      await pullModel(pull.status.model, {
        ...this.#options,
        signal: pull.abort.signal,
        onEvent: (event) =>
          this.#change(pull, afterPullEvent(pull.status, event)),
      });
    } catch (error) {
      const { note: _note, ...status } = pull.status;
      this.#change(
        pull,
        isCancellation(error)
          ? { ...status, state: "cancelled" }
          : { ...status, state: "failed", error: toApiError(error) },
      );
    }
  }

  #change(pull: ManagedPull, status: PullStatus): void {
    pull.status = status;
    for (const wake of pull.listeners) wake();
  }

  #find(id: string): ManagedPull {
    const pull = this.#pulls.get(id);
    if (pull !== undefined) return pull;
    throw new MambaError(
      "not_found",
      `Cannot find the download ${JSON.stringify(id)}`,
      { hint: "It may be from before the last start of the server." },
    );
  }
}

async function changed(
  { listeners }: ManagedPull,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = () => resolve();
  listeners.add(wake);
  signal?.addEventListener("abort", wake, { once: true });
  if (signal?.aborted) resolve();
  try {
    await promise;
  } finally {
    listeners.delete(wake);
    signal?.removeEventListener("abort", wake);
  }
}
