import { MambaError } from "../api/mamba_error.ts";
import type { Perplexity } from "./perplexity.ts";

/** Mean and spread of log probabilities as they come, and what they tell. */
export class LogprobStatistics {
  readonly #bytesOf: ((id: number) => number) | undefined;
  #count = 0;
  #mean = 0;
  /** Σ (x − mean)², kept by Welford's updates: nothing cancels out. */
  #squares = 0;
  #bytes = 0;

  /** @param bytesOf the bytes that an id stands for, if that is known */
  constructor(bytesOf?: (id: number) => number) {
    this.#bytesOf = bytesOf;
  }

  /**
   * Takes the log probabilities of ids.
   *
   * @throws {MambaError} `numeric` for one that had none
   */
  add(ids: ArrayLike<number>, logprobs: ArrayLike<number>): void {
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      const logprob = logprobs[i]!;
      if (!Number.isFinite(logprob)) {
        throw new MambaError(
          "numeric",
          `Cannot measure the perplexity: token ${this.#count} of those to ` +
            `predict (id ${id}) has the log probability ${logprob}`,
        );
      }
      this.#count++;
      const before = logprob - this.#mean;
      this.#mean += before / this.#count;
      this.#squares += before * (logprob - this.#mean);
      this.#bytes += this.#bytesOf?.(id) ?? 0;
    }
  }

  /** What {@linkcode Perplexity} says, of at least one id. */
  result(tokensPerSecond: number): Perplexity {
    const n = this.#count;
    const perplexity = Math.exp(-this.#mean);
    const error = n < 2 ? undefined : Math.sqrt(this.#squares / (n - 1) / n);
    // Nats per token to bits per byte.
    const scale = this.#bytes === 0 ? undefined : n / this.#bytes / Math.LN2;
    return {
      perplexity,
      ...(error !== undefined && { perplexityError: perplexity * error }),
      ...(scale !== undefined && { bitsPerByte: -this.#mean * scale }),
      ...(scale !== undefined && error !== undefined && {
        bitsPerByteError: error * scale,
      }),
      meanLogprob: this.#mean,
      ...(error !== undefined && { standardError: error }),
      tokens: n,
      ...(this.#bytesOf !== undefined && { bytes: this.#bytes }),
      tokensPerSecond,
    };
  }
}
