import { MambaLMHeadModel } from "../../lib/mod.ts";
import type { DeviceChoice } from "../../lib/mod.ts";

/** The two architectures, small enough for every test. */
export const TINY_CONFIGS = {
  Mamba1: {
    dModel: 32,
    nLayer: 2,
    vocabSize: 61,
    padVocabSizeMultiple: 8,
    ssmCfg: { layer: "Mamba1", dState: 8 },
  },
  Mamba2: {
    dModel: 32,
    nLayer: 2,
    vocabSize: 61,
    padVocabSizeMultiple: 16,
    ssmCfg: { layer: "Mamba2", dState: 16, headdim: 8, ngroups: 2 },
  },
} as const;

/** The names of the two architectures. */
export const LAYERS = ["Mamba1", "Mamba2"] as const;

/** A small random model. */
export function tinyModel(
  layer: keyof typeof TINY_CONFIGS,
  options: { seed?: number; device?: DeviceChoice } = {},
): Promise<MambaLMHeadModel> {
  return MambaLMHeadModel.random(TINY_CONFIGS[layer], { seed: 7, ...options });
}

/** `count` ids that look random, below `vocabSize`. */
export function someIds(count: number, vocabSize = 61, seed = 1): number[] {
  let x = seed;
  return Array.from({ length: count }, () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return (x >>> 8) % vocabSize;
  });
}

/** `count` numbers in [-1, 1) that look random. */
export function someNumbers(count: number, seed = 1): Float32Array {
  return Float32Array.from(
    someIds(count, 1 << 20, seed),
    (x) => x / (1 << 19) - 1,
  );
}
