import { MambaError } from "../api/mamba_error.ts";
import { runsDirectory } from "../config.ts";
import { readRunOptions } from "./run_folder.ts";
import { readRunLog } from "./run_log.ts";
import { RunManager } from "./run_manager.ts";
import type { TrainerSource } from "./run_trainer.ts";
import { Trainer } from "./trainer.ts";

const KEY = Symbol.for("fresh-mamba.runs");

/**
 * The process's training runs, in the data directory. They live outside the
 * module, because a development server evaluates modules again after each
 * edit, and a run must have one owner.
 */
export function sharedRuns(): RunManager {
  const holder = globalThis as { [KEY]?: RunManager };
  holder[KEY] ??= RunManager.open({
    directory: runsDirectory(),
    ...TRAINER,
  });
  return holder[KEY];
}

/** The trainer as runs use it. */
const TRAINER: TrainerSource = {
  createTrainer: (options, extras) => Trainer.create(options, extras),

  async resumeTrainer({ folder, ...extras }) {
    // A run that was killed while it read its data has left nothing yet.
    const begun = await ifFound(readRunOptions(folder));
    return begun && await Trainer.resume(folder, extras);
  },

  async readLog(folder) {
    return await ifFound(readRunLog(folder)) ?? [];
  },
};

async function ifFound<Value>(
  reading: Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    const missing = error instanceof MambaError && error.code === "not_found";
    if (missing) return undefined;
    throw error;
  }
}
