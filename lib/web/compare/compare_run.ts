import { batch, computed, type Signal, signal } from "@preact/signals";
import type {
  CompareEvent,
  CompareRecord,
  CompareRequest,
  CompareVote,
} from "../../api/compare.ts";
import type { ApiError } from "../../api/generate_event.ts";
import type { TallyRow } from "../../api/history.ts";
import { onNextFrame } from "../playground/run.ts";
import { NETWORK_PROBLEM, problemOf } from "../problem_of.ts";
import { readEventStream } from "../read_event_stream.ts";
import type { Problem } from "../request_error.ts";
import { ColumnView } from "./column_view.ts";
import { Partings } from "./partings.ts";

/** Options of {@linkcode CompareRun}. */
export interface CompareRunOptions {
  /** Sends requests. @default fetch */
  fetch?: typeof fetch;
  /** Calls back when the screen may be drawn anew. */
  onNextFrame?: (callback: () => void) => void;
}

/** One comparison at a time: asked for, shown as it arrives, stopped. */
export class CompareRun {
  /** The last request, with the seed of its texts. */
  readonly request: Signal<CompareRequest | undefined> = signal(undefined);
  readonly columns: Signal<readonly ColumnView[]> = signal([]);
  /** The record that it is kept as. */
  readonly id: Signal<number | undefined> = signal(undefined);
  /** Why it is not kept. */
  readonly unkept: Signal<Problem | undefined> = signal(undefined);
  /** What is wrong with the request, or the connection. */
  readonly problem: Signal<Problem | undefined> = signal(undefined);
  readonly vote: Signal<CompareVote | undefined> = signal(undefined);
  readonly tally: Signal<readonly TallyRow[]> = signal([]);
  /** Whether any column is at work. */
  readonly running: Signal<boolean>;
  /** Where each text parts from the first one. */
  readonly partings: Signal<readonly (number | undefined)[]>;
  readonly #fetch: typeof fetch;
  readonly #onNextFrame: (callback: () => void) => void;
  #controller: AbortController | undefined;
  #frameAsked = false;
  #partings = new Partings();

  constructor(options: CompareRunOptions = {}) {
    this.#fetch = options.fetch ?? ((...request) => fetch(...request));
    this.#onNextFrame = options.onNextFrame ?? onNextFrame;
    this.running = computed(() =>
      this.columns.value.some(({ view }) => view.running)
    );
    this.partings = computed(() =>
      this.#partings.find(this.columns.value.map(({ view }) => ({
        text: view.text.value,
        // What was stopped, or failed, might have gone on as the others do.
        finished: view.status.value.phase === "done",
      })))
    );
  }

  /**
   * Asks for a comparison and shows it as it arrives. A run that is under way
   * is left alone. Ends without throwing: what fails is shown.
   */
  async start(
    request: CompareRequest,
    { keep = false }: { keep?: boolean } = {},
  ): Promise<void> {
    if (this.running.value) return;
    const controller = new AbortController();
    const { signal } = controller;
    this.#controller = controller;
    this.#begin(request);
    try {
      await this.#stream(request, keep, signal);
    } catch {
      // Whatever it is: the stream is not what this server sends.
    }
    if (!signal.aborted && this.running.value) this.fail(NETWORK_PROBLEM);
  }

  /** Ends all columns; the engine is free within one token. */
  stop(): void {
    if (!this.running.value) return;
    this.#controller?.abort();
    batch(() => this.columns.value.forEach((column) => column.stop()));
  }

  /** Shows what is wrong with all of it; what has come stays. */
  fail(problem: Problem): void {
    batch(() => {
      this.problem.value = problem;
      this.columns.value.forEach((column) => column.stop());
    });
  }

  /** Shows a comparison that is over. */
  show({ request, columns, vote }: CompareRecord, id?: number): void {
    batch(() => {
      this.#begin(request);
      this.id.value = id;
      this.vote.value = vote;
      this.columns.value.forEach((column, index) =>
        column.show(columns[index]!)
      );
    });
  }

  /** What is shown, as it is kept and exported. */
  record(): CompareRecord | undefined {
    const request = this.request.value;
    if (request === undefined) return undefined;
    const vote = this.vote.value;
    return {
      request,
      columns: this.columns.value.map((column) => column.result()),
      ...(vote === undefined ? {} : { vote }),
    };
  }

  /** Says which column is best. */
  async cast(vote: CompareVote): Promise<void> {
    const { value: id } = this.id;
    if (id === undefined) return;
    try {
      const response = await this.#fetch(`/api/history/${id}/vote`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ vote }),
      });
      if (!response.ok) {
        this.problem.value = await problemOf(response);
        return;
      }
      const tally = await response.json();
      batch(() => {
        this.tally.value = tally;
        this.vote.value = vote;
      });
    } catch {
      this.problem.value = NETWORK_PROBLEM;
    }
  }

  #begin(request: CompareRequest): void {
    this.#partings = new Partings();
    batch(() => {
      this.request.value = request;
      this.id.value = undefined;
      this.unkept.value = undefined;
      this.problem.value = undefined;
      this.vote.value = undefined;
      this.columns.value = request.columns.map((column) =>
        new ColumnView(column, request.prompt)
      );
    });
  }

  async #stream(
    request: CompareRequest,
    keep: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const response = await this.#fetch(
      `/api/compare?keep=${keep ? "on" : "off"}`,
      {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(request),
        signal,
      },
    );
    if (!response.ok || response.body === null) {
      const problem = await problemOf(response);
      if (!signal.aborted) this.fail(problem);
      return;
    }
    for await (const { data } of readEventStream(response.body)) {
      if (signal.aborted) return;
      this.#receive(JSON.parse(data));
    }
  }

  #receive(event: CompareEvent | { type: "error"; error: ApiError }): void {
    switch (event.type) {
      case "begin":
        this.request.value = { ...this.request.value!, seed: event.seed };
        return;
      case "kept":
        this.id.value = event.id;
        return;
      case "unkept":
        this.unkept.value = event.error;
        return;
      case "error":
        return this.fail(event.error);
      case "column":
        this.columns.value[event.column]!.receive(event.event);
        this.#askForFrame();
    }
  }

  #askForFrame(): void {
    if (this.#frameAsked) return;
    this.#frameAsked = true;
    this.#onNextFrame(() => {
      this.#frameAsked = false;
      batch(() => this.columns.value.forEach((column) => column.flush()));
    });
  }
}
