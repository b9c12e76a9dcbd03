import type { BenchEngine, BenchModel, BenchTest } from "../api/bench.ts";
import { MambaError } from "../api/mamba_error.ts";
import type { MambaLMHeadModel } from "../engine/mamba_lm_head_model.ts";
import type { NativeModel } from "../native/model.ts";
import type { NativeState } from "../native/state.ts";
import { type Contender, differenceOf, someTokens } from "./contender.ts";
import { type TokenNeeds, tokenNeeds } from "./token_needs.ts";

/** How far logits of the two ways may be apart, relative to the largest. */
const TOLERANCE = 1e-3;

/**
 * The same of quantised weights: a number of the activations that lies between
 * two whole ones rounds either way, and random models carry it on.
 */
const QUANTISED_TOLERANCE = 0.1;

/** Tokens of a call that goes to a depth. */
const DEPTH_PIECE = 512;

/** A model's weights alone: no tokenizer, no sampling, no queue. */
export class BareModel implements Contender {
  readonly engine: BenchEngine = "fresh-mamba";
  readonly backend: string;
  readonly #model: MambaLMHeadModel;
  readonly #native: NativeModel;
  readonly #vocabSize: number;
  /** States that have seen so many tokens. */
  readonly #deep = new Map<number, NativeState>();
  /** What tokens read, write and compute. */
  readonly needs: TokenNeeds;

  constructor(model: MambaLMHeadModel) {
    this.#model = model;
    this.#native = model.native;
    this.#vocabSize = model.config.paddedVocabSize;
    this.backend = `${model.device}: ${model.deviceDescription}`;
    this.needs = tokenNeeds(model);
  }

  /** The model in figures. */
  describe(name: string, dtype: string): BenchModel {
    return {
      model: name,
      dtype,
      parameters: this.#model.parameterCount,
      weightBytes: this.#model.weightBytes,
      stateBytes: this.#model.stateBytes,
      bytesPerToken: this.needs.stepBytes(1),
      operationsPerToken: this.needs.operations(1, 1),
    };
  }

  async run(test: BenchTest): Promise<number> {
    const { kind, tokens, sequences, depth } = test;
    const states: NativeState[] = [];
    try {
      for (let i = 0; i < sequences; i++) {
        states.push(
          depth === 0
            ? this.#native.createState()
            : (await this.#stateAt(depth)).clone(),
        );
      }
      const ids = someTokens(tokens, this.#vocabSize);
      return kind === "pp"
        ? await this.#prefill(states[0]!, ids)
        : await this.#decode(states, ids);
    } finally {
      for (const state of states) state[Symbol.dispose]();
    }
  }

  async logits(tokens: Uint32Array): Promise<Float32Array<ArrayBuffer>> {
    using state = this.#native.createState();
    const logits = new Float32Array(this.#vocabSize);
    await this.#native.forward([{ state, tokens, logits: 1 }], logits);
    return logits;
  }

  /**
   * Waits for what loading left to the background, so that every test reads
   * the weights from where they stay; what comes before is part of the load.
   */
  settle(): Promise<void> {
    return this.#native.settle();
  }

  /**
   * Checks that what is going to be timed is right: the same tokens give the
   * same logits at once and one after the other.
   *
   * @throws {MambaError} `numeric` if they do not
   */
  async verify(count = 8): Promise<void> {
    const tokens = someTokens(count, this.#vocabSize);
    const expected = await this.logits(tokens);
    using state = this.#native.createState();
    const logits = new Float32Array(this.#vocabSize);
    for (let i = 0; i < count; i++) {
      const token = tokens.subarray(i, i + 1);
      await this.#native.forward([{ state, tokens: token, logits: 1 }], logits);
    }
    const difference = differenceOf(expected, logits);
    const tolerance = this.#model.dtype.startsWith("q")
      ? QUANTISED_TOLERANCE
      : TOLERANCE;
    if (difference <= tolerance) return;
    throw new MambaError(
      "numeric",
      "Cannot measure: logits token by token and at once are " +
        `${difference.toPrecision(2)} of the largest apart`,
    );
  }

  /** Forgets the depths; the model is somebody else's. */
  [Symbol.asyncDispose](): Promise<void> {
    for (const state of this.#deep.values()) state[Symbol.dispose]();
    this.#deep.clear();
    return Promise.resolve();
  }

  async #prefill(state: NativeState, tokens: Uint32Array): Promise<number> {
    const logits = new Float32Array(this.#vocabSize);
    const start = performance.now();
    await this.#native.forward([{ state, tokens, logits: 1 }], logits);
    return performance.now() - start;
  }

  async #decode(states: NativeState[], ids: Uint32Array): Promise<number> {
    const logits = new Float32Array(this.#vocabSize * states.length);
    const start = performance.now();
    for (let i = 0; i < ids.length; i++) {
      const tokens = ids.subarray(i, i + 1);
      await this.#native.forward(
        states.map((state) => ({ state, tokens, logits: 1 })),
        logits,
      );
    }
    return performance.now() - start;
  }

  async #stateAt(depth: number): Promise<NativeState> {
    const known = this.#deep.get(depth);
    if (known !== undefined) return known;
    const state = this.#native.createState();
    this.#deep.set(depth, state);
    const ids = someTokens(depth, this.#vocabSize);
    const logits = new Float32Array(this.#vocabSize);
    for (let at = 0; at < depth; at += DEPTH_PIECE) {
      const tokens = ids.subarray(at, at + DEPTH_PIECE);
      await this.#native.forward([{ state, tokens, logits: 1 }], logits);
    }
    return state;
  }
}
