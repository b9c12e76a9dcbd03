import { dirname, join, relative } from "node:path";
import { writeError } from "./hub_error.ts";

/**
 * Where the files of a repository are in the Hugging Face cache:
 *
 * ```text
 * models--owner--name/blobs/<etag>                  contents
 *                     refs/<revision>               the commit, as text
 *                     snapshots/<commit>/<file>     links to the blobs
 * .locks/models--owner--name/<etag>.lock
 * ```
 */
export class RepositoryFolder {
  /** The cache's own folder. */
  readonly cache: string;
  /** The repository's folder in it. */
  readonly path: string;
  readonly #name: string;

  /** @param repo `owner/name` */
  constructor(cache: string, repo: string) {
    this.cache = cache;
    this.#name = `models--${repo.replaceAll("/", "--")}`;
    this.path = join(cache, this.#name);
  }

  blob(etag: string): string {
    return join(this.path, "blobs", etag);
  }

  /** What has been fetched of a blob that is not complete. */
  partial(etag: string): string {
    return `${this.blob(etag)}.incomplete`;
  }

  lock(etag: string): string {
    return join(this.locks, `${etag}.lock`);
  }

  get locks(): string {
    return join(this.cache, ".locks", this.#name);
  }

  get refs(): string {
    return join(this.path, "refs");
  }

  get snapshots(): string {
    return join(this.path, "snapshots");
  }

  snapshot(commit: string): string {
    return join(this.snapshots, commit);
  }

  /** A file of a snapshot. */
  file(commit: string, name: string): string {
    return join(this.snapshot(commit), ...name.split("/"));
  }

  /** Makes a file of a snapshot out of a blob. */
  async link(commit: string, name: string, etag: string): Promise<void> {
    const path = this.file(commit, name);
    const blob = this.blob(etag);
    if (await isSameFile(path, blob)) return;
    try {
      await Deno.mkdir(dirname(path), { recursive: true });
      // A link that leads nowhere, or a second name of what was not right.
      await removeIfThere(path);
      await linkFile(blob, path);
    } catch (error) {
      throw writeError(error, path);
    }
  }

  /** Notes which commit a branch or tag means. */
  async writeRef(revision: string, commit: string): Promise<void> {
    if (revision === commit) return;
    const path = join(this.refs, ...revision.split("/"));
    try {
      if (await readTextIfThere(path) === commit) return;
      await Deno.mkdir(dirname(path), { recursive: true });
      const partial = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
      await Deno.writeTextFile(partial, commit, { createNew: true });
      await Deno.rename(partial, path);
    } catch (error) {
      throw writeError(error, path);
    }
  }
}

/**
 * A symbolic link, relative as Python's tools write it. Deno lets only those
 * make one who may write everywhere: a server that may not makes a second name
 * of the same file, which those tools read as well.
 */
async function linkFile(blob: string, path: string): Promise<void> {
  try {
    try {
      await Deno.symlink(relative(dirname(path), blob), path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotCapable)) throw error;
      await Deno.link(blob, path);
    }
  } catch (error) {
    // Another download may have been faster.
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

/** Whether two paths lead to the same file. */
async function isSameFile(one: string, other: string): Promise<boolean> {
  try {
    const [a, b] = await Promise.all([Deno.stat(one), Deno.stat(other)]);
    return a.ino !== null && a.ino === b.ino && a.dev === b.dev;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}

/** The size of a file, links followed; undefined if there is none. */
export async function fileSize(path: string): Promise<number | undefined> {
  try {
    const { isFile, size } = await Deno.stat(path);
    return isFile ? size : undefined;
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** A small file's text; undefined if there is none. */
export async function readTextIfThere(
  path: string,
): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** Removes a file or folder, if it is there. */
export async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!isAbsence(error)) throw error;
  }
}

/** The entries of a folder, sorted by name; none where nothing may be read. */
export async function entriesOf(path: string): Promise<Deno.DirEntry[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(path));
    return entries.sort((a, b) => a.name < b.name ? -1 : 1);
  } catch (error) {
    if (
      isAbsence(error) || error instanceof Deno.errors.NotCapable ||
      error instanceof Deno.errors.PermissionDenied
    ) return [];
    throw error;
  }
}

function isAbsence(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.NotADirectory;
}
