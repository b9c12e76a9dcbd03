import { toApiError } from "../api/api_error.ts";
import type { ApiError } from "../api/generate_event.ts";
import type { HistoryDatabase } from "./database.ts";
import { insertRecord, type NewRecord, updateRecord } from "./records.ts";

/** Options of {@linkcode RecordKeeper}. */
export interface RecordKeeperOptions {
  /** Undefined where no history is kept. */
  database: HistoryDatabase | undefined;
  /** The ids of records whose runs are under way. */
  live: Set<number>;
  /** Told of what fails: no run fails for its record. */
  onFailure: (error: unknown) => void;
}

/** Keeps one run: written when it begins, so that a crash leaves a trace. */
export class RecordKeeper {
  readonly #options: RecordKeeperOptions;
  #id: number | undefined;
  #error: ApiError | undefined;

  constructor(options: RecordKeeperOptions) {
    this.#options = options;
  }

  /** The record's id, if there is one. */
  get id(): number | undefined {
    return this.#id;
  }

  /** Why there is none, if one was wanted. */
  get error(): ApiError | undefined {
    return this.#error;
  }

  /** Writes the record. */
  begin(record: Omit<NewRecord, "state">): void {
    const { database, live } = this.#options;
    if (database === undefined) return;
    this.#try(() => {
      this.#id = database.change((open) =>
        insertRecord(open, { ...record, state: "running" })
      );
      live.add(this.#id);
    });
  }

  /** Writes how the run ended. */
  end(record: Pick<NewRecord, "models" | "state" | "body">): void {
    const { database, live } = this.#options;
    const id = this.#id;
    if (id === undefined) return;
    this.#try(() => database!.change((open) => updateRecord(open, id, record)));
    live.delete(id);
  }

  #try(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#error = toApiError(error);
      this.#options.onFailure(error);
    }
  }
}
