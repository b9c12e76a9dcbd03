/**
 * The shapes of the published checkpoints, and two small ones.
 *
 * @module
 */
import { MambaConfig, PUBLISHED_SHAPES } from "../weights/mod.ts";

/** Name → configuration: `mamba-130m`, `mamba2-130m`, … */
export const SHAPES: Readonly<Record<string, MambaConfig>> = {
  ...PUBLISHED_SHAPES,
  "mamba-tiny": tiny("Mamba1", 8, 32),
  "mamba2-tiny": tiny("Mamba2", 16, 64),
};

function tiny(
  layer: string,
  padVocabSizeMultiple: number,
  dModel: number,
): MambaConfig {
  return MambaConfig.from({
    dModel,
    nLayer: 2,
    vocabSize: 320,
    padVocabSizeMultiple,
    ssmCfg: { layer },
  });
}
