import { MambaError } from "../api/mamba_error.ts";
import type { NativeState } from "../native/state.ts";

/** How many of the last ids a state remembers for the sampling penalties. */
export const RECENT_IDS = 4096;

const MAGIC = 0x3153_4d46; // "FMS1"
const HEADER_WORDS = 5; // magic, checksum, native bytes, ids, has logits

/** One layer's arrays, copies, in the layout of the official code. */
export interface LayerStateArrays {
  /** (channels, d_conv), the newest input in the last column. */
  convState: Float32Array;
  /** (d_inner, d_state); Mamba 2: (nheads, headdim, d_state). */
  ssmState: Float32Array;
}

/**
 * A sequence's whole memory, of constant size however long the text was. It is
 * a value: it can be cloned, saved, loaded and continued any number of times.
 *
 * Made by `model.createState()` and `model.loadState()`; advanced by `forward`,
 * `stream` and `generate`.
 */
export class MambaState implements Disposable {
  readonly #native: NativeState;
  readonly #layers: number;
  readonly #vocabSize: number;
  /** What this state holds in memory, in bytes: the same at every length. */
  readonly byteLength: number;
  /** The last ids seen, oldest first. */
  #recent: Uint32Array<ArrayBuffer> = new Uint32Array(0);
  /** The logits after the last token, so that sampling can go on from here. */
  #logits: Float32Array<ArrayBuffer> | undefined;

  /** @ignore Use `model.createState()`. */
  constructor(
    native: NativeState,
    sizes: { layers: number; vocabSize: number; byteLength: number },
  ) {
    this.#native = native;
    this.#layers = sizes.layers;
    this.#vocabSize = sizes.vocabSize;
    this.byteLength = sizes.byteLength;
  }

  /** The number of tokens seen. */
  get position(): number {
    return this.#native.position;
  }

  /**
   * Copies of one layer's arrays.
   *
   * @throws {MambaError} `invalid_argument` if there is no such layer
   */
  layer(index: number): LayerStateArrays {
    if (!Number.isInteger(index) || index < 0 || index >= this.#layers) {
      throw new MambaError(
        "invalid_argument",
        `Cannot read layer ${index}: the model has layers 0 to ${
          this.#layers - 1
        }`,
        { field: "index" },
      );
    }
    return this.#native.readLayer(index);
  }

  /** An independent copy. */
  clone(): MambaState {
    const copy = new MambaState(this.#native.clone(), {
      layers: this.#layers,
      vocabSize: this.#vocabSize,
      byteLength: this.byteLength,
    });
    copy.#recent = this.#recent.slice();
    copy.#logits = this.#logits?.slice();
    return copy;
  }

  /** Back to the beginning of a text. */
  reset(): void {
    this.#native.reset();
    this.#recent = new Uint32Array(0);
    this.#logits = undefined;
  }

  /** Everything, as bytes of constant number for `model.loadState()`. */
  save(): Uint8Array<ArrayBuffer> {
    const native = this.#native.save();
    const words = HEADER_WORDS + RECENT_IDS + this.#vocabSize;
    const bytes = new Uint8Array(4 * words + native.length);
    const header = new Uint32Array(bytes.buffer, 0, HEADER_WORDS);
    const ids = new Uint32Array(bytes.buffer, 4 * HEADER_WORDS, RECENT_IDS);
    ids.set(this.#recent);
    if (this.#logits !== undefined) {
      new Float32Array(
        bytes.buffer,
        4 * (HEADER_WORDS + RECENT_IDS),
        this.#vocabSize,
      ).set(this.#logits);
    }
    bytes.set(native, 4 * words);
    header.set([
      MAGIC,
      0,
      native.length,
      this.#recent.length,
      Number(this.#logits !== undefined),
    ]);
    header[1] = checksum(bytes.subarray(8, 4 * words));
    return bytes;
  }

  /** @ignore Use `model.loadState()`. */
  load(bytes: Uint8Array): void {
    const words = HEADER_WORDS + RECENT_IDS + this.#vocabSize;
    // A copy, so that the words in it are aligned.
    const copy = Uint8Array.from(bytes);
    const refuse = (reason: string) => {
      throw new MambaError(
        "invalid_argument",
        `Cannot load the state: ${reason}`,
        {
          field: "bytes",
          hint: "Give the bytes that state.save() returned for the same model.",
        },
      );
    };
    if (copy.length < 4 * words) refuse("it is too short");
    const header = new Uint32Array(copy.buffer, 0, HEADER_WORDS);
    const [magic, sum, nativeLength, recent, hasLogits] = header;
    if (magic !== MAGIC) refuse("these are not a saved state's bytes");
    if (copy.length !== 4 * words + nativeLength!) {
      refuse("its length does not fit the model");
    }
    if (sum !== checksum(copy.subarray(8, 4 * words))) {
      refuse("it is damaged (checksum)");
    }
    if (recent! > RECENT_IDS || hasLogits! > 1) refuse("it is damaged");
    const ids = new Uint32Array(copy.buffer, 4 * HEADER_WORDS, recent!);
    if (ids.some((id) => id >= this.#vocabSize)) refuse("it is damaged");
    this.#native.load(copy.slice(4 * words));
    this.#recent = ids.slice();
    this.#logits = hasLogits === 1
      ? new Float32Array(
        copy.buffer,
        4 * (HEADER_WORDS + RECENT_IDS),
        this.#vocabSize,
      ).slice()
      : undefined;
  }

  /** The native state behind this one. @ignore */
  get native(): NativeState {
    return this.#native;
  }

  /** The last ids seen, oldest first. @ignore */
  get recentIds(): Uint32Array<ArrayBuffer> {
    return this.#recent;
  }

  /** The logits after the last token, if one was seen. @ignore */
  get logits(): Float32Array<ArrayBuffer> | undefined {
    return this.#logits;
  }

  /** Notes what the native state has just seen. @ignore */
  saw(ids: Uint32Array, logits: Float32Array<ArrayBuffer> | undefined): void {
    const all = new Uint32Array(this.#recent.length + ids.length);
    all.set(this.#recent);
    all.set(ids, this.#recent.length);
    this.#recent = all.slice(-RECENT_IDS);
    this.#logits = logits?.slice();
  }

  /** Gives the memory back; using the state afterwards is an error. */
  [Symbol.dispose](): void {
    this.#native[Symbol.dispose]();
  }
}

/** FNV-1a, 32 bits: against damage, not against intent. */
function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
