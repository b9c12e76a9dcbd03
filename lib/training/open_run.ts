import { resolveTraining } from "../api/resolve_training.ts";
import type { TrainingOptions } from "../api/training_options.ts";
import {
  type PreparedRun,
  prepareRun,
  type TrainerExtras,
} from "./prepare_run.ts";
import { findRunCheckpoint } from "./run_checkpoint.ts";
import { RunFolder } from "./run_folder.ts";
import { checkSameRun } from "./training_state.ts";
import { openModel, openOrigin } from "./weights_origin.ts";

/** Extras of {@linkcode Trainer.create}. */
export interface CreateTrainerExtras extends TrainerExtras {
  /** Where log, checkpoints and model go. @default nowhere */
  folder?: string;
}

/** Extras of {@linkcode Trainer.resume}. */
export interface ResumeTrainerExtras extends TrainerExtras {
  /** Options to change that do not change the numbers, as `threads`. */
  options?: Partial<TrainingOptions>;
}

/** A run that can begin or go on, and its folder. */
export interface OpenRun {
  run: PreparedRun;
  folder: RunFolder | undefined;
  /** The step of the newest checkpoint, -1 without any. */
  saved: number;
  /** What was wrong on the way here. */
  problems: string[];
}

/** Prepares a new run; its folder is one only if that succeeds. */
export async function createRun(
  options: TrainingOptions,
  extras: CreateTrainerExtras,
): Promise<OpenRun> {
  const resolved = resolveTraining(options);
  const folder = extras.folder === undefined
    ? undefined
    : await RunFolder.create(extras.folder, options);
  let run: PreparedRun | undefined;
  try {
    const origin = await openOrigin(resolved, extras.tokenizer);
    run = await prepareRun(resolved, origin, extras);
    await folder?.begin();
    return { run, folder, saved: -1, problems: [] };
  } catch (error) {
    folder?.[Symbol.dispose]();
    await run?.weights[Symbol.asyncDispose]();
    throw error;
  }
}

/** Prepares a run to go on from its newest whole checkpoint. */
export async function resumeRun(
  path: string,
  extras: ResumeTrainerExtras,
): Promise<OpenRun> {
  const folder = await RunFolder.open(path);
  let run: PreparedRun | undefined;
  try {
    const options = resolveTraining({ ...folder.options, ...extras.options });
    const { checkpoint, problems } = await findRunCheckpoint(
      folder.join("checkpoints"),
    );
    const origin = checkpoint === undefined
      ? await openOrigin(options, extras.tokenizer)
      : await openModel(checkpoint.directory, extras.tokenizer);
    run = await prepareRun(options, origin, extras);
    if (checkpoint !== undefined) {
      checkSameRun(checkpoint.state, run.state);
      run.state = checkpoint.state;
      await run.weights.loadMoments(checkpoint.directory);
    }
    return { run, folder, saved: checkpoint?.state.step ?? -1, problems };
  } catch (error) {
    folder[Symbol.dispose]();
    await run?.weights[Symbol.asyncDispose]();
    throw error;
  }
}
