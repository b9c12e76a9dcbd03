import type { TrainingEvent, TrainingLogLine } from "../api/training_event.ts";
import type { TrainingOptions } from "../api/training_options.ts";

/** What a run needs of its trainer. */
export interface RunTrainer extends AsyncDisposable {
  /** Trains until the end or the signal, and tells what happens. */
  run(options: { signal: AbortSignal }): AsyncIterable<TrainingEvent>;
}

/** How a trainer that is being made is told of and told to stop. */
export interface Preparing {
  /** Told how far preparations are. */
  onPreparing: (stage: string, done: number, total: number) => void;
  signal: AbortSignal;
}

/** What a trainer is made with. */
export interface TrainerExtras extends Preparing {
  /** Where everything goes. */
  folder: string;
}

/** Where the runs of a server get their trainers from. */
export interface TrainerSource {
  /** Begins a run in a folder. */
  createTrainer(
    options: TrainingOptions,
    extras: TrainerExtras,
  ): Promise<RunTrainer>;
  /** Goes on with a folder's run; undefined if none was begun there. */
  resumeTrainer(extras: TrainerExtras): Promise<RunTrainer | undefined>;
  /** The lines of a folder's log, none if there is no log. */
  readLog(folder: string): Promise<readonly TrainingLogLine[]>;
}
