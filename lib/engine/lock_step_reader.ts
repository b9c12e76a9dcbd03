import type { ReadDivergence, ReadEvent, ReadToken } from "../api/compare.ts";
import type { GenerateEvent } from "../api/generate_event.ts";
import { invalidArgument } from "../api/invalid_argument.ts";
import { scoreLogits } from "../native/score.ts";
import type { StreamingDecoder, Tokenizer } from "../tokenizer/mod.ts";
import { compareLogits, summarizeLogits } from "./compare_logits.ts";
import { computeLane } from "./compute_lane.ts";
import type { MambaLMHeadModel } from "./mamba_lm_head_model.ts";
import type { MambaState } from "./mamba_state.ts";
import { differenceOf, type TokenizedText } from "./tokenized_text.ts";

/** The longest text that is read in lock-step, in tokens. */
export const MAX_READ_TOKENS = 4096;

/** Options of {@linkcode LockStepReader.open}. */
export interface ReaderOptions {
  /** What the model is called. */
  name: string;
  text: string;
  signal?: AbortSignal | undefined;
  /** What this one is compared with; it must be a turn ahead. */
  base?: LockStepReader | undefined;
}

/** One model that reads a text, some tokens at a time. */
export class LockStepReader implements Disposable {
  /** What is known before the first token. */
  readonly start: GenerateEvent & { type: "start" };
  /** The text as the model sees it. */
  readonly read: TokenizedText;
  readonly #model: MambaLMHeadModel;
  readonly #tokenizer: Tokenizer;
  readonly #options: ReaderOptions;
  /** Why there is no comparison with the base. */
  readonly #incomparable: string | undefined;
  readonly #state: MambaState;
  readonly #decoder: StreamingDecoder;
  /** Logits (tokens of the last turn, padded vocabulary). */
  #rows: Float32Array<ArrayBuffer> = new Float32Array(0);
  /** Where the last turn began, and where the next one will. */
  #turn = { from: 0, to: 0 };
  /** What the next token was expected to be. */
  #expected: Omit<ReadToken, "text"> = {};
  #logprobs = 0;
  #bytes = 0;
  readonly #divergence: ReadDivergence = {
    meanKl: 0,
    maxKl: 0,
    disagreements: 0,
    tokens: 0,
  };

  private constructor(
    model: MambaLMHeadModel,
    read: TokenizedText,
    options: ReaderOptions,
  ) {
    this.#model = model;
    this.#tokenizer = read.tokenizer;
    this.#options = options;
    this.#incomparable = options.base && differenceOf(options.base.read, read);
    this.#state = model.createState();
    this.#decoder = read.tokenizer.createDecoder();
    this.read = read;
    const { device, dtype, weightBytes, stateBytes } = model;
    this.start = {
      type: "start",
      model: options.name,
      device,
      dtype,
      weightBytes,
      stateBytes,
      promptTokens: read.ids.length,
      seed: 0,
    };
  }

  /**
   * Makes a reader of a text.
   *
   * @throws {MambaError} `invalid_argument` for a text of less than two tokens
   * or more than {@linkcode MAX_READ_TOKENS}, or without a tokenizer
   */
  static async open(
    model: MambaLMHeadModel,
    options: ReaderOptions,
  ): Promise<LockStepReader> {
    const { text, signal } = options;
    const ids = await model.encode(text, signal && { signal });
    const { length } = ids;
    if (length < 2 || length > MAX_READ_TOKENS) {
      throw invalidArgument(
        "prompt",
        `it has ${length} ${length === 1 ? "token" : "tokens"}`,
        `In lock-step a text of 2 to ${MAX_READ_TOKENS} tokens is read.`,
      );
    }
    const { vocabSize } = model.config;
    const read = { ids, vocabSize, tokenizer: model.tokenizer! };
    return new LockStepReader(model, read, options);
  }

  /** Whether the text has been read. */
  get finished(): boolean {
    return this.#turn.to === this.read.ids.length;
  }

  /** Reads on, so many tokens at most. */
  async readOn(most: number): Promise<ReadToken[]> {
    const from = this.#turn.to;
    const piece = this.read.ids.slice(from, from + most);
    const { signal } = this.#options;
    const { logits } = await this.#model.forward(piece, {
      state: this.#state,
      ...(signal === undefined ? {} : { signal }),
    });
    this.#rows = logits;
    this.#turn = { from, to: from + piece.length };
    const logprobs = await this.#score();
    const tokens = Array.from(piece, (id, row) => {
      const expected = this.#expected;
      this.#expected = this.#expect(from + row, logprobs[row]);
      this.#count(id, expected.logprob);
      return { text: this.#decoder.push(id), ...expected };
    });
    if (this.finished) tokens.at(-1)!.text += this.#decoder.flush();
    return tokens;
  }

  /** What all tokens say together. */
  end(): ReadEvent {
    const meanLogprob = this.#logprobs / (this.read.ids.length - 1);
    const { tokens } = this.#divergence;
    const event: ReadEvent = {
      type: "read",
      meanLogprob,
      perplexity: Math.exp(-meanLogprob),
    };
    if (this.#bytes > 0) {
      event.bitsPerByte = -this.#logprobs / this.#bytes / Math.LN2;
    }
    if (this.#incomparable !== undefined) {
      event.incomparable = this.#incomparable;
    }
    if (tokens > 0) {
      const meanKl = this.#divergence.meanKl / tokens;
      event.divergence = { ...this.#divergence, meanKl };
    }
    return event;
  }

  /** Gives the state back. */
  [Symbol.dispose](): void {
    this.#state[Symbol.dispose]();
  }

  /** Log probabilities of what follows each token; the last has nothing. */
  async #score(): Promise<Float64Array> {
    const { paddedVocabSize: size } = this.#model.config;
    const { from, to } = this.#turn;
    const targets = this.read.ids.slice(from + 1, to + 1);
    const rows = this.#rows.subarray(0, targets.length * size);
    return await computeLane.run(() => scoreLogits(rows, size, targets));
  }

  /** What was expected after a position, and whether the base did so too. */
  #expect(
    position: number,
    logprob: number | undefined,
  ): Omit<ReadToken, "text"> {
    if (logprob === undefined) return {};
    const row = this.#row(position)!;
    const { top, logSum } = summarizeLogits(row);
    const expected: Omit<ReadToken, "text"> = {
      logprob,
      top: this.#tokenizer.tokenText(top),
      topLogprob: row[top]! - logSum,
    };
    const { base } = this.#options;
    if (base === undefined || this.#incomparable !== undefined) return expected;
    const other = base.#row(position);
    if (other === undefined) return expected;
    const size = Math.min(base.read.vocabSize, this.read.vocabSize);
    const { kl, sameTop } = compareLogits(other, row, size);
    const sums = this.#divergence;
    sums.meanKl += kl;
    sums.maxKl = Math.max(sums.maxKl, kl);
    sums.disagreements += sameTop ? 0 : 1;
    sums.tokens++;
    return { ...expected, kl, differs: !sameTop };
  }

  /** The logits after a position; undefined outside of the last turn. */
  #row(position: number): Float32Array | undefined {
    const { paddedVocabSize: size } = this.#model.config;
    const { from, to } = this.#turn;
    if (position < from || position >= to) return undefined;
    return this.#rows.subarray(
      (position - from) * size,
      (position - from + 1) * size,
    );
  }

  #count(id: number, logprob: number | undefined): void {
    if (logprob === undefined) return;
    this.#logprobs += logprob;
    this.#bytes += this.#tokenizer.textBytes(id);
  }
}
