import type { TrainingOptions } from "./training_options.ts";

/** A new model to begin with, and how it is best trained. */
export interface TrainingPreset {
  id: string;
  name: string;
  /** Size and effort, in a few words. */
  note: string;
  /** As `config.json` has it, but for the vocabulary: the tokenizer's. */
  config: Readonly<Record<string, unknown>>;
  /** What the form's empty fields mean. */
  recommended: Readonly<Partial<TrainingOptions>>;
}

const SMALL = {
  steps: 500,
  rowLength: 128,
  batchSize: 8,
  microBatchSize: 8,
  learningRate: 0.003,
  validationInterval: 50,
  sampleInterval: 100,
  checkpointInterval: 50,
} as const;

/** As the built-in models were made, see their `training.json`. */
const LARGE = {
  steps: 4000,
  rowLength: 512,
  batchSize: 8,
  microBatchSize: 4,
  learningRate: 0.003,
  minLearningRate: 0.0001,
  warmupSteps: 100,
  validationInterval: 250,
  sampleInterval: 500,
  checkpointInterval: 250,
} as const;

/** The models that the page offers to train from nothing. */
export const TRAINING_PRESETS: readonly TrainingPreset[] = [
  {
    id: "tiny-mamba1",
    name: "Tiny Mamba",
    note: "2 layers of 64, 500 steps: seconds",
    config: { d_model: 64, n_layer: 2, ssm_cfg: { layer: "Mamba1" } },
    recommended: SMALL,
  },
  {
    id: "tiny-mamba2",
    name: "Tiny Mamba 2",
    note: "2 layers of 64, 500 steps: seconds",
    config: {
      d_model: 64,
      n_layer: 2,
      ssm_cfg: { layer: "Mamba2", d_state: 32, headdim: 32, chunk_size: 64 },
    },
    recommended: SMALL,
  },
  {
    id: "fairy-mamba1",
    name: "Fairy Mamba",
    note: "8 layers of 224, 4000 steps: half an hour",
    config: { d_model: 224, n_layer: 8, ssm_cfg: { layer: "Mamba1" } },
    recommended: LARGE,
  },
  {
    id: "fairy-mamba2",
    name: "Fairy Mamba 2",
    note: "8 layers of 224, 4000 steps: half an hour",
    config: {
      d_model: 224,
      n_layer: 8,
      ssm_cfg: { layer: "Mamba2", d_state: 64, headdim: 64, chunk_size: 64 },
    },
    recommended: LARGE,
  },
];

/** What empty fields mean when a model is fine-tuned. */
export const FINE_TUNING: Readonly<Partial<TrainingOptions>> = {
  steps: 300,
  rowLength: 256,
  batchSize: 8,
  microBatchSize: 4,
  learningRate: 0.0001,
  validationInterval: 50,
  sampleInterval: 100,
  checkpointInterval: 50,
};

/** The preset of this id, if there is one. */
export function findPreset(id: string): TrainingPreset | undefined {
  return TRAINING_PRESETS.find((preset) => preset.id === id);
}
