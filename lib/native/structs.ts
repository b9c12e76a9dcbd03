/** Writers of the structs and texts that cross the C ABI (little-endian). */

/** A text as C wants it: UTF-8 ending in 0. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text + "\0");
}

/** The address of an array, for a pointer inside a struct; null for none. */
export function addressOf(array: ArrayBufferView<ArrayBuffer> | null): bigint {
  return array === null
    ? 0n
    : BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(array)));
}

/** `mamba_model_config`, field by field as in mamba.h. */
export interface NativeModelConfig {
  family: 1 | 2;
  dModel: number;
  nLayer: number;
  /** Padded; 0 = blocks only, without embedding and head. */
  vocabSize: number;
  dInner: number;
  dState: number;
  dConv: number;
  dtRank: number;
  headdim: number;
  ngroups: number;
  rmsNorm: boolean;
  tieEmbeddings: boolean;
  projBias: boolean;
  convBias: boolean;
  normEps: number;
  dtMin: number;
  dtMax: number;
}

/** Writes a `mamba_model_config`. */
export function packModelConfig(
  config: NativeModelConfig,
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(72));
  const words = [
    72,
    config.family,
    config.dModel,
    config.nLayer,
    config.vocabSize,
    config.dInner,
    config.dState,
    config.dConv,
    config.dtRank,
    config.headdim,
    config.ngroups,
    Number(config.rmsNorm),
    Number(config.tieEmbeddings),
    Number(config.projBias),
    Number(config.convBias),
  ];
  words.forEach((word, i) => view.setUint32(4 * i, word, true));
  view.setFloat32(60, config.normEps, true);
  view.setFloat32(64, config.dtMin, true);
  view.setFloat32(68, config.dtMax, true);
  return new Uint8Array(view.buffer);
}

/** `mamba_sampling`, field by field as in mamba.h. */
export interface NativeSampling {
  /** Ids from here on are never drawn. */
  vocabSize: number;
  temperature: number;
  topK: number;
  topP: number;
  minP: number;
  repetitionPenalty: number;
  presencePenalty: number;
  frequencyPenalty: number;
  repetitionWindow: number;
  seed: bigint;
  biasIds: Uint32Array<ArrayBuffer>;
  /** As long as `biasIds`; -Infinity bans. */
  biasValues: Float32Array<ArrayBuffer>;
}

/** Writes a `mamba_sampling`; it points at the bias arrays, which must live. */
export function packSampling(
  sampling: NativeSampling,
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(72));
  const n = sampling.biasIds.length;
  view.setUint32(0, 72, true);
  view.setUint32(4, sampling.vocabSize, true);
  view.setFloat32(8, sampling.temperature, true);
  view.setUint32(12, sampling.topK, true);
  view.setFloat32(16, sampling.topP, true);
  view.setFloat32(20, sampling.minP, true);
  view.setFloat32(24, sampling.repetitionPenalty, true);
  view.setFloat32(28, sampling.presencePenalty, true);
  view.setFloat32(32, sampling.frequencyPenalty, true);
  view.setUint32(36, sampling.repetitionWindow, true);
  view.setBigUint64(40, sampling.seed, true);
  view.setUint32(48, n, true);
  view.setBigUint64(56, addressOf(n === 0 ? null : sampling.biasIds), true);
  view.setBigUint64(64, addressOf(n === 0 ? null : sampling.biasValues), true);
  return new Uint8Array(view.buffer);
}

/** `mamba_adamw`, field by field as in mamba_train.h. */
export interface AdamWOptions {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  /** 0 = never clip. */
  maxNorm: number;
}

/** Writes a `mamba_adamw`. */
export function packAdamW(options: AdamWOptions): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(32));
  view.setUint32(0, 32, true);
  [
    options.learningRate,
    options.beta1,
    options.beta2,
    options.epsilon,
    options.weightDecay,
    options.maxNorm,
  ].forEach((value, i) => view.setFloat32(4 + 4 * i, value, true));
  return new Uint8Array(view.buffer);
}

/** `mamba_scan`, field by field as in mamba.h. */
export interface NativeScan {
  deltaSoftplus: boolean;
  length: number;
  channels: number;
  dState: number;
  u: Float32Array<ArrayBuffer>;
  delta: Float32Array<ArrayBuffer>;
  A: Float32Array<ArrayBuffer>;
  B: Float32Array<ArrayBuffer>;
  C: Float32Array<ArrayBuffer>;
  D: Float32Array<ArrayBuffer> | null;
  z: Float32Array<ArrayBuffer> | null;
  deltaBias: Float32Array<ArrayBuffer> | null;
  state: Float32Array<ArrayBuffer>;
  out: Float32Array<ArrayBuffer>;
}

/** Writes a `mamba_scan`; it points at the arrays, which must live. */
export function packScan(scan: NativeScan): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(112));
  view.setUint32(0, 112, true);
  view.setUint32(4, Number(scan.deltaSoftplus), true);
  const words = [
    BigInt(scan.length),
    BigInt(scan.channels),
    BigInt(scan.dState),
    ...[
      scan.u,
      scan.delta,
      scan.A,
      scan.B,
      scan.C,
      scan.D,
      scan.z,
      scan.deltaBias,
      scan.state,
      scan.out,
    ].map(addressOf),
  ];
  words.forEach((word, i) => view.setBigUint64(8 + 8 * i, word, true));
  return new Uint8Array(view.buffer);
}
