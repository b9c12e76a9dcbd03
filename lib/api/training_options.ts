import type { DtypeName } from "./device_info.ts";

/** How the learning rate goes after the warm-up, down to its minimum. */
export type LearningRateSchedule = "cosine" | "linear" | "constant";

/**
 * Everything that describes a training run, as plain JSON: the file that
 * `mamba train` reads, what the page sends, what a run's folder keeps.
 */
export interface TrainingOptions {
  /** Folder or name of a checkpoint to go on from. Or see `config`. */
  model?: string;
  /** Config of a new model, as a checkpoint's `config.json` has it. */
  config?: Record<string, unknown>;
  /**
   * Folder with a `tokenizer.json`, or that file.
   *
   * @default the model's own
   */
  tokenizer?: string;
  /**
   * Text files, folders of them, `.jsonl` files with `text`. Only programs that
   * give a data set of their own leave it out.
   */
  data?: string | readonly string[];
  /** The same, to measure the loss on. @default none */
  validation?: string | readonly string[];
  /** Steps of the optimizer. @default from `epochs` */
  steps?: number;
  /** Passes over the data, where `steps` is not given. @default 1 */
  epochs?: number;
  /** Tokens in a row. @default 512 */
  rowLength?: number;
  /** Rows that make one step. @default 16 */
  batchSize?: number;
  /** Rows that are run at once: less memory, the same step. @default 4 */
  microBatchSize?: number;
  /** The highest learning rate. @default 0.001 */
  learningRate?: number;
  /** Where the schedule ends. @default a tenth of the learning rate */
  minLearningRate?: number;
  /** Steps from 0 to the highest learning rate. @default 5 % of the steps */
  warmupSteps?: number;
  /** @default "cosine" */
  schedule?: LearningRateSchedule;
  /** Of matrices and convolutions. @default 0.1 */
  weightDecay?: number;
  /** @default 0.9 */
  beta1?: number;
  /** @default 0.95 */
  beta2?: number;
  /** @default 1e-8 */
  epsilon?: number;
  /** Gradients are scaled down to this norm, 0 = never. @default 1 */
  maxGradientNorm?: number;
  /** Of the order of rows, new weights and samples. @default 0 */
  seed?: number;
  /**
   * Patterns of the tensors' names (`*` = anything): the others stay as they
   * are. @default ["*"]
   */
  trainable?: readonly string[];
  /** Steps between validations, 0 = only at the end. @default 100 */
  validationInterval?: number;
  /** At most so many rows of the validation data. @default all */
  validationRows?: number;
  /** Steps between samples, 0 = none. @default 0 */
  sampleInterval?: number;
  /** What samples continue. @default ["Once upon a time"] */
  samplePrompts?: readonly string[];
  /** @default 100 */
  sampleTokens?: number;
  /** Steps between checkpoints, 0 = only at the end. @default 200 */
  checkpointInterval?: number;
  /** Format of the matrices of the model that comes out. @default "f32" */
  saveDtype?: DtypeName;
  /** Go on after NaN or a loss spike: the step is left out. @default false */
  continueOnSpike?: boolean;
  /** "auto", "metal", "cpu" or "reference". @default "auto" */
  device?: string;
  /** @default all cores */
  threads?: number;
}
