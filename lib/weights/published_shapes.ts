import { MambaConfig } from "./model_config.ts";

// Width and depth; everything else is the architecture's default.
const MAMBA: Readonly<Record<string, readonly [number, number]>> = {
  "mamba-130m": [768, 24],
  "mamba-370m": [1024, 48],
  "mamba-790m": [1536, 48],
  "mamba-1.4b": [2048, 48],
  "mamba-2.8b": [2560, 64],
};
const MAMBA2: Readonly<Record<string, readonly [number, number]>> = {
  "mamba2-130m": [768, 24],
  "mamba2-370m": [1024, 48],
  "mamba2-780m": [1536, 48],
  "mamba2-1.3b": [2048, 48],
  "mamba2-2.7b": [2560, 64],
};
const VOCAB_SIZE = 50277;

/** The shapes of the published checkpoints: `mamba-130m`, `mamba2-130m`, … */
export const PUBLISHED_SHAPES: Readonly<Record<string, MambaConfig>> = {
  ...fromTable("Mamba1", 8, MAMBA),
  ...fromTable("Mamba2", 16, MAMBA2),
};

function fromTable(
  layer: string,
  padVocabSizeMultiple: number,
  table: Readonly<Record<string, readonly [number, number]>>,
): Record<string, MambaConfig> {
  const shapes: Record<string, MambaConfig> = {};
  for (const [name, [dModel, nLayer]] of Object.entries(table)) {
    shapes[name] = MambaConfig.from({
      dModel,
      nLayer,
      vocabSize: VOCAB_SIZE,
      padVocabSizeMultiple,
      ssmCfg: { layer },
    });
  }
  return shapes;
}
