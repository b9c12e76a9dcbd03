import type { ResolvedTraining } from "../api/resolve_training.ts";
import { MambaError } from "../api/mamba_error.ts";
import { cannotLoad } from "../api/load_error.ts";

const VERSION = 1;

/**
 * What decides the numbers of a run beside its model and its data: a resumed
 * run must have the same.
 */
export type RunIdentity = ReturnType<typeof identityOf>;

/** Where a run is, beside weights and moments. */
export interface TrainingState {
  version: number;
  /** Steps done. The rows of all steps before this one have been seen. */
  step: number;
  /** The last step after which measuring and samples are done too. */
  reported: number;
  /** Steps that the optimizer has done: fewer, where some were left out. */
  optimizerSteps: number;
  /** Targets seen. */
  tokens: number;
  /** Losses that the next is compared with. */
  losses: readonly number[];
  /** Passes over the data that are complete, and rows seen of the next. */
  epoch: number;
  index: number;
  /** Of the data. */
  fingerprint: string;
  identity: RunIdentity;
}

/** A run before its first step. */
export function initialState(
  fingerprint: string,
  identity: RunIdentity,
): TrainingState {
  return {
    version: VERSION,
    step: 0,
    reported: 0,
    optimizerSteps: 0,
    tokens: 0,
    losses: [],
    epoch: 0,
    index: 0,
    fingerprint,
    identity,
  };
}

/** The part of the options that decides the numbers. */
export function identityOf(
  options: ResolvedTraining,
  steps: number,
  warmupSteps: number,
) {
  return {
    steps,
    warmupSteps,
    rowLength: options.rowLength,
    batchSize: options.batchSize,
    microBatchSize: options.microBatchSize,
    learningRate: options.learningRate,
    minLearningRate: options.minLearningRate,
    schedule: options.schedule,
    weightDecay: options.weightDecay,
    beta1: options.beta1,
    beta2: options.beta2,
    epsilon: options.epsilon,
    maxGradientNorm: options.maxGradientNorm,
    seed: options.seed,
    trainable: options.trainable,
  };
}

/**
 * Reads a state back.
 *
 * @param where the file, for messages
 * @throws {MambaError} `invalid_checkpoint`
 */
export function parseState(text: string, where: string): TrainingState {
  let state: TrainingState;
  try {
    state = JSON.parse(text);
  } catch (cause) {
    throw cannotLoad(where, "it is not valid JSON", { cause });
  }
  if (state?.version !== VERSION) {
    throw cannotLoad(where, `its version is ${state?.version}, not ${VERSION}`);
  }
  const counts = [state.step, state.reported, state.optimizerSteps];
  const sound = counts.every((n) => Number.isSafeInteger(n) && n >= 0) &&
    Array.isArray(state.losses) && typeof state.identity === "object";
  if (!sound) throw cannotLoad(where, "fields are missing or wrong");
  return state;
}

/**
 * Checks that a run goes on as what it was.
 *
 * @throws {MambaError} `invalid_argument` naming what has changed
 */
export function checkSameRun(saved: TrainingState, now: TrainingState): void {
  const refuse = (field: string, reason: string, hint: string) => {
    throw new MambaError(
      "invalid_argument",
      `Cannot resume the run: ${reason}`,
      { field, hint },
    );
  };
  for (const name of Object.keys(now.identity) as (keyof RunIdentity)[]) {
    const [before, after] = [saved.identity[name], now.identity[name]]
      .map((value) => JSON.stringify(value));
    if (before === after) continue;
    refuse(
      name,
      `${name} was ${before} and is now ${after}`,
      "Put it back, or begin a new run that goes on from this one's model.",
    );
  }
  if (saved.fingerprint !== now.fingerprint) {
    refuse(
      "data",
      "its data has changed",
      "Put the same data back, or begin a new run with the new data.",
    );
  }
}
