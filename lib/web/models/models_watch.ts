import { type Signal, signal } from "@preact/signals";
import type { ModelOverview } from "../../api/model_overview.ts";
import {
  isPulling,
  type PullStatus,
  type PullUpdate,
} from "../../api/pull_status.ts";
import { NETWORK_PROBLEM, problemOf } from "../problem_of.ts";
import { readEventStream } from "../read_event_stream.ts";
import type { Problem } from "../request_error.ts";
import { retryWait } from "../retry_wait.ts";

/** A problem, and the part of the page that it belongs to. */
export interface PlacedProblem {
  /** `pull`, `memory`, or a model's id. */
  place: string;
  problem: Problem;
}

/** Options of {@linkcode ModelsWatch}. */
export interface ModelsWatchOptions {
  /** Sends requests. @default fetch */
  fetch?: typeof fetch;
  /** Calls back after so many milliseconds. @default setTimeout */
  after?: (callback: () => void, milliseconds: number) => void;
}

/**
 * The models as they change: follows the downloads one after the other, as the
 * server does them, connects again when that breaks off, and sends what the
 * page's buttons say.
 */
export class ModelsWatch {
  readonly overview: Signal<ModelOverview>;
  /** What went wrong last. */
  readonly problem: Signal<PlacedProblem | undefined> = signal(undefined);
  /** The places, or single tasks of them, whose request is under way. */
  readonly busy: Signal<ReadonlySet<string>> = signal(new Set());
  /** Whether the server cannot be reached just now. */
  readonly lost: Signal<boolean> = signal(false);
  readonly #fetch: typeof fetch;
  readonly #after: (callback: () => void, milliseconds: number) => void;
  #connection: AbortController | undefined;
  /** Counts the answers that were asked for: an older one is no news. */
  #asked = 0;

  constructor(overview: ModelOverview, options: ModelsWatchOptions = {}) {
    this.overview = signal(overview);
    this.#fetch = options.fetch ?? ((...request) => fetch(...request));
    this.#after = options.after ??
      ((callback, milliseconds) => void setTimeout(callback, milliseconds));
  }

  /** Follows the downloads until all have ended; a new call replaces the last. */
  async connect(): Promise<void> {
    this.close();
    const connection = new AbortController();
    this.#connection = connection;
    const { signal } = connection;
    for (let tries = 0; !signal.aborted;) {
      const pull = this.overview.value.pulls.find(({ state }) =>
        isPulling(state)
      );
      if (pull === undefined) return;
      try {
        await this.#follow(pull.id, signal);
        if (signal.aborted) return;
        await this.refresh();
        if (!this.#isPulling(pull.id)) {
          tries = 0;
          continue;
        }
      } catch {
        // Whatever it is: the next connection tells how far it is.
        this.lost.value = !signal.aborted;
      }
      await this.#wait(retryWait(tries++));
    }
  }

  /** Ends the connection. */
  close(): void {
    this.#connection?.abort();
    this.#connection = undefined;
  }

  /**
   * Asks for everything anew.
   *
   * @throws if there is no answer
   */
  async refresh(): Promise<void> {
    const asked = ++this.#asked;
    const response = await this.#fetch("/api/models/overview");
    if (!response.ok) throw new Error(`The status is ${response.status}`);
    const overview: ModelOverview = await response.json();
    this.lost.value = false;
    if (asked === this.#asked) this.overview.value = overview;
  }

  /** Begins to fetch a model; true if the server took it. */
  pull(model: string): Promise<boolean> {
    return this.#send("pull", "POST", "pull", { model });
  }

  /** Stops a download. */
  cancel(id: string): Promise<boolean> {
    const path = `pull/${encodeURIComponent(id)}/cancel`;
    // Not held up by another download that is just being asked for.
    return this.#send("pull", "POST", path, undefined, path);
  }

  /** Loads a model, in a format or as it is stored. */
  load(model: string, dtype: string): Promise<boolean> {
    const format = dtype === "" ? {} : { dtype };
    return this.#send(model, "POST", "load", { model, ...format });
  }

  /** Unloads what is kept of a model in a format. */
  unload(model: string, dtype: string): Promise<boolean> {
    return this.#send("memory", "POST", "unload", { model, dtype });
  }

  /** Removes a download from the disk. */
  remove(model: string): Promise<boolean> {
    return this.#send(model, "DELETE", encodeURIComponent(model));
  }

  async #send(
    place: string,
    method: string,
    path: string,
    body?: unknown,
    task = place,
  ): Promise<boolean> {
    if (this.busy.value.has(task)) return false;
    this.busy.value = new Set([...this.busy.value, task]);
    this.problem.value = undefined;
    const problem = await this.#ask(method, path, body);
    if (problem !== undefined) this.problem.value = { place, problem };
    await this.refresh().catch(() => {});
    const others = [...this.busy.value].filter((other) => other !== task);
    this.busy.value = new Set(others);
    void this.connect();
    return problem === undefined;
  }

  async #ask(
    method: string,
    path: string,
    body: unknown,
  ): Promise<Problem | undefined> {
    try {
      const response = await this.#fetch(`/api/models/${path}`, {
        method,
        ...(body === undefined ? {} : {
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        }),
      });
      if (!response.ok) return await problemOf(response);
      await response.body?.cancel();
      return undefined;
    } catch {
      return NETWORK_PROBLEM;
    }
  }

  /** Takes in a download's stream to its end. */
  async #follow(id: string, signal: AbortSignal): Promise<void> {
    const path = `/api/models/pull/${encodeURIComponent(id)}/events`;
    const response = await this.#fetch(path, { signal });
    // A server that was started anew knows nothing of it.
    if (response.status === 404) return void await response.body?.cancel();
    if (!response.ok || response.body === null) {
      throw new Error(`The status is ${response.status}`);
    }
    for await (const { event, data } of readEventStream(response.body)) {
      if (signal.aborted) return;
      if (event !== "status") continue;
      this.lost.value = false;
      this.#show((JSON.parse(data) as PullUpdate).status);
    }
  }

  #show(status: PullStatus): void {
    const { pulls, ...rest } = this.overview.value;
    this.overview.value = {
      ...rest,
      pulls: pulls.map((pull) => pull.id === status.id ? status : pull),
    };
  }

  #isPulling(id: string): boolean {
    return this.overview.value.pulls.some((pull) =>
      pull.id === id && isPulling(pull.state)
    );
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.#after(resolve, milliseconds));
  }
}
