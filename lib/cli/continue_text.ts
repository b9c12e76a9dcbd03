import { MambaError } from "../api/mamba_error.ts";
import type {
  FinishReason,
  GenerateEvent,
  GenerateTimings,
} from "../api/generate_event.ts";
import type { GenerateRequest } from "../api/generate_request.ts";
import type { Engine } from "../engine/engine.ts";
import { formatDuration, formatRate, plural } from "./format.ts";
import type { Terminal } from "./terminal.ts";

/** The events by their types. */
type EventOf<T extends GenerateEvent["type"]> = Extract<
  GenerateEvent,
  { type: T }
>;

/** A token as the engine reports it. */
export type TokenEvent = EventOf<"token">;

/** A finished or interrupted continuation. */
export interface Continuation {
  model: string;
  device: string;
  prompt: string;
  text: string;
  ids: number[];
  /** One per id, natural logarithms. */
  logprobs: number[];
  /** One list per id, if asked for. */
  top?: NonNullable<TokenEvent["top"]>[];
  finishReason: FinishReason;
  stopSequence?: string;
  seed: number;
  stateBytes: number;
  timings: GenerateTimings;
}

/** Options of {@linkcode continueText}. */
export interface ContinueOptions {
  /** Shows how far loading is. */
  terminal: Terminal;
  /** Interrupts; what was made until then is returned. */
  signal: AbortSignal;
  /** What to call the model. */
  label: string;
  /** Gets every event as it comes. */
  onEvent?: (event: GenerateEvent) => Promise<void>;
}

/**
 * Sends a request to the engine and gathers the answer.
 *
 * @throws {MambaError} whatever the engine throws; `aborted` only if nothing
 * had begun
 */
export async function continueText(
  engine: Pick<Engine, "generate">,
  request: GenerateRequest,
  options: ContinueOptions,
): Promise<Continuation> {
  const { terminal, signal, label, onEvent } = options;
  const gathering = new Gathering(request.prompt);
  try {
    for await (const raw of engine.generate(request, { signal })) {
      // The engine was given a path: people know the model by its name.
      const event = raw.type === "start" ? { ...raw, model: label } : raw;
      if (event.type === "progress") showProgress(terminal, event);
      gathering.take(event);
      await onEvent?.(event);
    }
  } catch (error) {
    const interrupted = error instanceof MambaError &&
      error.code === "aborted" && signal.aborted;
    if (!interrupted || !gathering.started) throw error;
  }
  return gathering.result();
}

/** Gathers events; keeps its own clock for runs that are cut short. */
class Gathering {
  #start: EventOf<"start"> | undefined;
  #done: EventOf<"done"> | undefined;
  readonly #prompt: string;
  readonly #tokens: TokenEvent[] = [];
  #startedAt = 0;
  #firstAt = 0;

  constructor(prompt: string) {
    this.#prompt = prompt;
  }

  get started(): boolean {
    return this.#start !== undefined;
  }

  take(event: GenerateEvent): void {
    if (event.type === "start") {
      this.#start = event;
      this.#startedAt = performance.now();
    } else if (event.type === "token") {
      if (this.#tokens.length === 0) this.#firstAt = performance.now();
      this.#tokens.push(event);
    } else if (event.type === "done") this.#done = event;
  }

  result(): Continuation {
    const start = this.#start;
    if (start === undefined) {
      throw new MambaError("internal", "The engine ended without a start");
    }
    const tops = this.#tokens.flatMap(({ top }) =>
      top === undefined ? [] : [top]
    );
    const { stopSequence } = this.#done ?? {};
    return {
      model: start.model,
      device: start.device,
      prompt: this.#prompt,
      text: this.#tokens.map(({ text }) => text).join(""),
      ids: this.#tokens.map(({ id }) => id),
      logprobs: this.#tokens.map(({ logprob }) => logprob),
      ...(tops.length === 0 ? {} : { top: tops }),
      finishReason: this.#done?.finishReason ?? "cancelled",
      ...(stopSequence === undefined ? {} : { stopSequence }),
      seed: start.seed,
      stateBytes: start.stateBytes,
      timings: this.#done?.timings ?? this.#timings(start.promptTokens),
    };
  }

  #timings(promptTokens: number): GenerateTimings {
    const now = performance.now();
    const first = this.#tokens.length === 0 ? now : this.#firstAt;
    const promptMs = first - this.#startedAt;
    const generateMs = now - first;
    const generatedTokens = this.#tokens.length;
    const rate = (tokens: number, ms: number) =>
      tokens > 0 && ms > 0 ? 1000 * tokens / ms : 0;
    return {
      promptTokens,
      promptMs,
      timeToFirstTokenMs: promptMs,
      generatedTokens,
      generateMs,
      promptTokensPerSecond: rate(promptTokens, promptMs),
      tokensPerSecond: rate(generatedTokens - 1, generateMs),
    };
  }
}

/** The figures of a run in one line. */
export function figures(made: Continuation): string {
  const { timings } = made;
  return [
    `${plural(timings.promptTokens, "prompt token")} at ${
      formatRate(timings.promptTokensPerSecond)
    }`,
    `${plural(timings.generatedTokens, "token")} at ${
      formatRate(timings.tokensPerSecond)
    }`,
    `first after ${formatDuration(timings.timeToFirstTokenMs)}`,
    `seed ${made.seed}`,
    made.stopSequence === undefined
      ? made.finishReason
      : `stopped at ${JSON.stringify(made.stopSequence)}`,
  ].join(" · ");
}

function showProgress(terminal: Terminal, event: EventOf<"progress">): void {
  const { stage, done, total } = event;
  const share = total > 0 ? Math.floor(100 * done / total) : 0;
  terminal.progress(
    stage === "queued" ? `waiting behind ${total}` : `${stage} ${share} %`,
  );
}
