import { type Signal, signal } from "@preact/signals";
import {
  columnLabel,
  type CompareColumn,
  type CompareResult,
  type ReadEvent,
  type Reading,
} from "../../api/compare.ts";
import type { ApiError, GenerateEvent } from "../../api/generate_event.ts";
import type { RunState } from "../../api/run_result.ts";
import { RunView } from "../playground/run_view.ts";
import { shownResult } from "../playground/shown_result.ts";

/** What a page shows of a column: a run, and what it has read. */
export class ColumnView {
  /** The model, and the format if one was asked for. */
  readonly label: string;
  /** The text as it is written, and what is measured. */
  readonly view = new RunView();
  /** The text as it is read in lock-step. */
  readonly reading: Signal<Reading | undefined> = signal(undefined);
  readonly #prompt: string;
  #pending: Reading["tokens"] = [];

  constructor(column: CompareColumn, prompt: string) {
    this.label = columnLabel(column);
    this.#prompt = prompt;
    this.view.begin(prompt);
  }

  /** Takes an event; tokens wait for a {@linkcode flush}. */
  receive(event: GenerateEvent | ReadEvent): void {
    if (event.type === "reading") {
      this.#pending.push(...event.tokens);
    } else if (event.type === "read") {
      this.flush();
      const { type: _type, ...summary } = event;
      const tokens = this.reading.value?.tokens ?? [];
      this.reading.value = { ...summary, tokens };
      this.#showEnd("done", tokens.length);
    } else {
      this.view.receive(event);
    }
  }

  /** Shows the tokens that have gathered. */
  flush(): void {
    if (this.#pending.length > 0) {
      const tokens = this.reading.value?.tokens ?? [];
      this.reading.value = { tokens: [...tokens, ...this.#pending] };
      this.#pending = [];
    }
    if (this.view.status.value.phase === "writing") this.view.flush();
  }

  /** Shows that the reader ended the run. */
  stop(): void {
    if (!this.view.running) return;
    this.flush();
    const tokens = this.reading.value?.tokens.length;
    if (tokens === undefined) this.view.stop();
    else this.#showEnd("stopped", tokens);
  }

  /** Shows a column that is over. */
  show(result: CompareResult): void {
    this.view.show(shownResult(this.#prompt, result));
    this.reading.value = result.reading;
  }

  /** What there is to keep and to export. */
  result(): CompareResult {
    const { figures, status, text, problem } = this.view;
    const { finishReason, stopSequence } = status.value;
    const {
      tokensPerSecond,
      timeToFirstTokenMs,
      promptTokensPerSecond,
      tokens = 0,
      ...known
    } = figures.value;
    const all = {
      ...known,
      state: stateOfPhase(status.value.phase),
      text: text.value,
      tokens,
      finishReason,
      stopSequence,
      timings: defined({
        timeToFirstTokenMs,
        tokensPerSecond,
        promptTokensPerSecond,
      }),
      error: problem.value as ApiError | undefined,
      reading: this.reading.value,
    };
    return defined(all) as unknown as CompareResult;
  }

  #showEnd(phase: "done" | "stopped", tokens: number): void {
    const { figures } = this.view;
    this.view.show({
      prompt: this.#prompt,
      text: "",
      status: { phase, tokens },
      figures: { ...figures.value, tokens },
    });
  }
}

function stateOfPhase(phase: string): RunState {
  return phase === "done" || phase === "failed" ? phase : "stopped";
}

/** The fields that have a value: JSON has no others. */
function defined(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).filter(([, field]) => field !== undefined),
  );
}
