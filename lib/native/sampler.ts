import { openLibrary } from "./library.ts";
import { createHandle } from "./create_handle.ts";
import { callNative } from "./native_error.ts";
import { type NativeSampling, packSampling } from "./structs.ts";

/** A drawn token. */
export interface NativeSample {
  id: number;
  /** Natural logarithm of its probability in the model's own distribution. */
  logprob: number;
  /** The most likely ids of that distribution, best first. */
  top: { id: number; logprob: number }[];
}

/** Sampling options with the history that the penalties see. */
export class NativeSampler implements Disposable {
  readonly #pointer: Deno.PointerObject;
  readonly #topCount: number;
  readonly #id = new Uint32Array(1);
  readonly #logprob = new Float32Array(1);
  readonly #topIds: Uint32Array<ArrayBuffer>;
  readonly #topLogprobs: Float32Array<ArrayBuffer>;

  /** @param topCount how many of the most likely ids each sample lists */
  constructor(sampling: NativeSampling, topCount: number) {
    this.#pointer = createHandle((slot, error, capacity) =>
      openLibrary().symbols.mamba_sampler_create(
        packSampling(sampling),
        slot,
        error,
        capacity,
      )
    );
    this.#topCount = Math.min(topCount, sampling.vocabSize);
    this.#topIds = new Uint32Array(this.#topCount);
    this.#topLogprobs = new Float32Array(this.#topCount);
  }

  /** The handle, for calls that take it beside others. */
  get handle(): Deno.PointerObject {
    return this.#pointer;
  }

  /** Whether it wants nothing but an id that a device can draw by itself. */
  get isPlain(): boolean {
    return this.#topCount === 0 &&
      openLibrary().symbols.mamba_sampler_is_plain(this.#pointer) === 1;
  }

  /** Tells of tokens that the penalties shall see. */
  accept(ids: Uint32Array<ArrayBuffer>): void {
    if (ids.length === 0) return;
    callNative((error, capacity) =>
      openLibrary().symbols.mamba_sampler_accept(
        this.#pointer,
        ids,
        BigInt(ids.length),
        error,
        capacity,
      )
    );
  }

  /**
   * Draws a token from a row of logits and accepts it.
   *
   * @param drawIndex which number of the seed's sequence decides
   */
  sample(logits: Float32Array<ArrayBuffer>, drawIndex: number): NativeSample {
    callNative((error, capacity) =>
      openLibrary().symbols.mamba_sampler_sample(
        this.#pointer,
        logits,
        BigInt(logits.length),
        BigInt(drawIndex),
        this.#topCount,
        this.#id,
        this.#logprob,
        this.#topIds,
        this.#topLogprobs,
        error,
        capacity,
      )
    );
    return {
      id: this.#id[0]!,
      logprob: this.#logprob[0]!,
      top: Array.from(this.#topIds, (id, i) => ({
        id,
        logprob: this.#topLogprobs[i]!,
      })),
    };
  }

  [Symbol.dispose](): void {
    openLibrary().symbols.mamba_sampler_destroy(this.#pointer);
  }
}
