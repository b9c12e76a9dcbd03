import { toApiError } from "../api/api_error.ts";
import type { ApiError } from "../api/generate_event.ts";
import { MambaError } from "../api/mamba_error.ts";
import type { TrainingEvent, TrainingStatus } from "../api/training_event.ts";
import { addEvent, type TrainingHistory } from "../api/training_history.ts";
import type {
  TrainingRun,
  TrainingSnapshot,
  TrainingUpdate,
} from "../api/training_run.ts";
import { describeRun, snapshotOf } from "./describe_run.ts";
import { RunFeed } from "./run_feed.ts";
import type { RunRecord, RunStore } from "./run_store.ts";
import type { Preparing, RunTrainer } from "./run_trainer.ts";

/** What an {@linkcode ActiveRun} begins with. */
export interface ActiveRunStart {
  store: RunStore;
  record: RunRecord;
  /** What its log tells. */
  history: TrainingHistory;
  /** The right to write into its folder; given back at the end. */
  lock: Disposable;
  /** Makes the trainer; may take long. */
  open: (preparing: Preparing) => Promise<RunTrainer>;
}

/** A run that is at work in this process, until it ends. */
export class ActiveRun {
  readonly #start: ActiveRunStart;
  readonly #feed: RunFeed;
  readonly #stop = new AbortController();
  #status: TrainingStatus = "preparing";
  /** Whether the next server shall go on with it. */
  #goesOn = false;
  /** Resolves when it has ended and its folder is free. */
  readonly finished: Promise<void>;

  constructor(start: ActiveRunStart) {
    this.#start = start;
    this.#feed = new RunFeed(() => ({
      type: "snapshot",
      snapshot: this.snapshot,
    }));
    // What was said of the last start is not true of this one.
    delete start.history.preparing;
    delete start.history.end;
    this.finished = this.#work();
  }

  get id(): string {
    return this.#start.record.id;
  }

  /** The run as lists have it. */
  get run(): TrainingRun {
    const { record, history } = this.#start;
    const stopping = this.#stop.signal.aborted;
    return describeRun(record, history, this.#status, stopping);
  }

  /** All of it, as of now. */
  get snapshot(): TrainingSnapshot {
    const { store, record, history } = this.#start;
    return snapshotOf(store, record, this.run, history);
  }

  /** A snapshot, then what happens until the run ends. */
  listen(
    signal: AbortSignal,
  ): AsyncGenerator<TrainingUpdate, void, undefined> {
    return this.#feed.listen(signal);
  }

  /**
   * Ends the run after the step that it is at; the trainer writes a
   * checkpoint.
   *
   * @param options.goesOn whether the next server shall resume it
   */
  stop(options: { goesOn?: boolean } = {}): void {
    if (this.#stop.signal.aborted) return;
    this.#goesOn = options.goesOn ?? false;
    this.#stop.abort();
    this.#feed.publish({ type: "run", run: this.run });
  }

  async #work(): Promise<void> {
    const { store, record, history, lock, open } = this.#start;
    let error: ApiError | undefined;
    try {
      const trainer = await open({
        onPreparing: (stage, done, total) =>
          this.#tell({ type: "preparing", stage, done, total }),
        signal: this.#stop.signal,
      });
      await this.#train(trainer);
    } catch (thrown) {
      if (!this.#stop.signal.aborted || !isAborted(thrown)) {
        error = explain(thrown);
      }
    }
    const { end } = history;
    error ??= end?.error;
    const ending = error !== undefined ? "failed" : end?.status ?? "stopped";
    const kept = this.#goesOn && ending === "stopped";
    this.#status = kept ? "interrupted" : ending;
    if (error !== undefined) record.error = error;
    record.state = kept ? "running" : ending;
    try {
      await store.write(record);
    } catch (thrown) {
      // The disk is full or gone: those who look on now are still told.
      record.error ??= explain(thrown);
      this.#status = "failed";
    }
    lock[Symbol.dispose]();
    // Pages that look on wait for the next server, which tells them more.
    if (!kept) this.#feed.publish({ type: "run", run: this.run });
    this.#feed.close();
  }

  async #train(trainer: RunTrainer): Promise<void> {
    try {
      for await (const event of trainer.run({ signal: this.#stop.signal })) {
        this.#tell(event);
        await this.#note(event);
      }
    } finally {
      await trainer[Symbol.asyncDispose]();
    }
  }

  #tell(event: TrainingEvent): void {
    addEvent(this.#start.history, event);
    this.#feed.publish({ type: "event", event });
  }

  async #note(event: TrainingEvent): Promise<void> {
    if (event.type === "start") {
      this.#status = "running";
      this.#feed.publish({ type: "run", run: this.run });
    }
    const { record, store } = this.#start;
    if (event.type !== "checkpoint" || record.restarts === 0) return;
    record.restarts = 0;
    await store.write(record);
  }
}

/** Unlike a request's error this one is for the owner of the machine. */
function explain(error: unknown): ApiError {
  if (error instanceof MambaError) return toApiError(error);
  const reason = error instanceof Error ? error.message : String(error);
  return { code: "internal", message: `Cannot go on training: ${reason}` };
}

function isAborted(error: unknown): boolean {
  return error instanceof MambaError && error.code === "aborted";
}
