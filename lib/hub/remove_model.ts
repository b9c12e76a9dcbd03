import { dirname } from "node:path";
import { MambaError } from "../api/mamba_error.ts";
import { hubCacheDirectory } from "../config.ts";
import { type BlobLock, tryLockBlob } from "./blob_lock.ts";
import { entriesOf, removeIfThere, RepositoryFolder } from "./cache_layout.ts";
import {
  type CachedSnapshot,
  findSnapshot,
  isMambaSnapshot,
  listSnapshots,
  snapshotFiles,
} from "./cached_models.ts";
import { writeError } from "./hub_error.ts";
import { formatModelName, requireModelName } from "./model_name.ts";
import { TOKENIZER_REPO } from "./official_models.ts";

/** What {@linkcode removeModel} has done. */
export interface RemovedModel {
  id: string;
  /** What the disk has got back. */
  freedBytes: number;
}

/**
 * Removes a downloaded model from the cache: all of it, with what unfinished
 * downloads have left, or with `@revision` that one, of which files stay that
 * others share.
 *
 * @param text `mamba-130m`, `owner/name`, `owner/name@revision`
 * @throws {MambaError} `not_found`, `busy` while it is being downloaded,
 * `unsupported` for what is no Mamba model, `permission`
 */
export async function removeModel(
  text: string,
  { cache = hubCacheDirectory() }: { cache?: string } = {},
): Promise<RemovedModel> {
  const name = requireModelName(text);
  const { repo } = name;
  const id = text.includes("@") ? formatModelName(name) : repo;
  const folder = new RepositoryFolder(cache, repo);
  const snapshots = await listSnapshots(cache, repo);
  const one = text.includes("@") ? await findSnapshot(name, cache) : undefined;
  const there = (await entriesOf(folder.path)).length > 0;
  if (!there || (text.includes("@") && one === undefined)) {
    throw new MambaError(
      "not_found",
      `Cannot remove ${id}: it is not in ${cache}`,
      {
        field: "model",
        hint: "Downloaded models are listed by: mamba ls",
      },
    );
  }
  await refuseOthers(repo, snapshots);
  const before = await diskBytes(folder.path);
  const locks = await lockAll(folder, id);
  try {
    if (one === undefined || snapshots.length === 1) await removeAll(folder);
    else await removeSnapshot(folder, one, snapshots);
  } catch (error) {
    throw writeError(error, folder.path);
  } finally {
    for (const lock of locks) lock[Symbol.dispose]();
  }
  return { id, freedBytes: before - await diskBytes(folder.path) };
}

/** The cache is shared: what is not for this program is not its to remove. */
async function refuseOthers(
  repo: string,
  snapshots: readonly CachedSnapshot[],
): Promise<void> {
  if (repo === TOKENIZER_REPO || snapshots.length === 0) return;
  for (const { directory } of snapshots) {
    if (await isMambaSnapshot(directory)) return;
  }
  throw new MambaError(
    "unsupported",
    `Cannot remove ${repo}: it is no Mamba model`,
    { hint: "Another program has put it there: use hf cache rm." },
  );
}

async function lockAll(
  folder: RepositoryFolder,
  id: string,
): Promise<BlobLock[]> {
  const locks: BlobLock[] = [];
  for (const { name } of await entriesOf(folder.locks)) {
    const lock = await tryLockBlob(folder.lock(name.replace(/\.lock$/, "")));
    if (lock !== undefined) {
      locks.push(lock);
      continue;
    }
    for (const held of locks) held[Symbol.dispose]();
    throw new MambaError(
      "busy",
      `Cannot remove ${id}: it is being downloaded`,
      {
        hint: "Stop the download first.",
      },
    );
  }
  return locks;
}

/** Names go first, so that no moment shows half a model. */
async function removeAll(folder: RepositoryFolder): Promise<void> {
  await removeIfThere(folder.refs);
  await removeIfThere(folder.snapshots);
  await removeIfThere(folder.path);
}

async function removeSnapshot(
  folder: RepositoryFolder,
  { commit, directory, revisions }: CachedSnapshot,
  all: readonly CachedSnapshot[],
): Promise<void> {
  const inodes = async (directory: string) =>
    (await snapshotFiles(directory)).flatMap(({ info }) => info?.ino ?? []);
  const others = all.filter((one) => one.commit !== commit);
  const shared = new Set(
    (await Promise.all(others.map((one) => inodes(one.directory)))).flat(),
  );
  const own = new Set(await inodes(directory));
  for (const revision of revisions) {
    await removeIfThere(`${folder.refs}/${revision}`);
  }
  await removeIfThere(directory);
  const blobs = dirname(folder.blob(commit));
  for (const { path, info } of await snapshotFiles(blobs)) {
    const ino = info?.ino ?? undefined;
    if (ino === undefined || !own.has(ino) || shared.has(ino)) continue;
    await removeIfThere(path);
  }
}

/** Each file once, whatever its names. */
async function diskBytes(directory: string): Promise<number> {
  const sizes = new Map<number | string, number>();
  for (const { path, info } of await snapshotFiles(directory)) {
    if (info !== undefined) sizes.set(info.ino ?? path, info.size);
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}
