import { MambaError } from "../api/mamba_error.ts";
import { resolveSampling } from "../api/sampling_options.ts";
import { type DeviceChoice, getDevice } from "../native/device.ts";
import { NativeModel, type NativeModelDescription } from "../native/model.ts";
import { MambaConfig } from "../weights/mod.ts";
import { computeLane } from "./compute_lane.ts";
import { toNativeConfig } from "./load_weights.ts";
import { MambaState } from "./mamba_state.ts";
import { threadCount } from "./model_options.ts";

/** Options that both blocks have. */
export interface MixerOptions {
  /** Width of the input and the output. */
  dModel: number;
  /** State size N. @default 16; Mamba2: 128 */
  dState?: number;
  /** Width of the convolution. @default 4 */
  dConv?: number;
  /** d_inner = expand × dModel. @default 2 */
  expand?: number;
  /** in_proj and out_proj have a bias. @default false */
  bias?: boolean;
  /** The convolution has a bias. @default true */
  convBias?: boolean;
  /** Seed of the initial weights. @default 0 */
  seed?: number;
  /**
   * The weights by their names in the official module (`in_proj.weight`,
   * `A_log`, …), row-major. @default random ones of `seed`
   */
  parameters?: ReadonlyMap<string, Float32Array>;
  /** @default "auto" */
  device?: DeviceChoice;
  /** @default all cores */
  threads?: number;
}

/** Options of {@linkcode Mamba}. */
export interface MambaOptions extends MixerOptions {
  /** Rank of Δ. @default "auto" = ceil(dModel / 16) */
  dtRank?: number | "auto";
}

/** Options of {@linkcode Mamba2}. */
export interface Mamba2Options extends MixerOptions {
  /** Channels per head P. @default 64 */
  headdim?: number;
  /** Groups of heads that share B and C. @default 1 */
  ngroups?: number;
}

/** Options of a block's `forward`. */
export interface MixerForwardOptions {
  /** Goes on from this state, and advances it. @default a fresh one */
  state?: MambaState;
}

/** A weight of a block. */
export interface MixerParameter {
  shape: readonly number[];
  /** Row-major. */
  data: Float32Array;
}

const PREFIX = "backbone.layers.0.mixer.";
const NORM = "backbone.layers.0.norm.weight";

/** What {@linkcode Mamba} and {@linkcode Mamba2} share. */
class Mixer implements AsyncDisposable {
  /** Width of the input and the output. */
  readonly dModel: number;
  readonly #native: NativeModel;
  readonly #description: NativeModelDescription;

  protected constructor(
    layer: "Mamba1" | "Mamba2",
    options: MixerOptions,
  ) {
    const { dModel, parameters, device, threads, ...ssmCfg } = options;
    delete ssmCfg.seed;
    const seed = BigInt(resolveSampling({ seed: options.seed ?? 0 }).seed);
    const config = MambaConfig.from({
      dModel,
      nLayer: 1,
      vocabSize: 8,
      ssmCfg: { ...ssmCfg, layer },
    });
    this.dModel = config.dModel;
    this.#native = new NativeModel(
      { ...toNativeConfig(config), vocabSize: 0 },
      getDevice(device).name,
      threadCount(threads),
    );
    try {
      if (parameters === undefined) this.#native.randomizeAtOnce(seed);
      else this.#fill(config, parameters);
      this.#native.finish();
      this.#description = this.#native.describe();
    } catch (error) {
      void this.#native.close();
      throw error;
    }
  }

  #fill(
    config: MambaConfig,
    parameters: ReadonlyMap<string, Float32Array>,
  ): void {
    const expected = config.tensors().filter((tensor) =>
      tensor.name.startsWith(PREFIX)
    );
    const names = new Set(expected.map(({ name }) => name));
    for (const name of parameters.keys()) {
      if (!names.has(PREFIX + name)) throw unknownParameter(name);
    }
    for (const { name, shape } of expected) {
      const data = parameters.get(name.slice(PREFIX.length));
      if (data === undefined) continue; // finish() names what is missing
      this.#give(name, shape, data);
    }
    // The layer around the block has a norm, which the block does not use.
    const ones = new Float32Array(config.dModel).fill(1);
    this.#give(NORM, [config.dModel], ones);
  }

  #give(name: string, shape: readonly number[], data: Float32Array): void {
    const bytes = new Uint8Array(Float32Array.from(data).buffer);
    this.#native.copyTensor({ name, shape, dtype: "F32" }, bytes);
  }

  /** A state at the beginning of a sequence. */
  createState(): MambaState {
    return new MambaState(this.#native.createState(), {
      layers: 1,
      vocabSize: 0,
      byteLength: this.#description.stateBytes,
    });
  }

  /**
   * Runs the block over a sequence, without norm and residual.
   *
   * @param x (length, dModel), row-major
   * @returns (length, dModel)
   */
  async forward(
    x: Float32Array,
    options: MixerForwardOptions = {},
  ): Promise<Float32Array<ArrayBuffer>> {
    if (x.length === 0 || x.length % this.dModel !== 0) {
      throw new MambaError(
        "invalid_argument",
        `Cannot use an x of ${x.length} numbers: rows have dModel = ${this.dModel}`,
        { field: "x" },
      );
    }
    const native = options.state?.native ?? this.#native.createState();
    try {
      if (!this.#native.owns(native)) {
        throw new MambaError(
          "invalid_argument",
          "Cannot use the state: it belongs to another block",
          { field: "state" },
        );
      }
      return await computeLane.run(() =>
        this.#native.mixerForward(0, native, Float32Array.from(x))
      );
    } finally {
      if (options.state === undefined) native[Symbol.dispose]();
    }
  }

  /**
   * Runs the block over one more element of a sequence.
   *
   * @param x (dModel)
   * @returns (dModel)
   */
  step(
    x: Float32Array,
    state: MambaState,
  ): Promise<Float32Array<ArrayBuffer>> {
    if (x.length !== this.dModel) {
      return Promise.reject(
        new MambaError(
          "invalid_argument",
          `Cannot step with ${x.length} numbers: one row has dModel = ${this.dModel}`,
          { field: "x" },
        ),
      );
    }
    return this.forward(x, { state });
  }

  /** Copies of the weights by their names in the official module. */
  parameters(): Map<string, MixerParameter> {
    const result = new Map<string, MixerParameter>();
    for (const tensor of this.#description.tensors) {
      if (!tensor.name.startsWith(PREFIX)) continue;
      result.set(tensor.name.slice(PREFIX.length), {
        shape: tensor.shape,
        data: new Float32Array(this.#native.readTensor(tensor).buffer),
      });
    }
    return result;
  }

  /** Waits for running calls, then gives everything back. */
  close(): Promise<void> {
    return this.#native.close();
  }

  /** Same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * One Mamba block: Gu & Dao 2023, arXiv:2312.00752, figure 3 and algorithm 2.
 */
export class Mamba extends Mixer {
  constructor(options: MambaOptions) {
    super("Mamba1", options);
  }
}

/**
 * One Mamba 2 block: Dao & Gu 2024, arXiv:2405.21060, section 7 and figure 6,
 * with its gated norm.
 */
export class Mamba2 extends Mixer {
  constructor(options: Mamba2Options) {
    super("Mamba2", options);
  }
}

function unknownParameter(name: string): MambaError {
  return new MambaError(
    "invalid_argument",
    `Cannot use the parameter ${JSON.stringify(name)}: the block has none such`,
    { field: "parameters" },
  );
}
