import type { ConfigReader } from "./config_reader.ts";

/** The two layers that are implemented. */
export type LayerName = "Mamba1" | "Mamba2";

/** What a configuration says once every default is filled in. */
export interface ConfigFields {
  layer: LayerName;
  dModel: number;
  nLayer: number;
  vocabSize: number;
  padVocabSizeMultiple: number;
  dInner: number;
  dState: number;
  dConv: number;
  /** 0 in Mamba 2. */
  dtRank: number;
  /** 0 in Mamba 1. */
  headdim: number;
  /** 0 in Mamba 1. */
  ngroups: number;
  /** 0 in Mamba 1. */
  chunkSize: number;
  tieEmbeddings: boolean;
  rmsNorm: boolean;
  residualInFp32: boolean;
  fusedAddNorm: boolean;
  bias: boolean;
  convBias: boolean;
  normEpsilon: number;
  dtLimit: readonly [number, number];
  bosTokenId: number | undefined;
  eosTokenId: number | undefined;
}

/** The largest numbers that any model could sensibly have. */
export const LIMITS = {
  dModel: { min: 1, max: 1 << 17 },
  nLayer: { min: 1, max: 1024 },
  vocabSize: { min: 1, max: 1 << 24 },
  padVocabSizeMultiple: { min: 1, max: 1 << 20 },
  dInner: { min: 1, max: 1 << 20 },
  dState: { min: 1, max: 1 << 16 },
  dConv: { min: 1, max: 256 },
  expand: { min: 1 / 1024, max: 1024 },
  dtRank: { min: 1, max: 1 << 17 },
  headdim: { min: 1, max: 1 << 20 },
  ngroups: { min: 1, max: 1 << 16 },
  chunkSize: { min: 1, max: 1 << 20 },
  normEpsilon: { min: 0, max: 1 },
} as const;

/** 2^30 floats of state are 4 GiB; the largest published model has 43 million. */
const MAX_STATE_FLOATS = 2 ** 30;

/** "auto" or a number: the rank of Mamba 1's dt projection. */
export function readDtRank(
  reader: ConfigReader,
  key: string,
  dModel: number,
): number {
  const value = reader.get(key);
  return value === undefined || value === "auto"
    ? Math.ceil(dModel / 16)
    : reader.integer(key, LIMITS.dtRank);
}

/** Checks what follows from several fields together. */
export function checkFields(
  fields: ConfigFields,
  reader: ConfigReader,
  keys: { dInner: string; headdim: string; ngroups: string; dState: string },
): void {
  const { layer, dInner, dState, dConv, headdim, ngroups, nLayer } = fields;
  if (dInner < LIMITS.dInner.min || dInner > LIMITS.dInner.max) {
    throw reader.wrong(keys.dInner, `gives ${dInner} inner channels`);
  }
  let channels = dInner;
  if (layer === "Mamba2") {
    if (dInner % headdim !== 0) {
      throw reader.wrong(
        keys.headdim,
        `(${headdim}) does not divide the ${dInner} inner channels`,
      );
    }
    if ((dInner / headdim) % ngroups !== 0) {
      throw reader.wrong(
        keys.ngroups,
        `(${ngroups}) does not divide the ${dInner / headdim} heads`,
      );
    }
    channels += 2 * ngroups * dState;
  }
  if (nLayer * (dInner * dState + channels * dConv) > MAX_STATE_FLOATS) {
    throw reader.wrong(keys.dState, `(${dState}) makes the state absurdly big`);
  }
}
