import { MambaError } from "../api/mamba_error.ts";
import { type NativeLibrary, openLibrary } from "./library.ts";
import { callNative, callNativeAsync } from "./native_error.ts";
import { NativeState, StateOwner } from "./state.ts";
import {
  cString,
  HandleSlot,
  type NativeModelConfig,
  packModelConfig,
} from "./structs.ts";

/** How a tensor's numbers are stored, as safetensors names it. */
export type StoredDtype = "F32" | "F16" | "BF16" | "Q8" | "Q4";

/** A tensor as a checkpoint gives it. */
export interface NativeTensor {
  name: string;
  dtype: StoredDtype;
  shape: readonly number[];
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

/** A memory-mapped file of weights. */
export class NativeFile implements Disposable {
  readonly pointer: Deno.PointerObject;

  constructor(path: string) {
    const slot = new HandleSlot();
    callNative((error, capacity) =>
      openLibrary().symbols.mamba_file_open(
        cString(path),
        slot.slot,
        error,
        capacity,
      )
    );
    this.pointer = slot.take();
  }

  [Symbol.dispose](): void {
    openLibrary().symbols.mamba_file_close(this.pointer);
  }
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
    const slot = new HandleSlot();
    callNative((error, capacity) =>
      this.#library.symbols.mamba_model_create(
        packModelConfig(config),
        cString(device),
        threads,
        slot.slot,
        error,
        capacity,
      )
    );
    this.#config = config;
    const pointer = slot.take();
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

  /** Uses a tensor straight from a mapped file, at `offset` bytes. */
  mapTensor(
    tensor: NativeTensor,
    file: NativeFile,
    offset: number,
    keep?: StoredDtype,
  ): Promise<void> {
    const name = cString(tensor.name);
    const shape = BigUint64Array.from(tensor.shape, BigInt);
    const handle = this.handle;
    return this.run(
      (error, capacity) =>
        this.#library.symbols.mamba_model_map_tensor(
          handle,
          name,
          DTYPES[tensor.dtype],
          keepCode(keep),
          shape,
          shape.length,
          file.pointer,
          BigInt(offset),
          error,
          capacity,
        ),
      [name, shape],
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

/**
 * Calls a function that writes JSON: once if the text fits the room, else for
 * the size and then for the text.
 */
export function readJson(
  call: (
    json: Uint8Array<ArrayBuffer>,
    capacity: bigint,
    needed: BigUint64Array<ArrayBuffer>,
    error: Uint8Array<ArrayBuffer>,
    errorCapacity: bigint,
  ) => number,
  room = 0,
): unknown {
  const needed = BigUint64Array.of(BigInt(room));
  let json: Uint8Array<ArrayBuffer>;
  do {
    json = new Uint8Array(Number(needed[0]));
    callNative((error, capacity) =>
      call(json, BigInt(json.length), needed, error, capacity)
    );
  } while (needed[0]! > json.length);
  const text = json.subarray(0, Number(needed[0]) - 1);
  return JSON.parse(new TextDecoder().decode(text));
}
