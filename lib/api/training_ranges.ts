import type { OptionRange } from "./sampling_options.ts";
import type { TrainingOptions } from "./training_options.ts";

/** The names of the options that are a number within a range. */
export type NumericTrainingOption =
  | "steps"
  | "epochs"
  | "rowLength"
  | "batchSize"
  | "microBatchSize"
  | "learningRate"
  | "minLearningRate"
  | "warmupSteps"
  | "weightDecay"
  | "beta1"
  | "beta2"
  | "epsilon"
  | "maxGradientNorm"
  | "seed"
  | "validationInterval"
  | "validationRows"
  | "sampleInterval"
  | "sampleTokens"
  | "checkpointInterval"
  | "threads";

/** What does not follow from other options. */
export const TRAINING_DEFAULTS = {
  epochs: 1,
  rowLength: 512,
  batchSize: 16,
  microBatchSize: 4,
  learningRate: 0.001,
  schedule: "cosine",
  weightDecay: 0.1,
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  maxGradientNorm: 1,
  seed: 0,
  trainable: ["*"],
  validationInterval: 100,
  sampleInterval: 0,
  samplePrompts: ["Once upon a time"],
  sampleTokens: 100,
  checkpointInterval: 200,
  saveDtype: "f32",
  continueOnSpike: false,
  device: "auto",
} as const satisfies TrainingOptions;

function integer(min: number, max: number, description: string): OptionRange {
  return { min, max, step: 1, integer: true, description };
}

function number(
  min: number,
  max: number,
  step: number,
  description: string,
): OptionRange {
  return { min, max, step, integer: false, description };
}

/** The range of every numeric option: for checks, controls and help texts. */
export const TRAINING_RANGES: Readonly<
  Record<NumericTrainingOption, OptionRange>
> = {
  steps: integer(1, 1e9, "steps of the optimizer"),
  epochs: number(1e-3, 1e6, 1, "passes over the data, without --steps"),
  rowLength: integer(2, 65536, "tokens in a row"),
  batchSize: integer(1, 65536, "rows that make one step"),
  microBatchSize: integer(1, 65536, "rows that are run at once"),
  learningRate: number(0, 10, 1e-4, "the highest learning rate"),
  minLearningRate: number(0, 10, 1e-5, "the learning rate at the end"),
  warmupSteps: integer(0, 1e9, "steps up to the highest learning rate"),
  weightDecay: number(0, 10, 0.01, "of matrices and convolutions"),
  beta1: number(0, 0.999999, 0.01, "decay of the mean gradient"),
  beta2: number(0, 0.999999999, 0.01, "decay of the mean squared gradient"),
  epsilon: number(1e-30, 1, 1e-8, "added to the root of the second moment"),
  maxGradientNorm: number(
    0,
    1e9,
    0.1,
    "gradients are scaled down to this norm, 0 = never",
  ),
  seed: integer(
    0,
    Number.MAX_SAFE_INTEGER,
    "of the order of rows, new weights and samples",
  ),
  validationInterval: integer(
    0,
    1e9,
    "steps between validations, 0 = only at the end",
  ),
  validationRows: integer(1, 1e9, "at most so many rows of validation data"),
  sampleInterval: integer(0, 1e9, "steps between samples, 0 = none"),
  sampleTokens: integer(1, 100_000, "tokens of a sample"),
  checkpointInterval: integer(
    0,
    1e9,
    "steps between checkpoints, 0 = only at the end",
  ),
  threads: integer(1, 256, "threads of the cpu device"),
};
