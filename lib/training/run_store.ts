import { join } from "node:path";
import type { ApiError } from "../api/generate_event.ts";
import { MambaError } from "../api/mamba_error.ts";
import type { TrainingOptions } from "../api/training_options.ts";
import { writeDurably } from "./durable_files.ts";
import { lockFile } from "./file_lock.ts";

/** What a run's folder says of it in `run.json`. */
export interface RunRecord {
  id: string;
  name: string;
  /** ISO 8601. */
  createdAt: string;
  /** When this was written, ISO 8601. */
  updatedAt: string;
  /** What the server last wanted of it, or how it ended. */
  state: "running" | "stopped" | "done" | "failed";
  /** Times that a server took it up again without a new checkpoint since. */
  restarts: number;
  error?: ApiError;
  options: TrainingOptions;
}

const RECORD = "run.json";
/** Beside the trainer's own, which it holds only once it is made. */
const LOCK = "server.lock";
const ID = /^[a-z0-9][a-z0-9-]{0,79}$/;

/** The folders of runs: one for each, named by its id. */
export class RunStore {
  /** The folder that they are in; made with the first run. */
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** The folder of a run. */
  folder(id: string): string {
    return join(this.directory, id);
  }

  /** Every run, the newest first; folders that are none are left out. */
  async list(): Promise<RunRecord[]> {
    const found: RunRecord[] = [];
    for (const id of await this.#names()) {
      const record = await this.read(id);
      if (record !== undefined) found.push(record);
    }
    return found.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  }

  /** A run's record, or undefined if there is no such run. */
  async read(id: string): Promise<RunRecord | undefined> {
    // The id comes from an address: it must not lead elsewhere.
    if (!ID.test(id)) return undefined;
    try {
      const text = await Deno.readTextFile(join(this.folder(id), RECORD));
      return { ...JSON.parse(text), id };
    } catch (error) {
      if (error instanceof SyntaxError || isMissing(error)) return undefined;
      throw error;
    }
  }

  /**
   * Writes a record and its folder, whole or not at all; `updatedAt` becomes
   * the time of writing.
   *
   * @throws {MambaError} `permission` where nothing may be written
   */
  async write(record: RunRecord): Promise<void> {
    const path = join(this.folder(record.id), RECORD);
    record.updatedAt = new Date().toISOString();
    try {
      await Deno.mkdir(this.folder(record.id), { recursive: true });
      await writeDurably(path, JSON.stringify(record, null, 2) + "\n");
    } catch (error) {
      throw explain(error, this.directory);
    }
  }

  /** Removes a run with everything that it has made. */
  async remove(id: string): Promise<void> {
    try {
      await Deno.remove(this.folder(id), { recursive: true });
    } catch (error) {
      if (!isMissing(error)) throw explain(error, this.directory);
    }
  }

  /** Takes a run for this process, or gives undefined if another has it. */
  async lock(id: string): Promise<Disposable | undefined> {
    try {
      return await lockFile(join(this.folder(id), LOCK));
    } catch (error) {
      throw explain(error, this.directory);
    }
  }

  /** Whether some process has the run. */
  async isLocked(id: string): Promise<boolean> {
    try {
      using file = await Deno.open(join(this.folder(id), LOCK));
      return !await file.tryLock(false);
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  async #names(): Promise<string[]> {
    try {
      const entries = await Array.fromAsync(Deno.readDir(this.directory));
      return entries.filter(({ isDirectory }) => isDirectory)
        .map(({ name }) => name);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }
}

/** An id that says what it is and is taken by nobody. */
export function newRunId(name: string): string {
  const word = name.toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 40)
    .replace(/^-|-$/g, "") || "run";
  return `${word}-${crypto.randomUUID().slice(0, 8)}`;
}

/** Nothing is there, or nothing may be looked at: for a list the same. */
function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.NotCapable;
}

function explain(error: unknown, directory: string): unknown {
  const refused = error instanceof Deno.errors.NotCapable ||
    error instanceof Deno.errors.PermissionDenied;
  if (!refused) return error;
  return new MambaError(
    "permission",
    `Cannot keep training runs: ${directory} may not be written`,
    {
      hint: "Start the server with its task, or set XDG_DATA_HOME to a folder" +
        " that may be written.",
      cause: error,
    },
  );
}
