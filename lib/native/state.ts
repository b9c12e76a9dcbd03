import { MambaError } from "../api/mamba_error.ts";
import { openLibrary } from "./library.ts";
import { createHandle } from "./create_handle.ts";
import { callNative } from "./native_error.ts";

/** Sizes of one layer's state, in floats. */
export interface LayerStateSize {
  /** channels × d_conv. */
  conv: number;
  /** d_inner × d_state, or nheads × headdim × d_state. */
  ssm: number;
}

/** A native handle that is given back once, whoever asks first. */
class StateHandle {
  #pointer: Deno.PointerObject | null;
  /** Calls that use the handle now: it is given back after the last. */
  #uses = 0;
  #closing = false;

  constructor(pointer: Deno.PointerObject) {
    this.#pointer = pointer;
  }

  get pointer(): Deno.PointerObject {
    if (this.#pointer === null || this.#closing) {
      throw new MambaError("closed", "Cannot use a closed state");
    }
    return this.#pointer;
  }

  /** Marks the handle as used by a call that runs off the main thread. */
  acquire(): Deno.PointerObject {
    const pointer = this.pointer;
    if (this.#uses > 0) {
      throw new MambaError(
        "invalid_argument",
        "Cannot use a state in two calls at the same time",
        { field: "state", hint: "Clone it: state.clone()." },
      );
    }
    this.#uses++;
    return pointer;
  }

  release(): void {
    this.#uses--;
    if (this.#closing) this.#destroy();
  }

  get idle(): Deno.PointerObject {
    const pointer = this.acquire();
    this.#uses--;
    return pointer;
  }

  close(): void {
    this.#closing = true;
    this.#destroy();
  }

  #destroy(): void {
    if (this.#uses > 0 || this.#pointer === null) return;
    openLibrary().symbols.mamba_state_destroy(this.#pointer);
    this.#pointer = null;
  }
}

/** The states of one model: none may outlive it. */
export class StateOwner {
  readonly model: Deno.PointerObject;
  readonly layers: number;
  readonly layerSize: LayerStateSize;
  readonly #handles = new Set<StateHandle>();
  /** Gives back the memory of states that nobody can reach any more. */
  readonly #forgotten = new FinalizationRegistry<StateHandle>((handle) => {
    handle.close();
    this.#handles.delete(handle);
  });

  constructor(
    model: Deno.PointerObject,
    layers: number,
    layerSize: LayerStateSize,
  ) {
    this.model = model;
    this.layers = layers;
    this.layerSize = layerSize;
  }

  adopt(state: NativeState, handle: StateHandle): void {
    this.#handles.add(handle);
    this.#forgotten.register(state, handle, handle);
  }

  disown(handle: StateHandle): void {
    this.#handles.delete(handle);
    this.#forgotten.unregister(handle);
  }

  closeAll(): void {
    for (const handle of this.#handles) {
      this.#forgotten.unregister(handle);
      handle.close();
    }
    this.#handles.clear();
  }
}

/** One sequence's memory: conv_state and ssm_state of every layer. */
export class NativeState implements Disposable {
  readonly #owner: StateOwner;
  readonly #handle: StateHandle;

  private constructor(owner: StateOwner, pointer: Deno.PointerObject) {
    this.#owner = owner;
    this.#handle = new StateHandle(pointer);
    owner.adopt(this, this.#handle);
  }

  /** A state of zeros. */
  static create(owner: StateOwner): NativeState {
    const pointer = createHandle((slot, error, capacity) =>
      openLibrary().symbols.mamba_state_create(
        owner.model,
        slot,
        error,
        capacity,
      )
    );
    return new NativeState(owner, pointer);
  }

  /** Whether the state belongs to the model behind `owner`. */
  belongsTo(owner: StateOwner): boolean {
    return this.#owner === owner;
  }

  clone(): NativeState {
    const pointer = createHandle((slot, error, capacity) =>
      openLibrary().symbols.mamba_state_clone(
        this.#handle.idle,
        slot,
        error,
        capacity,
      )
    );
    return new NativeState(this.#owner, pointer);
  }

  reset(): void {
    callNative((error, capacity) =>
      openLibrary().symbols.mamba_state_reset(
        this.#handle.idle,
        error,
        capacity,
      )
    );
  }

  /** The number of tokens seen. */
  get position(): number {
    return Number(
      openLibrary().symbols.mamba_state_position(this.#handle.pointer),
    );
  }

  /** Copies of one layer's arrays, in the official layout. */
  readLayer(
    layer: number,
  ): { convState: Float32Array; ssmState: Float32Array } {
    const { conv, ssm } = this.#owner.layerSize;
    const convState = new Float32Array(conv);
    const ssmState = new Float32Array(ssm);
    callNative((error, capacity) =>
      openLibrary().symbols.mamba_state_read_layer(
        this.#handle.idle,
        layer,
        convState,
        BigInt(conv),
        ssmState,
        BigInt(ssm),
        error,
        capacity,
      )
    );
    return { convState, ssmState };
  }

  save(): Uint8Array<ArrayBuffer> {
    const { symbols } = openLibrary();
    const pointer = this.#handle.idle;
    const bytes = new Uint8Array(
      Number(symbols.mamba_state_saved_size(this.#owner.model)),
    );
    callNative((error, capacity) =>
      symbols.mamba_state_save(
        pointer,
        bytes,
        BigInt(bytes.length),
        error,
        capacity,
      )
    );
    return bytes;
  }

  load(bytes: Uint8Array<ArrayBuffer>): void {
    callNative((error, capacity) =>
      openLibrary().symbols.mamba_state_load(
        this.#handle.idle,
        bytes,
        BigInt(bytes.length),
        error,
        capacity,
      )
    );
  }

  /** For a call off the main thread: the handle, until {@linkcode release}. */
  acquire(): Deno.PointerObject {
    return this.#handle.acquire();
  }

  release(): void {
    this.#handle.release();
  }

  [Symbol.dispose](): void {
    this.#owner.disown(this.#handle);
    this.#handle.close();
  }
}
