import { toApiError } from "../api/api_error.ts";
import type {
  CompareEvent,
  CompareRecord,
  CompareRequest,
  CompareVote,
} from "../api/compare.ts";
import type { GenerateEvent } from "../api/generate_event.ts";
import type { GenerateRequest } from "../api/generate_request.ts";
import type {
  HistoryEntry,
  HistoryKind,
  HistoryPage,
  HistoryQuery,
  HistoryRecord,
  HistoryStatus,
  TallyRow,
} from "../api/history.ts";
import { MambaError } from "../api/mamba_error.ts";
import { HistoryDatabase } from "./database.ts";
import { keepComparison, outcomesOf } from "./keep_comparison.ts";
import { keepGeneration } from "./keep_generation.ts";
import { RecordKeeper } from "./record_keeper.ts";
import {
  deleteRecord,
  deleteRecords,
  listRecords,
  readRecord,
  updateRecord,
} from "./records.ts";
import { readTally, writeVote } from "./votes.ts";

/** Options of {@linkcode History}. */
export interface HistoryOptions {
  /** The file; without one no history is kept. */
  path?: string | undefined;
  /** Told of what fails while a run is kept. @default nothing happens */
  onFailure?: (error: unknown) => void;
}

/** What the pages remember of their runs. */
export class History implements Disposable {
  readonly #database: HistoryDatabase | undefined;
  readonly #live = new Set<number>();
  readonly #onFailure: (error: unknown) => void;

  constructor({ path, onFailure = () => {} }: HistoryOptions = {}) {
    this.#database = path === undefined ? undefined : new HistoryDatabase(path);
    this.#onFailure = onFailure;
  }

  /** Whether a history is kept, and what is wrong with it. */
  status(): HistoryStatus {
    if (this.#database === undefined) return { on: false };
    try {
      this.#database.use((open) => open.prepare("SELECT 1 FROM record").get());
      return { on: true };
    } catch (error) {
      return { on: true, error: toApiError(error) };
    }
  }

  /**
   * A piece of the list, the newest first; empty where none is kept.
   *
   * @throws {MambaError} what is wrong with the file; so do all that follow
   */
  list(query: HistoryQuery = {}): HistoryPage {
    if (this.#database === undefined) return { entries: [], total: 0 };
    const page = this.#database.use((open) => listRecords(open, query));
    return { ...page, entries: page.entries.map((one) => this.#settled(one)) };
  }

  /**
   * A record of a kind.
   *
   * @throws {MambaError} `not_found`
   */
  get<Body>(id: number, kind?: HistoryKind): HistoryRecord<Body> {
    const record = this.#database?.use((open) => readRecord(open, id));
    if (record === undefined || (kind !== undefined && record.kind !== kind)) {
      throw missing(id);
    }
    return this.#settled(record as HistoryRecord<Body>);
  }

  /**
   * Deletes a record.
   *
   * @throws {MambaError} `not_found`
   */
  remove(id: number): void {
    if (!this.#database?.change((open) => deleteRecord(open, id))) {
      throw missing(id);
    }
  }

  /** Deletes every record, or every one of a kind. */
  clear(kind?: HistoryKind): void {
    this.#database?.change((open) => deleteRecords(open, kind));
  }

  /** Passes a generation's events on, and keeps it as one of the playground. */
  keepGeneration(
    request: GenerateRequest,
    events: AsyncIterable<GenerateEvent>,
  ): AsyncGenerator<GenerateEvent, void, undefined> {
    return keepGeneration(this.keeper(), request, events);
  }

  /** Passes a comparison's events on, and keeps it. */
  keepComparison(
    request: CompareRequest,
    events: AsyncIterable<CompareEvent>,
  ): AsyncGenerator<CompareEvent, void, undefined> {
    return keepComparison(this.keeper(), request, events);
  }

  /**
   * Keeps which column of a comparison was best, in place of an earlier vote.
   *
   * @throws {MambaError} `not_found`, `invalid_argument`
   */
  vote(id: number, vote: CompareVote): void {
    const record = this.get<CompareRecord>(id, "compare");
    const outcomes = outcomesOf(record.body, vote);
    this.#database!.change((open) => {
      writeVote(open, id, outcomes);
      updateRecord(open, id, { ...record, body: { ...record.body, vote } });
    });
  }

  /** All votes by model. */
  tally(): TallyRow[] {
    return this.#database?.use(readTally) ?? [];
  }

  /** What keeps a run of any kind. */
  keeper(): RecordKeeper {
    return new RecordKeeper({
      database: this.#database,
      live: this.#live,
      onFailure: this.#onFailure,
    });
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#database?.close();
  }

  /** A run that nobody is at was cut short by the end of its server. */
  #settled<Entry extends HistoryEntry>(entry: Entry): Entry {
    const left = entry.state === "running" && !this.#live.has(entry.id);
    return left ? { ...entry, state: "stopped" } : entry;
  }
}

function missing(id: number): MambaError {
  return new MambaError("not_found", `Cannot find run ${id} in the history`, {
    hint: "It may have been deleted.",
  });
}
