import type {
  ApiError,
  FinishReason,
  GenerateEvent,
} from "./generate_event.ts";

/** Where a run is, or how it ended. */
export type RunState = "running" | "done" | "stopped" | "failed";

/** How fast a text was written; what could not be measured is absent. */
export interface RunTimings {
  timeToFirstTokenMs?: number;
  tokensPerSecond?: number;
  promptTokensPerSecond?: number;
}

/** All that a generation told, also of one that was stopped or failed. */
export interface RunResult {
  state: RunState;
  /** The id of the model. */
  model?: string;
  device?: string;
  /** How its largest matrices are kept. */
  dtype?: string;
  /** What the model takes in memory, in bytes. */
  weightBytes?: number;
  /** What the text's state takes in memory, in bytes. */
  stateBytes?: number;
  promptTokens?: number;
  seed?: number;
  /** The continuation, as far as it came. */
  text: string;
  tokens: number;
  finishReason?: FinishReason;
  stopSequence?: string;
  timings: RunTimings;
  error?: ApiError;
}

/** The result of a run that has told nothing yet. */
export function emptyResult(): RunResult {
  return { state: "running", text: "", tokens: 0, timings: {} };
}

/** Gathers a generation's events into its {@linkcode RunResult}. */
export class ResultGatherer {
  /** What is known until now. */
  readonly result: RunResult = emptyResult();
  readonly #parts: string[] = [];
  readonly #begun = performance.now();
  #firstAt = 0;
  #lastAt = 0;

  /** Takes the next event. */
  add(event: GenerateEvent): void {
    const { result } = this;
    switch (event.type) {
      case "progress":
        return;
      case "start": {
        const { type: _type, ...start } = event;
        Object.assign(result, start);
        return;
      }
      case "token":
        result.tokens++;
        this.#lastAt = performance.now();
        this.#firstAt ||= this.#lastAt;
        this.#parts.push(event.text);
        return;
      case "done":
        return this.#finish(event);
      case "error":
        this.fail(event.error);
    }
  }

  /** Nothing more will come: what was not finished was stopped. */
  end(): RunResult {
    if (this.result.state === "running") this.#break("stopped");
    return this.result;
  }

  /** Nothing more will come, for a reason. */
  fail(error: ApiError): void {
    this.#break("failed");
    this.result.error = error;
  }

  #finish(event: GenerateEvent & { type: "done" }): void {
    const { text, tokens, finishReason, stopSequence, timings } = event;
    const { timeToFirstTokenMs, tokensPerSecond, promptTokensPerSecond } =
      timings;
    Object.assign(this.result, {
      state: "done",
      text,
      tokens,
      finishReason,
      ...(stopSequence === undefined ? {} : { stopSequence }),
      timings: { timeToFirstTokenMs, tokensPerSecond, promptTokensPerSecond },
    });
  }

  #break(state: RunState): void {
    const { result } = this;
    result.state = state;
    result.text = this.#parts.join("");
    if (result.tokens === 0) return;
    result.timings.timeToFirstTokenMs = this.#firstAt - this.#begun;
    if (result.tokens < 2) return;
    result.timings.tokensPerSecond = 1000 * (result.tokens - 1) /
      (this.#lastAt - this.#firstAt);
  }
}
