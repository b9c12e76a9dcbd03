import { dirname } from "node:path";
import { writeError } from "./hub_error.ts";
import { pause } from "./retries.ts";

/** How often a lock that another has is asked for. */
const POLL_MS = 100;

/** A lock that is held; `using` gives it back. */
export interface BlobLock extends Disposable {
  readonly path: string;
}

/**
 * Takes the lock of one file of the cache, the same that Python's tools take.
 * The system gives it back when the process ends, in whatever way.
 *
 * @param options.onWait told again and again while another has it
 * @throws {MambaError} `aborted`, `permission`
 */
export async function lockBlob(
  path: string,
  { signal, onWait }: {
    signal?: AbortSignal | undefined;
    onWait?: () => Promise<void>;
  } = {},
): Promise<BlobLock> {
  for (;;) {
    const lock = await tryLockBlob(path);
    if (lock !== undefined) return lock;
    await onWait?.();
    await pause(POLL_MS, signal);
  }
}

/** The lock, or undefined if another has it. */
export async function tryLockBlob(path: string): Promise<BlobLock | undefined> {
  const file = await open(path);
  try {
    if (await file.tryLock(true) && await isSame(file, path)) {
      return { path, [Symbol.dispose]: () => file.close() };
    }
  } catch (error) {
    file.close();
    throw error;
  }
  file.close();
  return undefined;
}

async function open(path: string): Promise<Deno.FsFile> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    // Others of the group may share the cache.
    return await Deno.open(path, { write: true, create: true, mode: 0o664 });
  } catch (error) {
    throw writeError(error, path);
  }
}

/** Whoever removes a lock's file makes room for a second one. */
async function isSame(file: Deno.FsFile, path: string): Promise<boolean> {
  try {
    const [ours, there] = await Promise.all([file.stat(), Deno.stat(path)]);
    return ours.ino === there.ino && ours.dev === there.dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
