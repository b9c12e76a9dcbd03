import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { MambaError } from "../api/mamba_error.ts";
import { explainFailure } from "./explain_failure.ts";
import { MIGRATIONS } from "./migrations.ts";

/**
 * How long a write waits for another program's, in milliseconds. Everything
 * else of the server waits with it, so it is short.
 */
const BUSY_TIMEOUT = 250;

/**
 * The file of the history. It is opened when it is first used; after a failure
 * it is opened anew, so that a file that was put right, or away, is noticed
 * without a restart.
 */
export class HistoryDatabase implements Disposable {
  /** Where it is. */
  readonly path: string;
  readonly #migrations: readonly string[];
  #open: DatabaseSync | undefined;

  /** @param migrations other steps than the program's own, for tests */
  constructor(path: string, migrations: readonly string[] = MIGRATIONS) {
    this.path = path;
    this.#migrations = migrations;
  }

  /**
   * Works with the open file.
   *
   * @throws {MambaError} `damaged`, `busy`, `permission`, `unsupported` for a
   * newer schema: each with what to do about it
   */
  use<Result>(work: (database: DatabaseSync) => Result): Result {
    try {
      this.#open ??= this.#openFile();
      return work(this.#open);
    } catch (error) {
      // A lock passes; everything else may have to do with what is open.
      const told = explainFailure(error, this.path);
      if (!(told instanceof MambaError && told.code === "busy")) this.close();
      throw told;
    }
  }

  /** As {@linkcode use}, all of it or nothing. */
  change<Result>(work: (database: DatabaseSync) => Result): Result {
    return this.use((database) => inTransaction(database, work));
  }

  /** Closes the file; the next use opens it again. */
  close(): void {
    const open = this.#open;
    this.#open = undefined;
    try {
      open?.close();
    } catch {
      // It was in no state to be closed.
    }
  }

  /** Same as {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  #openFile(): DatabaseSync {
    mkdirSync(dirname(this.path), { recursive: true });
    const database = new DatabaseSync(this.path);
    try {
      database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
      // Readers do not wait for writers, and a commit does not wait for the
      // disk: a power cut may cost the last runs, never the file.
      database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
      // What is deleted is overwritten: it was somebody's text.
      database.exec("PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON");
      this.#migrate(database);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  #migrate(database: DatabaseSync): void {
    const wanted = this.#migrations.length;
    if (versionOf(database) === wanted) return;
    inTransaction(database, () => {
      // Another server may have been first.
      const version = versionOf(database);
      if (version > wanted) throw tooNew(this.path);
      for (const step of this.#migrations.slice(version)) database.exec(step);
      database.exec(`PRAGMA user_version = ${wanted}`);
    });
  }
}

function inTransaction<Result>(
  database: DatabaseSync,
  work: (database: DatabaseSync) => Result,
): Result {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work(database);
    database.exec("COMMIT");
    return result;
  } catch (error) {
    try {
      database.exec("ROLLBACK");
    } catch {
      // The failure has ended the transaction already.
    }
    throw error;
  }
}

function versionOf(database: DatabaseSync): number {
  const row = database.prepare("PRAGMA user_version").get();
  return Number(row?.user_version ?? 0);
}

function tooNew(path: string): MambaError {
  return new MambaError(
    "unsupported",
    `Cannot use the history ${path}: a newer version has written it`,
    {
      hint: "Start that version, or move the file away: a new one is made " +
        "then.",
    },
  );
}
