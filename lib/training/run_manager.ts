import { MambaError } from "../api/mamba_error.ts";
import type { TrainingOptions } from "../api/training_options.ts";
import type {
  TrainingRun,
  TrainingSnapshot,
  TrainingUpdate,
} from "../api/training_run.ts";
import { ModelCatalog } from "../engine/model_catalog.ts";
import { ActiveRun } from "./active_run.ts";
import { checkRun } from "./check_run.ts";
import { RestedRuns } from "./rested_runs.ts";
import { newRunId, type RunRecord, RunStore } from "./run_store.ts";
import type { TrainerSource } from "./run_trainer.ts";

/** Options of {@linkcode RunManager.open}. */
export interface RunManagerOptions extends TrainerSource {
  /** Where the folders of the runs are. */
  directory: string;
  /** Where models are. @default `models/` and `MAMBA_MODELS` */
  models?: readonly string[];
}

/** So often a run is taken up by itself without getting to a checkpoint. */
const MAX_RESTARTS = 3;

/**
 * The training runs of a server: each in a folder, one at a time at work. A
 * run that was at work when the last server ended is taken up again.
 */
export class RunManager implements AsyncDisposable {
  readonly #options: RunManagerOptions;
  readonly #store: RunStore;
  readonly #catalog: ModelCatalog;
  readonly #rested: RestedRuns;
  /** The run at work. */
  #active: ActiveRun | undefined;
  /** Starting, resuming and removing wait for one another. */
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(options: RunManagerOptions) {
    this.#options = options;
    this.#store = new RunStore(options.directory);
    this.#rested = new RestedRuns(this.#store, options.readLog);
    this.#catalog = new ModelCatalog(options.models);
  }

  /** The runs of a directory; what was interrupted there goes on. */
  static open(options: RunManagerOptions): RunManager {
    const manager = new RunManager(options);
    // What cannot go on now stays interrupted, for its owner to resume.
    manager.#exclusively(() => manager.#takeUp()).catch(() => {});
    return manager;
  }

  /** Every run, the newest first. */
  async list(): Promise<TrainingRun[]> {
    await this.#turn;
    const records = await this.#store.list();
    return await Promise.all(
      records.map(async (record) => (await this.#snapshot(record)).run),
    );
  }

  /**
   * All of one run.
   *
   * @throws {MambaError} `not_found`
   */
  async get(id: string): Promise<TrainingSnapshot> {
    await this.#turn;
    return await this.#snapshot(await this.#rested.read(id));
  }

  /**
   * Starts a new run.
   *
   * @throws {MambaError} naming the option that is wrong; `busy` while another
   * run is at work
   */
  async start(options: TrainingOptions): Promise<TrainingRun> {
    const checked = await checkRun(options, this.#catalog);
    return await this.#exclusively(async () => {
      this.#refuseIfBusy();
      const now = new Date().toISOString();
      return await this.#begin({
        id: newRunId(checked.name),
        createdAt: now,
        updatedAt: now,
        state: "running",
        restarts: 0,
        ...checked,
      });
    });
  }

  /** Ends a run after the step that it is at; a checkpoint is left behind. */
  async stop(id: string): Promise<TrainingRun> {
    await this.#turn;
    const record = await this.#rested.read(id);
    if (this.#active?.id === id) {
      this.#active.stop();
      return this.#active.run;
    }
    const { run } = await this.#snapshot(record);
    if (run.status !== "interrupted") return run;
    // Nobody is at work for it: it shall not be taken up again either.
    const stopped: RunRecord = { ...record, state: "stopped" };
    await this.#store.write(stopped);
    return (await this.#snapshot(stopped)).run;
  }

  /**
   * Goes on with a run from its last checkpoint, or from the beginning if it
   * has none.
   *
   * @throws {MambaError} `not_found`, `busy`
   */
  async resume(id: string): Promise<TrainingRun> {
    return await this.#exclusively(async () => {
      const record = await this.#rested.read(id);
      if (this.#active?.id === id && !this.#active.run.stopping) {
        return this.#active.run;
      }
      this.#refuseIfBusy();
      return await this.#begin({ ...record, state: "running", restarts: 0 });
    });
  }

  /**
   * Removes a run and all that it has made.
   *
   * @throws {MambaError} `not_found`, `busy` while it is at work
   */
  async remove(id: string): Promise<void> {
    await this.#exclusively(async () => {
      const record = await this.#rested.read(id);
      using lock = await this.#store.lock(id);
      if (lock === undefined) {
        throw new MambaError("busy", `Cannot remove ${record.name}: it runs`, {
          hint: "Stop it first.",
        });
      }
      await this.#store.remove(id);
      this.#rested.forget(id);
    });
  }

  /**
   * A snapshot of a run and, as long as it is at work, what happens.
   *
   * @throws {MambaError} `not_found`
   */
  async *watch(
    id: string,
    signal: AbortSignal,
  ): AsyncGenerator<TrainingUpdate, void, undefined> {
    const snapshot = await this.get(id);
    if (this.#active?.id === id) yield* this.#active.listen(signal);
    else yield { type: "snapshot", snapshot };
  }

  /** Waits until no run is at work. */
  async idle(): Promise<void> {
    await this.#turn;
    await this.#active?.finished;
  }

  /**
   * Ends the run at work, with a checkpoint from which the next server goes
   * on, and takes no other.
   */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#turn;
    this.#active?.stop({ goesOn: true });
    await this.#active?.finished;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #takeUp(): Promise<void> {
    for (const record of await this.#store.list()) {
      if (record.state !== "running" || record.restarts >= MAX_RESTARTS) {
        continue;
      }
      if (await this.#store.isLocked(record.id)) continue;
      // One at a time: the newest.
      await this.#begin({ ...record, restarts: record.restarts + 1 });
      return;
    }
  }

  async #begin(record: RunRecord): Promise<TrainingRun> {
    const { createTrainer, resumeTrainer } = this.#options;
    const folder = this.#store.folder(record.id);
    const known = await this.#store.read(record.id);
    delete record.error;
    if (known === undefined) await this.#store.write(record);
    const lock = await this.#store.lock(record.id);
    if (lock === undefined) {
      throw new MambaError(
        "busy",
        `Cannot train ${record.name}: another process is at it`,
        { hint: "Look for another server on this machine." },
      );
    }
    try {
      if (known !== undefined) await this.#store.write(record);
      const active = new ActiveRun({
        store: this.#store,
        record,
        history: await this.#rested.history(record.id),
        lock,
        open: async (preparing) => {
          const extras = { ...preparing, folder };
          const begun = known && await resumeTrainer(extras);
          return begun ?? await createTrainer(record.options, extras);
        },
      });
      this.#active = active;
      void active.finished.then(() => {
        if (this.#active === active) this.#active = undefined;
      });
      return active.run;
    } catch (error) {
      lock[Symbol.dispose]();
      throw error;
    }
  }

  #refuseIfBusy(): void {
    if (this.#closed) {
      throw new MambaError("closed", "Cannot train: the server is ending");
    }
    if (this.#active === undefined) return;
    const { name, id } = this.#active.run;
    throw new MambaError(
      "busy",
      `Cannot train two models at once: ${name} (${id}) is at work`,
      { hint: "Stop it, or wait until it has ended." },
    );
  }

  async #snapshot(record: RunRecord): Promise<TrainingSnapshot> {
    return this.#active?.id === record.id
      ? this.#active.snapshot
      : await this.#rested.snapshot(record);
  }

  /** Does something when all that was begun before has been done. */
  #exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}
