import type { FinishReason, GenerateTimings } from "../api/generate_event.ts";
import type { StreamingDecoder, Tokenizer } from "../tokenizer/mod.ts";
import { generateTokens, type TokenJob } from "./generate_tokens.ts";
import { type StopResult, StopSequences } from "./stop_sequences.ts";

/** A token of a stream. */
export interface GeneratedToken {
  /** 0 for the first token of the continuation. */
  index: number;
  id: number;
  /**
   * The text that is certain with this token. It may be empty while the bytes
   * of a character, or the beginning of a stop string, are incomplete; all
   * texts together are the continuation. Without a tokenizer it is empty.
   */
  text: string;
  /** Natural logarithm of its probability in the model's own distribution. */
  logprob: number;
  /** The most likely tokens here, best first, if `logprobs` asked for them. */
  top?: { id: number; text: string; logprob: number }[];
}

/** A whole continuation. */
export interface Generation {
  /** The continuation, without the prompt and any stop string. */
  text: string;
  /** Its ids; the last is the end-of-text id if that ended it. */
  ids: number[];
  /** One per id: log probabilities under the model's own distribution. */
  logprobs: number[];
  /** One per id, if `logprobs` asked for them. */
  top?: { id: number; text: string; logprob: number }[][];
  finishReason: FinishReason;
  /** The stop string that ended it. */
  stopSequence?: string;
  /** The seed that was used: give it again for the same text. */
  seed: number;
  timings: GenerateTimings;
}

/** What is known when a stream has ended. */
export interface GenerationEnd {
  finishReason: FinishReason;
  stopSequence?: string;
  timings: GenerateTimings;
}

/** Turns ids into text that never splits a character or shows a stop string. */
class TextAssembler {
  readonly #tokenizer: Tokenizer | undefined;
  readonly #decoder: StreamingDecoder | undefined;
  readonly #stops: StopSequences;

  constructor(tokenizer: Tokenizer | undefined, stop: readonly string[]) {
    this.#tokenizer = tokenizer;
    this.#decoder = tokenizer?.createDecoder({ skipSpecialTokens: true });
    this.#stops = new StopSequences(stop);
  }

  push(id: number, last: boolean): StopResult {
    if (this.#decoder === undefined) return { text: "" };
    const pushed = this.#stops.push(this.#decoder.push(id));
    if (pushed.matched !== undefined || !last) return pushed;
    const rest = this.#stops.push(this.#decoder.flush());
    // What was held back may end with a match that a longer one had kept open.
    const text = pushed.text + rest.text + this.#stops.flush();
    const { matched } = this.#stops;
    return matched === undefined ? { text } : { text, matched };
  }

  display(id: number): string {
    return this.#tokenizer?.tokenText(id) ?? "";
  }
}

/** Measures one run. */
class Stopwatch {
  readonly #start = performance.now();
  readonly #promptTokens: number;
  #first: number | undefined;

  constructor(promptTokens: number) {
    this.#promptTokens = promptTokens;
  }

  token(): void {
    this.#first ??= performance.now();
  }

  timings(generatedTokens: number): GenerateTimings {
    const end = performance.now();
    const first = this.#first ?? end;
    const promptMs = first - this.#start;
    const generateMs = end - first;
    return {
      promptTokens: this.#promptTokens,
      promptMs,
      timeToFirstTokenMs: promptMs,
      generatedTokens,
      generateMs,
      promptTokensPerSecond: rate(this.#promptTokens, promptMs),
      // The first token comes with the prompt: the others took this time.
      tokensPerSecond: rate(generatedTokens - 1, generateMs),
    };
  }
}

function rate(tokens: number, ms: number): number {
  return tokens > 0 && ms > 0 ? 1000 * tokens / ms : 0;
}

/**
 * Streams tokens with their text.
 *
 * @returns (at the end) why it ended, and how long it took
 */
export async function* generateText(
  job: TokenJob,
  tokenizer: Tokenizer | undefined,
): AsyncGenerator<GeneratedToken, GenerationEnd, undefined> {
  const { sampling } = job;
  const assembler = new TextAssembler(tokenizer, sampling.stop);
  const watch = new Stopwatch(job.prompt.length);
  let count = 0;
  for await (const drawn of generateTokens(job)) {
    watch.token();
    const { id, logprob } = drawn;
    const { text, matched } = assembler.push(id, drawn.finish !== undefined);
    const token: GeneratedToken = { index: count++, id, text, logprob };
    if (sampling.logprobs > 0) {
      token.top = drawn.top.map((entry) => ({
        ...entry,
        text: assembler.display(entry.id),
      }));
    }
    yield token;
    if (matched !== undefined) {
      return {
        finishReason: "stop",
        stopSequence: matched,
        timings: watch.timings(count),
      };
    }
    if (drawn.finish !== undefined) {
      return { finishReason: drawn.finish, timings: watch.timings(count) };
    }
  }
  return { finishReason: "length", timings: watch.timings(count) };
}

/** Gathers a stream into one {@linkcode Generation}. */
export async function collect(
  stream: AsyncGenerator<GeneratedToken, GenerationEnd, undefined>,
  seed: number,
): Promise<Generation> {
  const parts: string[] = [];
  const ids: number[] = [];
  const logprobs: number[] = [];
  const top: NonNullable<GeneratedToken["top"]>[] = [];
  for (;;) {
    const { done, value } = await stream.next();
    if (done) {
      return {
        text: parts.join(""),
        ids,
        logprobs,
        ...(top.length === 0 ? {} : { top }),
        seed,
        ...value,
      };
    }
    parts.push(value.text);
    ids.push(value.id);
    logprobs.push(value.logprob);
    if (value.top !== undefined) top.push(value.top);
  }
}
