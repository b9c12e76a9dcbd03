/**
 * The shapes of the published checkpoints, and two small ones.
 *
 * @module
 */
import { MambaConfig } from "../weights/mod.ts";

// Width and depth; everything else is the architecture's default.
const MAMBA: Readonly<Record<string, readonly [number, number]>> = {
  "130m": [768, 24],
  "370m": [1024, 48],
  "790m": [1536, 48],
  "1.4b": [2048, 48],
  "2.8b": [2560, 64],
};
const MAMBA2: Readonly<Record<string, readonly [number, number]>> = {
  "130m": [768, 24],
  "370m": [1024, 48],
  "780m": [1536, 48],
  "1.3b": [2048, 48],
  "2.7b": [2560, 64],
};
const VOCAB_SIZE = 50277;

/** Name → configuration: `mamba-130m`, `mamba2-130m`, … */
export const SHAPES: Readonly<Record<string, MambaConfig>> = {
  ...fromTable("mamba", "Mamba1", 8, MAMBA),
  ...fromTable("mamba2", "Mamba2", 16, MAMBA2),
  "mamba-tiny": shape("Mamba1", 8, [32, 2], 320),
  "mamba2-tiny": shape("Mamba2", 16, [64, 2], 320),
};

function fromTable(
  prefix: string,
  layer: string,
  multiple: number,
  table: Readonly<Record<string, readonly [number, number]>>,
): Record<string, MambaConfig> {
  return Object.fromEntries(
    Object.entries(table).map(([name, sizes]) => [
      `${prefix}-${name}`,
      shape(layer, multiple, sizes, VOCAB_SIZE),
    ]),
  );
}

function shape(
  layer: string,
  multiple: number,
  [dModel, nLayer]: readonly [number, number],
  vocabSize: number,
): MambaConfig {
  return MambaConfig.from({
    dModel,
    nLayer,
    vocabSize,
    padVocabSizeMultiple: multiple,
    ssmCfg: { layer },
  });
}
