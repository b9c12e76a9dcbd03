import { MambaError } from "../api/mamba_error.ts";
import type { TrainingLogLine, TrainingStatus } from "../api/training_event.ts";
import {
  addEvent,
  emptyHistory,
  type TrainingHistory,
} from "../api/training_history.ts";
import type { TrainingSnapshot } from "../api/training_run.ts";
import { describeRun, snapshotOf } from "./describe_run.ts";
import type { RunRecord, RunStore } from "./run_store.ts";

/** Runs that are not at work in this process, read from their folders. */
export class RestedRuns {
  readonly #store: RunStore;
  readonly #readLog: (folder: string) => Promise<readonly TrainingLogLine[]>;
  /** What logs tell, as of the writing of the run's record. */
  readonly #histories = new Map<
    string,
    { updatedAt: string; history: TrainingHistory }
  >();

  /** @param readLog the lines of a folder's log */
  constructor(
    store: RunStore,
    readLog: (folder: string) => Promise<readonly TrainingLogLine[]>,
  ) {
    this.#store = store;
    this.#readLog = readLog;
  }

  /**
   * A run's record.
   *
   * @throws {MambaError} `not_found`
   */
  async read(id: string): Promise<RunRecord> {
    const record = await this.#store.read(id);
    if (record !== undefined) return record;
    throw new MambaError(
      "not_found",
      `Cannot find the training run ${JSON.stringify(id.slice(0, 80))}`,
      { hint: "It may have been removed; /train lists those there are." },
    );
  }

  /** All of a run. */
  async snapshot(record: RunRecord): Promise<TrainingSnapshot> {
    const { id, state, updatedAt } = record;
    const elsewhere = state === "running" && await this.#store.isLocked(id);
    const known = this.#histories.get(id);
    const history = !elsewhere && known?.updatedAt === updatedAt
      ? known.history
      : await this.history(id);
    // The log of a run that another process is at grows.
    if (!elsewhere) this.#histories.set(id, { updatedAt, history });
    const run = describeRun(record, history, statusOf(state, elsewhere));
    return snapshotOf(this.#store, record, run, history);
  }

  /** What a run's log tells. */
  async history(id: string): Promise<TrainingHistory> {
    const history = emptyHistory();
    const lines = await this.#readLog(this.#store.folder(id));
    for (const { time: _time, ...event } of lines) addEvent(history, event);
    return history;
  }

  /** Keeps nothing of a run that was removed. */
  forget(id: string): void {
    this.#histories.delete(id);
  }
}

function statusOf(
  state: RunRecord["state"],
  elsewhere: boolean,
): TrainingStatus {
  if (state !== "running") return state;
  return elsewhere ? "running" : "interrupted";
}
