import { basename, join } from "node:path";
import { MambaError } from "../api/mamba_error.ts";
import { hubCacheDirectory } from "../config.ts";
import { readCheckpointConfig } from "../weights/mod.ts";
import { entriesOf, removeIfThere, RepositoryFolder } from "./cache_layout.ts";
import {
  findCachedModel,
  findGptNeoxTokenizer,
  snapshotFiles,
} from "./cached_models.ts";
import { ContentHash, isEtag } from "./content_hash.ts";
import { throwIfCancelled, writeError } from "./hub_error.ts";
import { formatModelName, requireModelName } from "./model_name.ts";
import { usesGptNeoxTokenizer } from "./needed_files.ts";
import { TOKENIZER_REPO } from "./official_models.ts";

/** What is read at once. */
const READ_BYTES = 1 << 20;

/** A file that was compared with its hash. */
export interface VerifiedFile {
  repo: string;
  name: string;
  bytes: number;
  /**
   * `missing`: its link leads nowhere; `unknown`: it was copied into the cache
   * in a way that keeps no hash.
   */
  state: "ok" | "damaged" | "missing" | "unknown";
}

/** What {@linkcode verifyModel} has found. */
export interface VerifiedModel {
  id: string;
  directory: string;
  /** Whether all files are there, and none is damaged. */
  ok: boolean;
  /** Whether all files are there. */
  complete: boolean;
  files: VerifiedFile[];
}

/** Options of {@linkcode verifyModel}. */
export interface VerifyOptions {
  cache?: string;
  /** Removes what is damaged, so that a pull fetches it again. */
  repair?: boolean;
  /** Told in bytes how much is read. */
  onProgress?: (file: string, done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * Reads every file of a downloaded model, and of the tokenizer that it
 * borrows, and compares it with the hash that the hub gave for it.
 *
 * @throws {MambaError} `not_found`, `permission`, `aborted`
 */
export async function verifyModel(
  text: string,
  options: VerifyOptions = {},
): Promise<VerifiedModel> {
  const cache = options.cache ?? hubCacheDirectory();
  const name = requireModelName(text);
  const model = await findCachedModel(name, cache);
  if (model === undefined) {
    throw new MambaError(
      "not_found",
      `Cannot verify ${formatModelName(name)}: it is not in ${cache}`,
      { field: "model", hint: `Download it: mamba pull ${text}` },
    );
  }
  const { directory, id, complete } = model;
  const folders = [{ repo: model.repo, directory }];
  if (usesGptNeoxTokenizer(await readCheckpointConfig(directory))) {
    const borrowed = await findGptNeoxTokenizer(cache);
    if (borrowed !== undefined) {
      folders.push({ repo: TOKENIZER_REPO, directory: borrowed });
    }
  }
  const files: VerifiedFile[] = [];
  for (const { repo, directory } of folders) {
    const folder = new RepositoryFolder(cache, repo);
    files.push(...await verifySnapshot(folder, repo, directory, options));
  }
  const damaged = files.some(({ state }) =>
    state === "damaged" || state === "missing"
  );
  return { id, directory, ok: complete && !damaged, complete, files };
}

async function verifySnapshot(
  folder: RepositoryFolder,
  repo: string,
  directory: string,
  { repair, onProgress, signal }: VerifyOptions,
): Promise<VerifiedFile[]> {
  const etags = await etagsByInode(folder);
  const verified: VerifiedFile[] = [];
  for (const { name, path, info } of await snapshotFiles(directory)) {
    const bytes = info?.size ?? 0;
    const etag = etags.get(info?.ino ?? -1) ?? await linkedEtag(path);
    const state = info === undefined
      ? "missing"
      : etag === undefined
      ? "unknown"
      : await matches(path, etag, bytes, {
          signal,
          onRead: (done) => onProgress?.(name, done, bytes),
        })
      ? "ok"
      : "damaged";
    verified.push({ repo, name, bytes, state });
    if (state !== "damaged" || !repair) continue;
    try {
      await removeIfThere(path);
      await removeIfThere(folder.blob(etag!));
    } catch (error) {
      throw writeError(error, path);
    }
  }
  return verified;
}

/** Links and second names lead to the same file as the blob's name. */
async function etagsByInode(
  folder: RepositoryFolder,
): Promise<Map<number, string>> {
  const blobs = join(folder.path, "blobs");
  const etags = new Map<number, string>();
  for (const { name } of await entriesOf(blobs)) {
    if (!isEtag(name)) continue;
    try {
      const { ino } = await Deno.stat(join(blobs, name));
      if (ino !== null) etags.set(ino, name);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return etags;
}

async function linkedEtag(path: string): Promise<string | undefined> {
  try {
    const name = basename(await Deno.readLink(path));
    return isEtag(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

async function matches(
  path: string,
  etag: string,
  bytes: number,
  { signal, onRead }: {
    signal: AbortSignal | undefined;
    onRead(done: number): void;
  },
): Promise<boolean> {
  const hash = new ContentHash(etag, bytes);
  using file = await Deno.open(path);
  const buffer = new Uint8Array(READ_BYTES);
  for (let done = 0;;) {
    throwIfCancelled(signal);
    const count = await file.read(buffer);
    if (count === null) return hash.matches();
    hash.update(buffer.subarray(0, count));
    done += count;
    onRead(done);
  }
}
