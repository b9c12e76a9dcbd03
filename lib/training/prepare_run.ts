import { invalidArgument } from "../api/invalid_argument.ts";
import type { ResolvedTraining } from "../api/resolve_training.ts";
import { threadCount } from "../engine/model_options.ts";
import { type DeviceChoice, getTrainingDevice } from "../native/device.ts";
import type { Tokenizer } from "../tokenizer/mod.ts";
import { measureRows } from "./batches.ts";
import { checkMemory } from "./check_memory.ts";
import type { Dataset } from "./data/dataset.ts";
import { MasterWeights } from "./master_weights.ts";
import { originModel, type WeightsOrigin } from "./weights_origin.ts";
import { readData } from "./read_data.ts";
import {
  identityOf,
  initialState,
  type TrainingState,
} from "./training_state.ts";

/** What a run is given beside its options. */
export interface TrainerExtras {
  /** Instead of the files of `data`. */
  train?: Dataset;
  /** Instead of the files of `validation`. */
  validation?: Dataset;
  /** Instead of the one that the options name. */
  tokenizer?: Tokenizer;
  /** Told how far preparations are. */
  onPreparing?: (stage: string, done: number, total: number) => void;
  /** Stops preparing. */
  signal?: AbortSignal;
}

/** A run that can begin, or go on. */
export interface PreparedRun {
  options: ResolvedTraining;
  origin: WeightsOrigin;
  train: Dataset;
  validation: Dataset | undefined;
  weights: MasterWeights;
  /** At its beginning. */
  state: TrainingState;
  memoryBytes: number;
}

/** Reads the data, looks at the memory and makes the weights. */
export async function prepareRun(
  options: ResolvedTraining,
  origin: WeightsOrigin,
  extras: TrainerExtras,
): Promise<PreparedRun> {
  const { config, tokenizer } = origin;
  if (options.sampleInterval > 0 && tokenizer === undefined) {
    throw invalidArgument(
      "sampleInterval",
      "samples need a tokenizer",
      "Give a tokenizer, or 0.",
    );
  }
  const reading = {
    tokenizer,
    rowLength: options.rowLength,
    onPreparing: extras.onPreparing,
    signal: extras.signal,
  };
  const train = extras.train ??
    await readData("data", options.data, reading);
  const validation = extras.validation ??
    (options.validation.length === 0
      ? undefined
      : await readData("validation", options.validation, reading));
  checkDataset("data", train);
  if (validation !== undefined) checkDataset("validation", validation);
  const sizes = [train, validation ?? train].map(measureRows);
  const memoryBytes = checkMemory({
    config,
    sizes: {
      tokens: Math.max(...sizes.map(({ tokens }) => tokens)),
      sequences: Math.max(...sizes.map(({ sequences }) => sequences)),
    },
    microBatchSize: options.microBatchSize,
  });
  const steps = options.steps ??
    Math.max(1, Math.ceil(options.epochs * train.length / options.batchSize));
  const warmupSteps = options.warmupSteps ?? Math.ceil(0.05 * steps);
  const identity = identityOf(options, steps, warmupSteps);
  return {
    options,
    origin,
    train,
    validation,
    weights: await makeWeights(options, origin),
    state: initialState(train.fingerprint, identity),
    memoryBytes,
  };
}

async function makeWeights(
  { device, threads, seed, trainable }: ResolvedTraining,
  origin: WeightsOrigin,
): Promise<MasterWeights> {
  // "auto" leaves it to MAMBA_DEVICE, as it does everywhere.
  const choice = device === "auto" ? undefined : device as DeviceChoice;
  const model = await originModel(origin, {
    device: getTrainingDevice(choice).name,
    threads: threadCount(threads),
    seed,
  });
  try {
    const { config, tokenizer } = origin;
    return new MasterWeights(model, { config, tokenizer, trainable });
  } finally {
    await model.close();
  }
}

function checkDataset(field: "data" | "validation", dataset: Dataset): void {
  if (dataset.length > 0 && dataset.targetTokens > 0) return;
  throw invalidArgument(
    field,
    `it has ${dataset.length} rows with ${dataset.targetTokens} tokens to learn`,
    "Give more text, or a lower rowLength.",
  );
}
