import { join } from "node:path";

/** Weights in one file. */
export const SINGLE_NAME = "model.safetensors";

/** Which shard has which tensor. */
export const INDEX_NAME = "model.safetensors.index.json";

/** Files under temporary names in the directory that they are meant for. */
export class StagingArea {
  readonly #directory: string;
  readonly #suffix = `.${crypto.randomUUID()}.partial`;
  readonly #names: string[] = [];
  #made: string | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Makes the directory. */
  async open(): Promise<void> {
    const exists = await isDirectory(this.#directory);
    await Deno.mkdir(this.#directory, { recursive: true });
    if (!exists) this.#made = this.#directory;
  }

  /** The path to write a file to before it gets its name. */
  add(name: string): string {
    this.#names.push(name);
    return join(this.#directory, name + this.#suffix);
  }

  /** Gives every file its name, in the order they were added. */
  async commit(): Promise<void> {
    for (const name of this.#names) {
      const path = join(this.#directory, name);
      await Deno.rename(path + this.#suffix, path);
    }
    // What a reader would take instead of the new files, or with them.
    for await (const { name } of Deno.readDir(this.#directory)) {
      const stale = (name === SINGLE_NAME || name === INDEX_NAME ||
        /^model-\d{5}-of-\d{5}\.safetensors$/.test(name)) &&
        !this.#names.includes(name);
      if (stale) await Deno.remove(join(this.#directory, name));
    }
  }

  /** Removes what was written, and the directory if it is new and empty. */
  async discard(): Promise<void> {
    const paths = this.#names
      .map((name) => join(this.#directory, name + this.#suffix));
    if (this.#made !== undefined) paths.push(this.#made);
    for (const path of paths) {
      try {
        await Deno.remove(path);
      } catch {
        // It was not written, or has got its name already.
      }
    }
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch {
    return false;
  }
}
