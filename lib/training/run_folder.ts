import { join, resolve } from "node:path";
import { MambaError } from "../api/mamba_error.ts";
import { cannotLoad } from "../api/load_error.ts";
import type { TrainingOptions } from "../api/training_options.ts";
import { writeDurably } from "./durable_files.ts";
import { lockFile } from "./file_lock.ts";

const OPTIONS_NAME = "options.json";
const LOCK_NAME = "trainer.lock";

/**
 * The folder of a run, held by one process at a time:
 *
 * - `options.json`: what the run is, paths made absolute
 * - `log.jsonl`: what it told
 * - `checkpoints/step-…/`: where it can go on
 * - `model/`: what came out, when it is done
 */
export class RunFolder implements Disposable {
  /** Its absolute path. */
  readonly path: string;
  /** As `options.json` has them. */
  readonly options: TrainingOptions;
  readonly #lock: Deno.FsFile;

  private constructor(
    path: string,
    options: TrainingOptions,
    lock: Deno.FsFile,
  ) {
    this.path = path;
    this.options = options;
    this.#lock = lock;
  }

  /**
   * Makes the folder of a new run, which {@linkcode begin} makes one.
   *
   * @throws {MambaError} `invalid_argument` if there is a run in it already,
   * `busy` if another process begins one there
   */
  static async create(
    folder: string,
    options: TrainingOptions,
  ): Promise<RunFolder> {
    const path = resolve(folder);
    await Deno.mkdir(path, { recursive: true });
    const lock = await takeLock(path);
    try {
      if (await exists(join(path, OPTIONS_NAME))) {
        throw new MambaError(
          "invalid_argument",
          `Cannot begin a run in ${path}: there is one already`,
          { field: "folder", hint: "Resume it, or give another folder." },
        );
      }
      return new RunFolder(path, withAbsolutePaths(options), lock);
    } catch (error) {
      lock.close();
      throw error;
    }
  }

  /**
   * Opens the folder of a run that was begun.
   *
   * @throws {MambaError} `not_found`, `invalid_checkpoint`, `busy` while
   * another process runs it
   */
  static async open(folder: string): Promise<RunFolder> {
    const path = resolve(folder);
    const options = await readRunOptions(path);
    return new RunFolder(path, options, await takeLock(path));
  }

  /** Writes down what the run is, now that it can begin. */
  async begin(): Promise<void> {
    const text = JSON.stringify(this.options, null, 2) + "\n";
    await writeDurably(this.join(OPTIONS_NAME), text);
  }

  /** A file or folder in it. */
  join(...names: string[]): string {
    return join(this.path, ...names);
  }

  /** Lets others have it. */
  [Symbol.dispose](): void {
    this.#lock.close();
  }
}

/**
 * What a run's folder says the run is.
 *
 * @throws {MambaError} `not_found`, `invalid_checkpoint`
 */
export async function readRunOptions(folder: string): Promise<TrainingOptions> {
  const path = join(folder, OPTIONS_NAME);
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (!missing) throw error;
    throw cannotLoad(path, "there is no such file", {
      code: "not_found",
      hint: "Give the folder that a run was begun in.",
      cause: error,
    });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw cannotLoad(path, "it is not valid JSON", { cause });
  }
}

async function takeLock(path: string): Promise<Deno.FsFile> {
  const file = await lockFile(join(path, LOCK_NAME));
  if (file !== undefined) return file;
  throw new MambaError(
    "busy",
    `Cannot use ${path}: another process runs it`,
    { field: "folder", hint: "Stop that one first, or wait for its end." },
  );
}

/** A run may be resumed from another directory. */
function withAbsolutePaths(options: TrainingOptions): TrainingOptions {
  const { model, tokenizer, data, validation } = options;
  const all = (paths: string | readonly string[]) =>
    [paths].flat().map((path) => resolve(path));
  return {
    ...options,
    ...(model === undefined ? {} : { model: resolve(model) }),
    ...(tokenizer === undefined ? {} : { tokenizer: resolve(tokenizer) }),
    ...(data === undefined ? {} : { data: all(data) }),
    ...(validation === undefined ? {} : { validation: all(validation) }),
  };
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
