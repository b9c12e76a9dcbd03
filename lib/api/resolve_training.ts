import { invalidArgument, showValue } from "./invalid_argument.ts";
import { DTYPE_NAMES } from "./device_info.ts";
import type {
  LearningRateSchedule,
  TrainingOptions,
} from "./training_options.ts";
import {
  type NumericTrainingOption,
  TRAINING_DEFAULTS,
  TRAINING_RANGES,
} from "./training_ranges.ts";

/** The schedules by name. */
export const SCHEDULES: readonly LearningRateSchedule[] = [
  "cosine",
  "linear",
  "constant",
];

/** {@linkcode TrainingOptions} checked and with every default filled in. */
export interface ResolvedTraining extends
  Required<
    Omit<
      TrainingOptions,
      | "model"
      | "config"
      | "tokenizer"
      | "data"
      | "validation"
      | "steps"
      | "validationRows"
      | "threads"
      | "warmupSteps"
    >
  > {
  /** Exactly one of `model` and `config` is there. */
  model: string | undefined;
  config: Record<string, unknown> | undefined;
  tokenizer: string | undefined;
  data: readonly string[];
  validation: readonly string[];
  /** Undefined: from `epochs` and the data. */
  steps: number | undefined;
  /** Undefined: 5 % of the steps. */
  warmupSteps: number | undefined;
  validationRows: number | undefined;
  threads: number | undefined;
}

const TEXTS = ["model", "tokenizer", "device"] as const;
const LISTS = ["data", "validation", "trainable", "samplePrompts"] as const;
const NAMES: readonly string[] = [
  ...TEXTS,
  ...LISTS,
  ...Object.keys(TRAINING_RANGES),
  "config",
  "schedule",
  "saveDtype",
  "continueOnSpike",
];

/**
 * Checks options and fills in the defaults.
 *
 * @param options anything that was parsed from JSON
 * @throws {MambaError} `invalid_argument` naming the option that is wrong
 */
export function resolveTraining(options: TrainingOptions): ResolvedTraining {
  checkNames(options);
  const number = (name: NumericTrainingOption) =>
    checkNumber(name, options[name]);
  const known = (
    name: NumericTrainingOption & keyof typeof TRAINING_DEFAULTS,
  ) => number(name) ?? TRAINING_DEFAULTS[name];
  const learningRate = known("learningRate");
  const minLearningRate = number("minLearningRate") ?? learningRate / 10;
  if (minLearningRate > learningRate) {
    throw invalidArgument(
      "minLearningRate",
      `${minLearningRate} is above the learning rate, ${learningRate}`,
    );
  }
  return {
    ...checkSource(options),
    tokenizer: checkText("tokenizer", options.tokenizer),
    data: checkList("data", options.data) ?? [],
    validation: checkList("validation", options.validation) ?? [],
    steps: number("steps"),
    epochs: known("epochs"),
    rowLength: known("rowLength"),
    batchSize: known("batchSize"),
    microBatchSize: Math.min(known("microBatchSize"), known("batchSize")),
    learningRate,
    minLearningRate,
    warmupSteps: number("warmupSteps"),
    schedule: checkChoice("schedule", options.schedule, SCHEDULES),
    weightDecay: known("weightDecay"),
    beta1: known("beta1"),
    beta2: known("beta2"),
    epsilon: known("epsilon"),
    maxGradientNorm: known("maxGradientNorm"),
    seed: known("seed"),
    trainable: checkList("trainable", options.trainable) ??
      TRAINING_DEFAULTS.trainable,
    validationInterval: known("validationInterval"),
    validationRows: number("validationRows"),
    sampleInterval: known("sampleInterval"),
    samplePrompts: checkList("samplePrompts", options.samplePrompts) ??
      TRAINING_DEFAULTS.samplePrompts,
    sampleTokens: known("sampleTokens"),
    checkpointInterval: known("checkpointInterval"),
    saveDtype: checkChoice("saveDtype", options.saveDtype, DTYPE_NAMES),
    continueOnSpike: checkBoolean("continueOnSpike", options.continueOnSpike),
    device: checkText("device", options.device) ?? TRAINING_DEFAULTS.device,
    threads: number("threads"),
  };
}

function checkNames(options: unknown): void {
  if (!isObject(options)) {
    throw invalidArgument("options", `${showValue(options)} is no object`);
  }
  for (const name of Object.keys(options)) {
    if (NAMES.includes(name)) continue;
    // Configs of other programs write learning_rate.
    const plain = name.replaceAll("_", "").toLowerCase();
    const near = NAMES.find((known) => known.toLowerCase() === plain);
    throw invalidArgument(
      name,
      "there is no such option",
      near === undefined
        ? `The options are ${NAMES.join(", ")}.`
        : `Did you mean ${near}?`,
    );
  }
}

function checkSource(
  options: TrainingOptions,
): Pick<ResolvedTraining, "model" | "config"> {
  const model = checkText("model", options.model);
  const { config } = options;
  if (config !== undefined && !isObject(config)) {
    throw invalidArgument("config", `${showValue(config)} is no object`);
  }
  if ((model === undefined) === (config === undefined)) {
    throw invalidArgument(
      model === undefined ? "config" : "model",
      model === undefined
        ? "neither it nor model is there"
        : "it and config cannot both be there",
      "Give config for a new model, or model to go on from a checkpoint.",
    );
  }
  return { model, config };
}

function checkNumber(
  name: NumericTrainingOption,
  value: unknown,
): number | undefined {
  if (value === undefined) return undefined;
  const { min, max, integer } = TRAINING_RANGES[name];
  const hint = `Give ${integer ? "an integer" : "a number"} ` +
    `from ${min} to ${max}.`;
  if (typeof value !== "number" || Number.isNaN(value)) {
    throw invalidArgument(name, `${showValue(value)} is not a number`, hint);
  }
  if (integer && !Number.isInteger(value)) {
    throw invalidArgument(name, `${value} is not an integer`, hint);
  }
  if (value < min || value > max) {
    throw invalidArgument(name, `${value} is out of range`, hint);
  }
  return value;
}

function checkText(
  name: typeof TEXTS[number],
  value: unknown,
): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string" && value !== "") return value;
  throw invalidArgument(name, `${showValue(value)} is no text`);
}

function checkList(
  name: typeof LISTS[number],
  value: unknown,
): string[] | undefined {
  if (value === undefined) return undefined;
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const wrong = list.find((item) => typeof item !== "string" || item === "");
  if (wrong !== undefined) {
    throw invalidArgument(
      name,
      `${showValue(wrong)} is no text`,
      "Give a text, or a list of texts.",
    );
  }
  return list as string[];
}

function checkChoice<T extends string>(
  name: "schedule" | "saveDtype",
  value: unknown,
  choices: readonly T[],
): T {
  const wanted = value ?? TRAINING_DEFAULTS[name];
  const found = choices.find((choice) => choice === wanted);
  if (found !== undefined) return found;
  throw invalidArgument(
    name,
    `${showValue(value)} is not one of its words`,
    `Use ${choices.join(", ")}.`,
  );
}

function checkBoolean(name: "continueOnSpike", value: unknown): boolean {
  if (value === undefined) return TRAINING_DEFAULTS[name];
  if (typeof value === "boolean") return value;
  throw invalidArgument(name, `${showValue(value)} is not true or false`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
