import type { TrainingEvent } from "../api/training_event.ts";
import type { CheckpointForm } from "../weights/mod.ts";
import type { MasterWeights } from "./master_weights.ts";
import { writeRunCheckpoint } from "./run_checkpoint.ts";
import type { RunFolder } from "./run_folder.ts";
import { RunLog } from "./run_log.ts";
import type { TrainingState } from "./training_state.ts";

/** Keeps what a run tells and where it is; without a folder, nothing. */
export class RunRecorder {
  readonly #folder: RunFolder | undefined;
  #saved: number;
  #log: RunLog | undefined;

  /** @param saved the step of the newest checkpoint, -1 without any */
  constructor(folder: RunFolder | undefined, saved: number) {
    this.#folder = folder;
    this.#saved = saved;
  }

  /** Opens the log. */
  async open(): Promise<void> {
    this.#log = this.#folder && await RunLog.open(this.#folder.path);
  }

  /** Closes the log. */
  close(): void {
    this.#log?.[Symbol.dispose]();
    this.#log = undefined;
  }

  /** Writes an event down and gives it back. */
  tell(event: TrainingEvent): TrainingEvent {
    this.#log?.write(event);
    return event;
  }

  /** Writes a checkpoint, unless there is one of this step. */
  async checkpoint(
    state: TrainingState,
    weights: MasterWeights,
    form: CheckpointForm,
  ): Promise<TrainingEvent | undefined> {
    const { step } = state;
    if (this.#folder === undefined || step === this.#saved) return undefined;
    // The lines until here belong to the checkpoint.
    await this.#log?.sync();
    await writeRunCheckpoint(
      this.#folder.join("checkpoints"),
      state,
      (directory) => weights.save(directory, form),
    );
    this.#saved = step;
    return this.tell({ type: "checkpoint", step });
  }
}
