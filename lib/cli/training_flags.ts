import { SCHEDULES } from "../api/resolve_training.ts";
import type {
  LearningRateSchedule,
  TrainingOptions,
} from "../api/training_options.ts";
import {
  type NumericTrainingOption,
  TRAINING_DEFAULTS,
  TRAINING_RANGES,
} from "../api/training_ranges.ts";
import { DEVICE_FLAGS } from "./device_flags.ts";
import type { Flag, Flags, FlagValues } from "./flags.ts";

/** Flags for the options that are most often given. */
export const TRAINING_FLAGS = {
  data: {
    type: "string",
    multiple: true,
    placeholder: "path",
    description: "text to train on: files, folders, .jsonl with `text`",
  },
  validation: {
    type: "string",
    multiple: true,
    placeholder: "path",
    description: "text to measure the loss on",
  },
  model: {
    type: "string",
    placeholder: "model",
    description: "go on from this model instead of a new one",
  },
  tokenizer: {
    type: "string",
    placeholder: "model",
    description: "a model's, or a folder with a tokenizer.json",
    default: "the model's own",
  },
  steps: numeric("steps", "from --epochs"),
  epochs: numeric("epochs"),
  "row-length": numeric("rowLength"),
  "batch-size": numeric("batchSize"),
  "micro-batch-size": numeric("microBatchSize"),
  "learning-rate": numeric("learningRate"),
  "min-learning-rate": numeric("minLearningRate", "a tenth of it"),
  "warmup-steps": numeric("warmupSteps", "5 % of the steps"),
  schedule: {
    type: "choice",
    choices: SCHEDULES,
    description: "how the learning rate goes down",
    default: TRAINING_DEFAULTS.schedule,
  },
  "weight-decay": numeric("weightDecay"),
  "max-gradient-norm": numeric("maxGradientNorm"),
  seed: numeric("seed"),
  trainable: {
    type: "string",
    multiple: true,
    placeholder: "pattern",
    description: "tensors that are trained, * = anything",
    default: "all",
  },
  "validation-interval": numeric("validationInterval"),
  "validation-rows": numeric("validationRows", "all"),
  "sample-interval": numeric("sampleInterval"),
  "sample-prompt": {
    type: "string",
    multiple: true,
    description: "what samples continue",
    default: TRAINING_DEFAULTS.samplePrompts.join(),
  },
  "sample-tokens": numeric("sampleTokens"),
  "checkpoint-interval": numeric("checkpointInterval"),
  "save-dtype": {
    ...DEVICE_FLAGS.dtype,
    description: "format of the matrices of the model that comes out",
    default: TRAINING_DEFAULTS.saveDtype,
  },
  "continue-on-spike": {
    type: "boolean",
    description: "leave steps with NaN or a loss spike out, and go on",
  },
  device: DEVICE_FLAGS.device,
  threads: DEVICE_FLAGS.threads,
} as const satisfies Flags;

/** Name of a flag → option; the others have their option's name. */
const RENAMED: Readonly<Record<string, keyof TrainingOptions>> = {
  "sample-prompt": "samplePrompts",
};

/** The flags as options; only what was given. */
export function trainingOptions(
  flags: FlagValues<typeof TRAINING_FLAGS>,
): Partial<TrainingOptions> {
  const given = Object.keys(TRAINING_FLAGS).flatMap((name) => {
    const value = flags[name as keyof typeof TRAINING_FLAGS];
    const camel = name.replace(/-./g, (part) => part[1]!.toUpperCase());
    return value === undefined ? [] : [[RENAMED[name] ?? camel, value]];
  });
  return Object.fromEntries(given) as Partial<TrainingOptions> & {
    schedule?: LearningRateSchedule;
  };
}

function numeric(name: NumericTrainingOption, otherwise?: string) {
  const { integer, min, max, description } = TRAINING_RANGES[name];
  const defaults: Partial<Record<NumericTrainingOption, number>> =
    TRAINING_DEFAULTS;
  return {
    type: integer ? "integer" : "number",
    min,
    max,
    description,
    default: otherwise ?? String(defaults[name]),
  } as const satisfies Flag;
}
