import type { ApiError } from "./generate_event.ts";
import type { TrainingEvent, TrainingStatus } from "./training_event.ts";
import type { TrainingHistory } from "./training_history.ts";
import type { TrainingOptions } from "./training_options.ts";

/** A run of the server, as lists have it. */
export interface TrainingRun {
  /** What addresses name it by. */
  id: string;
  /** What people read: the model that is trained. */
  name: string;
  /** When it was first started, ISO 8601. */
  createdAt: string;
  status: TrainingStatus;
  /** Whether it was told to stop and has not yet. */
  stopping: boolean;
  /** The last step that was done. */
  step: number;
  /** Steps of the whole run; unknown until it has begun. */
  steps?: number;
  /** Of the last step. */
  loss?: number;
  /** Of the last validation. */
  validationLoss?: number;
  /** Why it failed. */
  error?: ApiError;
}

/** Everything that is shown of one run. */
export interface TrainingSnapshot {
  run: TrainingRun;
  options: TrainingOptions;
  /** Where the run's files are, on the server's machine. */
  folder: string;
  history: TrainingHistory;
}

/**
 * What a run's stream of events tells: first everything until now, then what
 * happens. A later snapshot replaces all that was told before.
 */
export type TrainingUpdate =
  | { type: "snapshot"; snapshot: TrainingSnapshot }
  | { type: "run"; run: TrainingRun }
  | { type: "event"; event: TrainingEvent }
  | { type: "error"; error: ApiError };

/** Whether the run is at work. */
export function isActive(status: TrainingStatus): boolean {
  return status === "preparing" || status === "running";
}
