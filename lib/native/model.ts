import { MambaError } from "../api/mamba_error.ts";
import type { NativeFile } from "./native_file.ts";
import { type NativeLibrary, openLibrary } from "./library.ts";
import { createHandle } from "./create_handle.ts";
import { callNative, callNativeAsync } from "./native_error.ts";
import { readJson } from "./read_json.ts";
import { NativeState, StateOwner } from "./state.ts";
import { cString, type NativeModelConfig, packModelConfig } from "./structs.ts";

/** How a tensor's numbers are stored, as safetensors names it. */
export type StoredDtype = "F32" | "F16" | "BF16" | "Q8" | "Q4";

/** A tensor as a checkpoint gives it. */
export interface NativeTensor {
  name: string;
  dtype: StoredDtype;
  shape: readonly number[];
}

/** A tensor in a file, from `offset` bytes on. */
export interface MappedTensor extends NativeTensor {
  offset: number;
}

/** What `mamba_model_describe` tells. */
export interface NativeModelDescription {
  device: string;
  /** The device in words, e.g. its instruction set. */
  description: string;
  threads: number;
  parameters: number;
  weightBytes: number;
  stateBytes: number;
  fingerprint: string;
  /** Tokens are best drawn where the logits are: `decode()`. */
  deviceSampling: boolean;
  tensors: KeptTensor[];
}

/** A tensor as a model keeps it. */
export interface KeptTensor extends NativeTensor {
  /** Its size, as `readTensor` gives it. */
  bytes: number;
}

const DTYPES: Record<StoredDtype, number> = {
  F32: 0,
  F16: 1,
  BF16: 2,
  Q8: 3,
  Q4: 4,
};
const AS_STORED = 255;

function keepCode(keep: StoredDtype | undefined): number {
  return keep === undefined ? AS_STORED : DTYPES[keep];
}

/** One sequence's part of a forward call. */
export interface ForwardSequence {
  state: NativeState;
  /** At least one id. */
  tokens: Uint32Array;
  /** How many of the last tokens want logits. */
  logits: number;
}

/** Weights on a device. All calls after {@linkcode close} are errors. */
export class NativeModel {
  readonly #library: NativeLibrary = openLibrary();
  #pointer: Deno.PointerObject | null;
  readonly #config: NativeModelConfig;
  readonly #states: StateOwner;
  /** Calls that run off the main thread; closing waits for them. */
  readonly #running = new Set<Promise<void>>();
  #closing: Promise<void> | undefined;

  constructor(config: NativeModelConfig, device: string, threads: number) {
    const pointer = createHandle((slot, error, capacity) =>
      this.#library.symbols.mamba_model_create(
        packModelConfig(config),
        cString(device),
        threads,
        slot,
        error,
        capacity,
      )
    );
    this.#config = config;
    this.#pointer = pointer;
    const channels = config.dInner +
      (config.family === 2 ? 2 * config.ngroups * config.dState : 0);
    this.#states = new StateOwner(pointer, config.nLayer, {
      conv: channels * config.dConv,
      ssm: config.dInner * config.dState,
    });
  }

  /** The handle, for calls that take it beside others. */
  get handle(): Deno.PointerObject {
    if (this.#pointer === null || this.#closing !== undefined) {
      throw new MambaError("closed", "Cannot use a closed model");
    }
    return this.#pointer;
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /** Uses tensors straight from a mapped file. */
  mapTensors(
    tensors: readonly MappedTensor[],
    file: NativeFile,
    keep?: StoredDtype,
  ): Promise<void> {
    const names = cString(tensors.map(({ name }) => name).join("\0"));
    const stored = Uint32Array.from(tensors, ({ dtype }) => DTYPES[dtype]);
    const ranks = Uint32Array.from(tensors, ({ shape }) => shape.length);
    const shapes = BigUint64Array.from(
      tensors.flatMap(({ shape }) => shape),
      BigInt,
    );
    const offsets = BigUint64Array.from(
      tensors,
      ({ offset }) => BigInt(offset),
    );
    const handle = this.handle;
    return this.run(
      (error, capacity) =>
        this.#library.symbols.mamba_model_map_tensors(
          handle,
          file.pointer,
          tensors.length,
          names,
          stored,
          ranks,
          shapes,
          offsets,
          keepCode(keep),
          error,
          capacity,
        ),
      [names, stored, ranks, shapes, offsets],
    );
  }

  /** Copies a tensor's bytes. */
  copyTensor(
    tensor: NativeTensor,
    bytes: Uint8Array<ArrayBuffer>,
    keep?: StoredDtype,
  ): void {
    const shape = BigUint64Array.from(tensor.shape, BigInt);
    callNative((error, capacity) =>
      this.#library.symbols.mamba_model_copy_tensor(
        this.handle,
        cString(tensor.name),
        DTYPES[tensor.dtype],
        keepCode(keep),
        shape,
        shape.length,
        bytes,
        BigInt(bytes.length),
        error,
        capacity,
      )
    );
  }

  /** Fills every tensor with random initial weights. */
  randomize(seed: bigint, keep: StoredDtype): Promise<void> {
    const handle = this.handle;
    return this.run(
      (error, capacity) =>
        this.#library.symbols.mamba_model_randomize(
          handle,
          seed,
          DTYPES[keep],
          error,
          capacity,
        ),
      [],
    );
  }

  /** {@linkcode randomize} on this thread: for a model of one small layer. */
  randomizeAtOnce(seed: bigint): void {
    callNative((error, capacity) =>
      this.#library.symbols.randomizeAtOnce(
        this.handle,
        seed,
        DTYPES.F32,
        error,
        capacity,
      )
    );
  }

  /** Makes the model ready; the error names the tensors that are missing. */
  finish(): void {
    callNative((error, capacity) =>
      this.#library.symbols.mamba_model_finish(this.handle, error, capacity)
    );
  }

  /**
   * Resolves when weights are where they will stay: a loaded model takes them
   * to faster memory in the background. Measurements wait for it.
   */
  settle(): Promise<void> {
    const handle = this.handle;
    return this.run(
      (error, capacity) =>
        this.#library.symbols.mamba_model_settle(handle, error, capacity),
      [],
    );
  }

  describe(): NativeModelDescription {
    const handle = this.handle;
    return readJson((json, capacity, needed, error, errorCapacity) =>
      this.#library.symbols.mamba_model_describe(
        handle,
        json,
        capacity,
        needed,
        error,
        errorCapacity,
      )
    ) as NativeModelDescription;
  }

  /** A tensor's bytes, little-endian, in the dtype that `describe` names. */
  readTensor(tensor: KeptTensor): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(tensor.bytes);
    callNative((error, capacity) =>
      this.#library.symbols.mamba_model_read_tensor(
        this.handle,
        cString(tensor.name),
        bytes,
        BigInt(bytes.length),
        error,
        capacity,
      )
    );
    return bytes;
  }

  createState(): NativeState {
    void this.handle;
    return NativeState.create(this.#states);
  }

  /** Whether a state was made by this model. */
  owns(state: NativeState): boolean {
    return state.belongsTo(this.#states);
  }

  /**
   * Feeds sequences and advances their states (`mamba_model_forward`).
   *
   * @param logits receives the wanted rows, one sequence after the other,
   * vocabSize floats a row
   */
  async forward(
    sequences: readonly ForwardSequence[],
    logits: Float32Array<ArrayBuffer>,
  ): Promise<void> {
    const handle = this.handle;
    const counts = Uint32Array.from(sequences, (s) => s.tokens.length);
    const wanted = Uint32Array.from(sequences, (s) => s.logits);
    const tokens = new Uint32Array(counts.reduce((sum, n) => sum + n, 0));
    let at = 0;
    for (const sequence of sequences) {
      tokens.set(sequence.tokens, at);
      at += sequence.tokens.length;
    }
    const states = new BigUint64Array(sequences.length);
    const acquired: NativeState[] = [];
    try {
      for (const [i, { state }] of sequences.entries()) {
        states[i] = BigInt(Deno.UnsafePointer.value(state.acquire()));
        acquired.push(state);
      }
      await this.run(
        (error, capacity) =>
          this.#library.symbols.mamba_model_forward(
            handle,
            sequences.length,
            states,
            counts,
            tokens,
            wanted,
            logits,
            BigInt(logits.length),
            error,
            capacity,
          ),
        [states, counts, tokens, wanted, logits],
      );
    } finally {
      for (const state of acquired) state.release();
    }
  }

  /** One layer's mixer without norm and residual: x (n, d_model) → same. */
  async mixerForward(
    layer: number,
    state: NativeState,
    x: Float32Array<ArrayBuffer>,
  ): Promise<Float32Array<ArrayBuffer>> {
    const handle = this.handle;
    const out = new Float32Array(x.length);
    const pointer = state.acquire();
    try {
      await this.run(
        (error, capacity) =>
          this.#library.symbols.mamba_model_mixer_forward(
            handle,
            layer,
            pointer,
            x,
            x.length / this.#config.dModel,
            out,
            error,
            capacity,
          ),
        [x, out],
      );
    } finally {
      state.release();
    }
    return out;
  }

  /** Gives everything back, after the calls that still run. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#running);
    this.#states.closeAll();
    if (this.#pointer !== null) {
      this.#library.symbols.mamba_model_destroy(this.#pointer);
    }
    this.#pointer = null;
  }

  /**
   * Runs a non-blocking call and keeps it in sight of {@linkcode close}.
   *
   * @param alive arrays that native code reads or writes until the call ends:
   * named here so that they are not collected before
   */
  async run(
    call: (
      error: Uint8Array<ArrayBuffer>,
      capacity: bigint,
    ) => number | Promise<number>,
    alive: readonly ArrayBufferView[],
  ): Promise<void> {
    const running = callNativeAsync(call);
    this.#running.add(running);
    try {
      await running;
    } finally {
      this.#running.delete(running);
      void alive.length;
    }
  }
}
