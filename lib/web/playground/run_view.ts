import { batch, type Signal, signal } from "@preact/signals";
import type { GenerateEvent } from "../../api/generate_event.ts";
import type { Problem } from "../request_error.ts";
import type { Figures } from "./figures.ts";
import { isRunning, type RunStatus } from "./run_status.ts";

/** How far the work before the first token is. */
export interface RunProgress {
  done: number;
  total: number;
}

/** A text with everything that is shown of it. */
export interface RunStart {
  prompt: string;
  text: string;
  status: RunStatus;
  figures: Figures;
  problem?: Problem | undefined;
}

/** How often the rate is shown anew, in milliseconds: faster is unreadable. */
const RATE_INTERVAL = 250;

/**
 * What a page shows of a run, as signals, and how each event changes it.
 * Tokens gather until {@linkcode flush} shows them.
 */
export class RunView {
  /** The prompt that the text continues. */
  readonly prompt: Signal<string> = signal("");
  /** The continuation so far. */
  readonly text: Signal<string> = signal("");
  /** Where the run is. */
  readonly status: Signal<RunStatus> = signal({ phase: "idle", tokens: 0 });
  /** What is measured. */
  readonly figures: Signal<Figures> = signal({});
  /** The work before the first token, if there is some. */
  readonly progress: Signal<RunProgress | undefined> = signal(undefined);
  /** What went wrong. */
  readonly problem: Signal<Problem | undefined> = signal(undefined);
  #pending = "";
  #tokens = 0;
  #sentAt = 0;
  #startedAt = 0;
  #firstTokenAt = 0;
  #rateShownAt = 0;

  /** Whether the engine is at work. */
  get running(): boolean {
    return isRunning(this.status.value.phase);
  }

  /** Tokens that have arrived. */
  get tokens(): number {
    return this.#tokens;
  }

  /** Shows a text that was written elsewhere. */
  show(start: RunStart): void {
    batch(() => {
      this.prompt.value = start.prompt;
      this.text.value = start.text;
      this.status.value = start.status;
      this.figures.value = start.figures;
      this.problem.value = start.problem;
      this.progress.value = undefined;
    });
  }

  /** Shows that a request is on its way. */
  begin(prompt: string): void {
    this.#pending = "";
    this.#tokens = 0;
    this.#sentAt = performance.now();
    const status: RunStatus = { phase: "starting", tokens: 0 };
    this.show({ prompt, text: "", status, figures: {} });
  }

  /** Shows what an event tells; the text of tokens waits for a flush. */
  receive(event: GenerateEvent): void {
    switch (event.type) {
      case "progress":
        return this.#advance(event);
      case "start":
        return this.#start(event);
      case "token":
        this.#tokens++;
        this.#pending += event.text;
        if (this.#tokens === 1) this.#showFirst();
        return;
      case "done":
        return this.#finish(event);
      case "error":
        this.flush();
        return this.fail(event.error);
    }
  }

  /** Shows the tokens that have gathered. */
  flush(): void {
    const now = performance.now();
    const since = now - this.#firstTokenAt;
    const figures: Figures = { ...this.figures.value, tokens: this.#tokens };
    if (this.#tokens > 1 && now - this.#rateShownAt >= RATE_INTERVAL) {
      this.#rateShownAt = now;
      figures.tokensPerSecond = 1000 * (this.#tokens - 1) / since;
    }
    batch(() => {
      this.text.value += this.#pending;
      this.figures.value = figures;
    });
    this.#pending = "";
  }

  /** Shows that the reader ended the run. */
  stop(): void {
    this.flush();
    this.#setPhase("stopped");
  }

  /** Shows what went wrong. */
  fail(problem: Problem): void {
    batch(() => {
      this.problem.value = problem;
      this.#setPhase("failed");
    });
  }

  #advance(event: GenerateEvent & { type: "progress" }): void {
    const { stage, done, total } = event;
    batch(() => {
      if (stage === "queued") this.#setPhase(stage, total);
      else if (this.status.value.phase !== stage) this.#setPhase(stage);
      this.progress.value = stage === "queued" ? undefined : { done, total };
    });
  }

  #start(event: GenerateEvent & { type: "start" }): void {
    const { type: _type, ...known } = event;
    this.#startedAt = performance.now();
    batch(() => {
      this.figures.value = known;
      this.#setPhase("prefill");
    });
  }

  #showFirst(): void {
    const now = performance.now();
    this.#firstTokenAt = now;
    this.#rateShownAt = now;
    const { promptTokens = 0 } = this.figures.value;
    batch(() => {
      this.figures.value = {
        ...this.figures.value,
        timeToFirstTokenMs: now - this.#sentAt,
        promptTokensPerSecond: 1000 * promptTokens / (now - this.#startedAt),
      };
      this.#setPhase("writing");
    });
  }

  #finish(event: GenerateEvent & { type: "done" }): void {
    const { text, tokens, timings, finishReason, stopSequence } = event;
    this.#pending = "";
    batch(() => {
      this.text.value = text;
      this.progress.value = undefined;
      this.figures.value = {
        ...this.figures.value,
        tokens,
        tokensPerSecond: timings.tokensPerSecond,
        promptTokensPerSecond: timings.promptTokensPerSecond,
        timeToFirstTokenMs: timings.timeToFirstTokenMs,
      };
      this.status.value = { phase: "done", tokens, finishReason, stopSequence };
    });
  }

  #setPhase(phase: RunStatus["phase"], ahead?: number): void {
    this.progress.value = undefined;
    this.status.value = { phase, tokens: this.#tokens, ahead };
  }
}
