import { MambaError } from "../api/mamba_error.ts";
import { openTrainingLibrary } from "./library.ts";
import type { NativeModel } from "./model.ts";
import { createHandle } from "./create_handle.ts";
import { callNative, callNativeAsync } from "./native_error.ts";
import {
  type AdamWOptions,
  cString,
  type NativeModelConfig,
  packAdamW,
  packModelConfig,
} from "./structs.ts";

/** The arrays that a trainer holds for each tensor. */
export type TrainerArray =
  | "weights"
  | "gradients"
  | "firstMoments"
  | "secondMoments";

const KINDS: Record<TrainerArray, number> = {
  weights: 0,
  gradients: 1,
  firstMoments: 2,
  secondMoments: 3,
};

/** A target that is not to be learned. */
export const NO_TARGET = 0xffffffff;

/** Sequences laid one after the other. */
export interface NativeTrainingBatch {
  /** Length of each sequence, at least 1. */
  counts: Uint32Array<ArrayBuffer>;
  /** (Σ counts) */
  tokens: Uint32Array<ArrayBuffer>;
  /** (Σ counts), ids or {@linkcode NO_TARGET} */
  targets: Uint32Array<ArrayBuffer>;
}

/** Weights in f32 with gradients and moments, see `mamba_train.h`. */
export class NativeTrainer implements AsyncDisposable {
  readonly #symbols = openTrainingLibrary();
  #pointer: Deno.PointerObject | null;
  /** The call that runs off the main thread, if one does. */
  #running: Promise<void> = Promise.resolve();

  /** Takes the weights of a finished model, which may be closed afterwards. */
  constructor(model: NativeModel, device: string, threads: number) {
    this.#pointer = createHandle((slot, error, capacity) =>
      this.#symbols.mamba_trainer_create(
        model.handle,
        cString(device),
        threads,
        slot,
        error,
        capacity,
      )
    );
  }

  get #handle(): Deno.PointerObject {
    if (this.#pointer === null) {
      throw new MambaError("closed", "Cannot use a closed trainer");
    }
    return this.#pointer;
  }

  /** Leaves a tensor as it is; only before the first gradient. */
  freeze(name: string): void {
    callNative((error, capacity) =>
      this.#symbols.mamba_trainer_freeze(
        this.#handle,
        cString(name),
        error,
        capacity,
      )
    );
  }

  /**
   * Adds the gradients of `scale` times the summed loss.
   *
   * @returns the summed loss, natural logarithm
   */
  async accumulate(
    batch: NativeTrainingBatch,
    scale: number,
  ): Promise<number> {
    const loss = new Float64Array(1);
    const handle = this.#handle;
    await this.#run((error, capacity) =>
      this.#symbols.mamba_trainer_accumulate(
        handle,
        batch.counts.length,
        batch.counts,
        batch.tokens,
        batch.targets,
        scale,
        loss,
        error,
        capacity,
      )
    );
    void batch.tokens.length;
    return loss[0]!;
  }

  /** The summed loss alone. */
  async evaluate(batch: NativeTrainingBatch): Promise<number> {
    const loss = new Float64Array(1);
    const handle = this.#handle;
    await this.#run((error, capacity) =>
      this.#symbols.mamba_trainer_evaluate(
        handle,
        batch.counts.length,
        batch.counts,
        batch.tokens,
        batch.targets,
        loss,
        error,
        capacity,
      )
    );
    void batch.tokens.length;
    return loss[0]!;
  }

  /**
   * One step of AdamW; the gradients are zero afterwards.
   *
   * @returns the gradients' norm before clipping
   * @throws {MambaError} `numeric` if the norm is not finite: nothing but the
   * gradients has changed then
   */
  async step(options: AdamWOptions): Promise<number> {
    const norm = new Float64Array(1);
    const packed = packAdamW(options);
    const handle = this.#handle;
    await this.#run((error, capacity) =>
      this.#symbols.mamba_trainer_step(
        handle,
        packed,
        norm,
        error,
        capacity,
      )
    );
    void packed.length;
    return norm[0]!;
  }

  /** Steps that the moments have seen. */
  get steps(): number {
    return Number(this.#symbols.mamba_trainer_steps(this.#handle));
  }

  set steps(steps: number) {
    callNative((error, capacity) =>
      this.#symbols.mamba_trainer_set_steps(
        this.#handle,
        BigInt(steps),
        error,
        capacity,
      )
    );
  }

  /** Throws the gradients away. */
  zeroGradients(): void {
    callNative((error, capacity) =>
      this.#symbols.mamba_trainer_zero_gradients(
        this.#handle,
        error,
        capacity,
      )
    );
  }

  /** Copies one array of a tensor of `count` numbers out. */
  read(
    kind: TrainerArray,
    name: string,
    count: number,
  ): Float32Array<ArrayBuffer> {
    const out = new Float32Array(count);
    callNative((error, capacity) =>
      this.#symbols.mamba_trainer_read(
        this.#handle,
        KINDS[kind],
        cString(name),
        out,
        BigInt(count),
        error,
        capacity,
      )
    );
    return out;
  }

  /** Copies one array of a tensor in. */
  write(
    kind: TrainerArray,
    name: string,
    data: Float32Array<ArrayBuffer>,
  ): void {
    callNative((error, capacity) =>
      this.#symbols.mamba_trainer_write(
        this.#handle,
        KINDS[kind],
        cString(name),
        data,
        BigInt(data.length),
        error,
        capacity,
      )
    );
  }

  /** Gives everything back, after the call that still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    const pointer = this.#pointer;
    this.#pointer = null;
    await this.#running.catch(() => {});
    if (pointer !== null) {
      this.#symbols.mamba_trainer_destroy(pointer);
    }
  }

  async #run(
    call: (
      error: Uint8Array<ArrayBuffer>,
      capacity: bigint,
    ) => number | Promise<number>,
  ): Promise<void> {
    this.#running = callNativeAsync(call);
    await this.#running;
  }
}

/**
 * What training takes, in bytes: weights, gradients, moments, and what is kept
 * of calls with at most `rows` tokens in at most `sequences` sequences.
 */
export function trainingMemory(
  config: NativeModelConfig,
  rows: number,
  sequences: number,
): number {
  const bytes = new BigUint64Array(1);
  callNative((error, capacity) =>
    openTrainingLibrary().mamba_trainer_memory(
      packModelConfig(config),
      BigInt(rows),
      BigInt(sequences),
      bytes,
      error,
      capacity,
    )
  );
  return Number(bytes[0]);
}
