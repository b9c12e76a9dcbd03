import { basename } from "node:path";
import type { CachedModel } from "../api/cached_model.ts";
import { MambaError } from "../api/mamba_error.ts";
import type {
  LoadedModel,
  LoadRequest,
  ModelOverview,
  ModelRow,
  UnloadRequest,
} from "../api/model_overview.ts";
import { hubCacheDirectory } from "../config.ts";
import {
  findCachedModel,
  freeSpace,
  listCachedModels,
  OFFICIAL_MODELS,
  parseModelName,
  type PullManager,
  type RemovedModel,
  removeModel,
} from "../hub/mod.ts";
import {
  describeCached,
  describeLocal,
  describePublished,
} from "./describe_model.ts";
import type { Engine } from "./engine.ts";
import { memoryLimit } from "./memory_limit.ts";
import { type CatalogEntry, ModelCatalog } from "./model_catalog.ts";

/** What a {@linkcode ModelShelf} is made of. */
export interface ModelShelfOptions {
  engine: Pick<Engine, "lease" | "unload" | "status">;
  pulls: Pick<PullManager, "list">;
  /** Finds the models of this machine. */
  catalog?: Pick<ModelCatalog, "entries">;
  /** What loaded models may take, in bytes. */
  limit?: () => number;
}

/** The models of this machine and those that can be fetched, as one list. */
export class ModelShelf {
  readonly #engine: ModelShelfOptions["engine"];
  readonly #pulls: ModelShelfOptions["pulls"];
  readonly #catalog: Pick<ModelCatalog, "entries">;
  readonly #limit: () => number;

  constructor(options: ModelShelfOptions) {
    this.#engine = options.engine;
    this.#pulls = options.pulls;
    this.#catalog = options.catalog ?? new ModelCatalog();
    this.#limit = options.limit ?? memoryLimit;
  }

  /**
   * All models, what is loaded, and the downloads: first the folders and
   * runs, then the checkpoints of the papers, here or not, then other
   * downloads.
   */
  async overview(): Promise<ModelOverview> {
    const entries = await this.#catalog.entries();
    const freeBytes = await freeSpace(hubCacheDirectory());
    return {
      models: await listModels(entries),
      loaded: this.#loaded(entries),
      limitBytes: this.#limit(),
      ...(freeBytes === undefined ? {} : { freeBytes }),
      pulls: this.#pulls.list(),
    };
  }

  /**
   * Loads a model, which then stays until others need its memory.
   *
   * @throws {MambaError} whatever is wrong with the model
   */
  async load(
    { model, device, dtype }: LoadRequest,
    options: { signal?: AbortSignal } = {},
  ): Promise<LoadedModel> {
    using lease = await this.#engine.lease(model, {
      device,
      dtype,
      signal: options.signal,
    });
    const { device: name, dtype: kept, weightBytes, stateBytes } = lease.model;
    return {
      model,
      device: name,
      dtype: kept,
      weightBytes,
      stateBytes,
      uses: 0,
    };
  }

  /**
   * Unloads a model.
   *
   * @returns the bytes that are free again
   * @throws {MambaError} `not_found`, `busy` while it is in use
   */
  unload({ model, dtype }: UnloadRequest): Promise<number> {
    return this.#engine.unload(model, dtype);
  }

  /**
   * Removes a downloaded model from memory and disk; other revisions of its
   * repository stay.
   *
   * @throws {MambaError} `not_found`, `busy` while it is in use or being
   * downloaded, `invalid_argument` for what was not downloaded
   */
  async remove(id: string): Promise<RemovedModel> {
    const entries = await this.#catalog.entries();
    const own = entries.find((entry) => entry.id === id);
    if (own !== undefined && own.place !== "download") throw notOurs(own);
    const name = parseModelName(id);
    const cached = (await listCachedModels())
      .filter(({ repo }) => repo === name?.repo);
    const wanted = name && (await findCachedModel(name) ??
      cached.find(isUnfinished));
    if (name === undefined || cached.length === 0) return await removeModel(id);
    if (wanted?.complete) await this.#engine.unload(wanted.id);
    // With a revision, so that the repository's others stay.
    const revision = wanted?.commit ?? name.revision;
    const { freedBytes } = await removeModel(`${name.repo}@${revision}`);
    return { id, freedBytes };
  }

  #loaded(entries: readonly CatalogEntry[]): LoadedModel[] {
    return this.#engine.status().loaded.map(({ directory, ...loaded }) => ({
      model: entries.find((entry) => entry.directory === directory)?.id ??
        basename(directory),
      ...loaded,
    }));
  }
}

async function listModels(
  entries: readonly CatalogEntry[],
): Promise<ModelRow[]> {
  const local = entries.filter(({ place }) => place !== "download");
  const cached = await listCachedModels();
  const findPublished = (repo: string) =>
    cached.find(({ id }) => id === repo) ??
      cached.find((model) => model.repo === repo && isUnfinished(model));
  const published = OFFICIAL_MODELS
    .map((official) => ({ official, cached: findPublished(official.repo) }));
  const others = cached.filter((model) =>
    !published.some(({ cached }) => cached === model)
  );
  return await Promise.all([
    ...local.map(describeLocal),
    ...published.map(({ official, cached }) =>
      describePublished(official, cached)
    ),
    ...others.map(describeCached),
  ]);
}

/** A download gets its revision's name at its end. */
function isUnfinished({ complete, revisions }: CachedModel): boolean {
  return !complete && revisions.length === 0;
}

function notOurs({ id, place }: CatalogEntry): MambaError {
  return new MambaError(
    "invalid_argument",
    `Cannot delete ${id}: it was not downloaded`,
    {
      field: "model",
      hint: place === "run"
        ? "Delete the training run that made it."
        : "It is a folder of yours: remove it where it lies.",
    },
  );
}
