import { join } from "node:path";
import type { CachedModel } from "../api/cached_model.ts";
import { hubCacheDirectory } from "../config.ts";
import { isCompleteCheckpoint, readCheckpointConfig } from "../weights/mod.ts";
import { entriesOf, fileSize, RepositoryFolder } from "./cache_layout.ts";
import {
  DEFAULT_REVISION,
  formatModelName,
  isRepo,
  type ModelName,
} from "./model_name.ts";
import { TOKENIZER_REPO } from "./official_models.ts";

/** A repository of the cache at a commit, whatever it holds. */
export interface CachedSnapshot {
  repo: string;
  commit: string;
  directory: string;
  /** The branches and tags that mean it. */
  revisions: string[];
}

/**
 * The Mamba models in the cache, whoever has downloaded them; those that are
 * not complete too. Others are not listed: the cache is shared.
 */
export async function listCachedModels(
  cache: string = hubCacheDirectory(),
): Promise<CachedModel[]> {
  const models: CachedModel[] = [];
  for (const repo of await listRepos(cache)) {
    for (const snapshot of await listSnapshots(cache, repo)) {
      if (!await isMambaSnapshot(snapshot.directory)) continue;
      models.push(await describe(cache, snapshot));
    }
  }
  return models;
}

/** The snapshot that a name means, if it is in the cache. */
export async function findSnapshot(
  { repo, revision }: ModelName,
  cache: string = hubCacheDirectory(),
): Promise<CachedSnapshot | undefined> {
  const snapshots = await listSnapshots(cache, repo);
  return snapshots.find((one) => one.revisions.includes(revision)) ??
    snapshots.find(({ commit }) => matchesCommit(commit, revision));
}

/** The model that a name means, if it is in the cache. */
export async function findCachedModel(
  name: ModelName,
  cache: string = hubCacheDirectory(),
): Promise<CachedModel | undefined> {
  const snapshot = await findSnapshot(name, cache);
  return snapshot !== undefined && await isMambaSnapshot(snapshot.directory)
    ? await describe(cache, snapshot)
    : undefined;
}

/** Where GPT-NeoX's tokenizer is in the cache; undefined if it is not. */
export async function findGptNeoxTokenizer(
  cache: string = hubCacheDirectory(),
): Promise<string | undefined> {
  const snapshots = await listSnapshots(cache, TOKENIZER_REPO);
  const order = (snapshot: CachedSnapshot) =>
    snapshot.revisions.includes(DEFAULT_REVISION) ? 0 : 1;
  for (const { directory } of snapshots.sort((a, b) => order(a) - order(b))) {
    if (await fileSize(join(directory, "tokenizer.json")) !== undefined) {
      return directory;
    }
  }
  return undefined;
}

/** Every snapshot of a repository in the cache. */
export async function listSnapshots(
  cache: string,
  repo: string,
): Promise<CachedSnapshot[]> {
  const folder = new RepositoryFolder(cache, repo);
  const refs = await readRefs(folder.refs);
  return (await entriesOf(folder.snapshots))
    .filter(({ name }) => /^[0-9a-f]{40}$/.test(name))
    .map(({ name: commit }) => ({
      repo,
      commit,
      directory: folder.snapshot(commit),
      revisions: refs.filter((ref) => ref.commit === commit)
        .map(({ revision }) => revision),
    }));
}

/** The bytes of a snapshot's files, links followed. */
export async function snapshotFiles(
  directory: string,
  below = "",
): Promise<{ name: string; path: string; info?: Deno.FileInfo }[]> {
  const files: { name: string; path: string; info?: Deno.FileInfo }[] = [];
  for (const entry of await entriesOf(directory)) {
    const path = join(directory, entry.name);
    const name = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory) files.push(...await snapshotFiles(path, name));
    else files.push({ name, path, ...await statIfThere(path) });
  }
  return files;
}

async function statIfThere(path: string): Promise<{ info?: Deno.FileInfo }> {
  try {
    return { info: await Deno.stat(path) };
  } catch {
    return {};
  }
}

async function listRepos(cache: string): Promise<string[]> {
  return (await entriesOf(cache)).flatMap(({ name }) => {
    const match = /^models--(.+?)--(.+)$/.exec(name);
    const repo = match === null ? "" : `${match[1]}/${match[2]}`;
    return isRepo(repo) ? [repo] : [];
  });
}

async function readRefs(
  folder: string,
  below = "",
): Promise<{ revision: string; commit: string }[]> {
  const refs: { revision: string; commit: string }[] = [];
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    const revision = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory) refs.push(...await readRefs(path, revision));
    else {
      const commit = (await Deno.readTextFile(path)).trim();
      refs.push({ revision, commit });
    }
  }
  return refs;
}

function matchesCommit(commit: string, revision: string): boolean {
  return /^[0-9a-f]{7,40}$/.test(revision) && commit.startsWith(revision);
}

/** Whether a snapshot's config is one of a Mamba model that works here. */
export async function isMambaSnapshot(directory: string): Promise<boolean> {
  try {
    await readCheckpointConfig(directory);
    return true;
  } catch {
    return false;
  }
}

async function describe(
  cache: string,
  { repo, commit, directory, revisions }: CachedSnapshot,
): Promise<CachedModel> {
  const usual = revisions.includes(DEFAULT_REVISION);
  const revision = usual ? DEFAULT_REVISION : revisions[0] ?? commit;
  const files = await snapshotFiles(directory);
  const blobs = await entriesOf(join(directory, "..", "..", "blobs"));
  let partialBytes = 0;
  for (const { name } of blobs) {
    if (!name.endsWith(".incomplete")) continue;
    const folder = new RepositoryFolder(cache, repo);
    partialBytes += await fileSize(folder.blob(name)) ?? 0;
  }
  return {
    id: formatModelName({ repo, revision }),
    repo,
    revisions,
    commit,
    directory,
    complete: await isCompleteCheckpoint(directory),
    bytes: files.reduce((sum, { info }) => sum + (info?.size ?? 0), 0),
    partialBytes,
  };
}
