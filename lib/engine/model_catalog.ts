import { basename, dirname, join, resolve } from "node:path";
import { MambaError } from "../api/mamba_error.ts";
import type { ModelInfo } from "../api/model_info.ts";
import type { ModelPlace } from "../api/model_overview.ts";
import { modelDirectories, runsDirectory } from "../config.ts";
import {
  findCachedModel,
  formatModelName,
  listCachedModels,
  parseModelName,
} from "../hub/mod.ts";
import {
  isCheckpointDirectory,
  peekCheckpoint,
  stateBytes,
} from "../weights/mod.ts";
import { tokenizerDirectory } from "./find_tokenizer.ts";

/** A model that can be loaded. */
export interface CatalogEntry {
  id: string;
  directory: string;
  /** Absent for one that was named by its path. */
  place?: ModelPlace;
}

/**
 * Finds the models on this machine: every directory with a config and weights
 * directly below one of the model directories, behind them what the server's
 * training runs have made, by the runs' ids, and at last what was downloaded
 * from the hub, by us or by Python's tools, as `owner/name`.
 */
export class ModelCatalog {
  readonly #directories: readonly string[] | undefined;

  /** @param directories instead of all other places */
  constructor(directories?: readonly string[]) {
    this.#directories = directories;
  }

  /** All of them; the first is the default. */
  async entries(): Promise<CatalogEntry[]> {
    if (this.#directories !== undefined) return await scan(this.#directories);
    return [
      ...await scan(modelDirectories()),
      ...await trainedModels(),
      ...await downloadedModels(),
    ];
  }

  /**
   * The directory behind an id, or the first model's without one. An id is
   * one of {@linkcode entries}, or names a downloaded model in another way:
   * `mamba-130m`, `owner/name@revision`.
   *
   * @throws {MambaError} `not_found` with the ids that exist
   */
  async find(id: string | undefined): Promise<CatalogEntry> {
    const entries = await this.entries();
    const entry = id === undefined
      ? entries[0]
      : entries.find((entry) => entry.id === id) ?? await this.#download(id);
    if (entry !== undefined) return entry;
    if (entries.length === 0) throwIfBlind();
    if (id !== undefined && parseModelName(id) !== undefined) {
      throw notFetched(id);
    }
    throw new MambaError(
      "not_found",
      id === undefined
        ? "Cannot find any model"
        : `Cannot find the model ${JSON.stringify(id)}`,
      {
        field: "model",
        hint: entries.length === 0
          ? "Put a model's directory below models/, or name its parent in MAMBA_MODELS."
          : `There are: ${entries.map(({ id }) => id).join(", ")}.`,
      },
    );
  }

  /** A downloaded model by any of its names; incomplete ones do not count. */
  async #download(id: string): Promise<CatalogEntry | undefined> {
    const name = parseModelName(id);
    if (this.#directories !== undefined || name === undefined) return undefined;
    const model = await findCachedModel(name);
    return model?.complete
      ? { id: formatModelName(name), directory: model.directory }
      : undefined;
  }
}

/** A model of the hub that is not here: how it gets here. */
function notFetched(id: string): MambaError {
  return new MambaError(
    "not_found",
    `Cannot find the model ${JSON.stringify(id)}: it is not on this machine`,
    {
      field: "model",
      hint: `Give the directory of a model, or download it: mamba pull ${id}`,
    },
  );
}

/** What a page or a terminal lists of a model; problems as `error`. */
export async function describeEntry(
  entry: CatalogEntry,
  loaded: boolean,
): Promise<ModelInfo> {
  const info: ModelInfo = {
    id: entry.id,
    name: entry.id,
    family: "Mamba1",
    parameters: 0,
    dtype: "f32",
    bytes: 0,
    stateBytes: 0,
    nLayer: 0,
    dModel: 0,
    vocabSize: 0,
    trained: false,
    hasTokenizer: false,
    loaded,
  };
  const peek = await peekCheckpoint(entry.directory);
  if (peek.error !== undefined) return { ...info, error: peek.error.message };
  const { config } = peek;
  return {
    ...info,
    family: config.layer,
    parameters: peek.parameters,
    dtype: peek.dtype,
    bytes: peek.totalBytes,
    stateBytes: stateBytes(config),
    nLayer: config.nLayer,
    dModel: config.dModel,
    vocabSize: config.vocabSize,
    trained: peek.trained,
    hasTokenizer: await tokenizerDirectory(entry.directory) !== undefined,
  };
}

/** Nothing is found where nothing may be read: that is another trouble. */
function throwIfBlind(): void {
  if (Deno.permissions.querySync({ name: "read" }).state === "granted") return;
  throw new MambaError(
    "permission",
    "Cannot look for models: Deno may not read files",
    { hint: "Run Deno with --allow-read." },
  );
}

async function trainedModels(): Promise<CatalogEntry[]> {
  const entries: CatalogEntry[] = [];
  const runs = runsDirectory();
  for (const id of await subdirectories(runs)) {
    const directory = join(runs, id, "model");
    if (await isCheckpointDirectory(directory)) {
      entries.push({ id, directory, place: "run" });
    }
  }
  return entries;
}

async function downloadedModels(): Promise<CatalogEntry[]> {
  const models = await listCachedModels();
  return models.filter(({ complete }) => complete)
    .map(({ id, directory }) => ({ id, directory, place: "download" }));
}

async function scan(directories: readonly string[]): Promise<CatalogEntry[]> {
  const entries: CatalogEntry[] = [];
  const seen = new Set<string>();
  for (const parent of directories) {
    for (const name of await subdirectories(parent)) {
      const directory = resolve(parent, name);
      if (seen.has(directory)) continue;
      if (!await isCheckpointDirectory(directory)) continue;
      seen.add(directory);
      const taken = entries.some(({ id }) => id === name);
      entries.push({
        id: taken ? `${basename(dirname(directory))}/${name}` : name,
        directory,
        place: "folder",
      });
    }
  }
  return entries;
}

async function subdirectories(parent: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(parent)) {
      if (entry.isDirectory || entry.isSymlink) names.push(entry.name);
    }
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory ||
      error instanceof Deno.errors.NotCapable
    ) return [];
    throw error;
  }
  return names.sort();
}
