import { MambaError } from "../api/mamba_error.ts";
import type { MambaLMHeadModel } from "../engine/mamba_lm_head_model.ts";
import type { NativeModel } from "../native/model.ts";

/** How far logits of the two ways may be apart, relative to the largest. */
const TOLERANCE = 1e-3;

/** A model's weights alone: no tokenizer, no sampling, no queue. */
export class BareModel {
  readonly #native: NativeModel;
  readonly #vocabSize: number;
  /** What a token reads and writes: weights once, the state both ways. */
  readonly bytesPerToken: number;
  readonly parameters: number;
  readonly weightBytes: number;
  readonly stateBytes: number;

  constructor(model: MambaLMHeadModel) {
    this.#native = model.native;
    this.#vocabSize = model.config.paddedVocabSize;
    this.parameters = model.parameterCount;
    this.weightBytes = model.weightBytes;
    this.stateBytes = model.stateBytes;
    const embedding = model.tensors().find(({ name }) =>
      name === "backbone.embedding.weight"
    );
    // Of an embedding that is not the head too, a token reads one row.
    const unread = model.config.tieEmbeddings || embedding === undefined
      ? 0
      : embedding.bytes;
    this.bytesPerToken = this.weightBytes - unread + 2 * this.stateBytes;
  }

  /** What is read and written for a token of each of several sequences at once. */
  bytesPerStep(sequences: number): number {
    return this.bytesPerToken + 2 * (sequences - 1) * this.stateBytes;
  }

  /** Milliseconds for reading `count` tokens at once, from an empty state. */
  async prefill(count: number): Promise<number> {
    using state = this.#native.createState();
    const logits = new Float32Array(this.#vocabSize);
    const tokens = this.#someTokens(count);
    const start = performance.now();
    await this.#native.forward([{ state, tokens, logits: 1 }], logits);
    return performance.now() - start;
  }

  /** Milliseconds for `count` tokens, one after the other. */
  async decode(count: number): Promise<number> {
    using state = this.#native.createState();
    const logits = new Float32Array(this.#vocabSize);
    const tokens = this.#someTokens(count);
    const start = performance.now();
    for (let i = 0; i < count; i++) {
      const token = tokens.subarray(i, i + 1);
      await this.#native.forward([{ state, tokens: token, logits: 1 }], logits);
    }
    return performance.now() - start;
  }

  /**
   * Checks that what is going to be timed is right: the same tokens give the
   * same logits at once and one after the other.
   *
   * @throws {MambaError} `numeric` if they do not
   */
  async verify(count = 8): Promise<void> {
    using whole = this.#native.createState();
    using stepped = this.#native.createState();
    const tokens = this.#someTokens(count);
    const expected = new Float32Array(this.#vocabSize);
    const logits = new Float32Array(this.#vocabSize);
    await this.#native.forward([{ state: whole, tokens, logits: 1 }], expected);
    for (let i = 0; i < count; i++) {
      const token = tokens.subarray(i, i + 1);
      await this.#native.forward(
        [{ state: stepped, tokens: token, logits: 1 }],
        logits,
      );
    }
    const scale = expected.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
    const wrong = logits.findIndex((x, i) =>
      !(Math.abs(x - expected[i]!) <= TOLERANCE * scale)
    );
    if (wrong < 0) return;
    throw new MambaError(
      "numeric",
      `Cannot measure: logit ${wrong} is ${logits[wrong]} token by token, ${
        expected[wrong]
      } at once`,
    );
  }

  #someTokens(count: number): Uint32Array {
    return Uint32Array.from(
      { length: count },
      (_, i) => (i * 7919 + 13) % Math.min(this.#vocabSize, 50_000),
    );
  }
}
