import type { DeviceName, DtypeName } from "./device_info.ts";
import type { PullStatus } from "./pull_status.ts";

/** The formats whose memory is told of every model. */
export const MEMORY_DTYPES = ["f32", "f16", "q8", "q4"] as const;

/** One of {@linkcode MEMORY_DTYPES}. */
export type MemoryDtype = typeof MEMORY_DTYPES[number];

/**
 * Where a model is: in a folder of its owner's, made by a training run of the
 * server, in the cache of downloads, or on the hub alone.
 */
export type ModelPlace = "folder" | "run" | "download" | "hub";

/** A model that is here, or that is known and can be fetched. */
export interface ModelRow {
  /** What requests name it by. */
  id: string;
  place: ModelPlace;
  /** The short name of a checkpoint of the papers. */
  published?: string;
  family: "Mamba1" | "Mamba2";
  /** Number of weights. */
  parameters: number;
  /** What the weights take in memory, in bytes. */
  memory: Record<MemoryDtype, number>;
  /** What the state of one sequence takes beside them, in bytes. */
  stateBytes: number;
  /** How most of its weights are stored; absent where they are not here. */
  dtype?: string;
  /** What it takes on the disk; absent where it is not here. */
  diskBytes?: number;
  /** What an unfinished download has left on the disk. */
  partialBytes?: number;
  /** An SPDX identifier, or what its owner has written. */
  licence?: string;
  /** Why it cannot be loaded. */
  error?: string;
}

/** A model in memory. */
export interface LoadedModel {
  /** The id of its {@linkcode ModelRow}. */
  model: string;
  device: string;
  dtype: string;
  weightBytes: number;
  /** What each sequence takes beside the weights. */
  stateBytes: number;
  /** How many write or read with it now. */
  uses: number;
}

/** All that the page of models shows. */
export interface ModelOverview {
  models: ModelRow[];
  /** The most recently used one is the last. */
  loaded: LoadedModel[];
  /** What loaded models may take before idle ones are unloaded, in bytes. */
  limitBytes: number;
  /** What the disk of the downloads has room for; absent if it is unknown. */
  freeBytes?: number;
  /** The downloads since the start of the server, the newest last. */
  pulls: PullStatus[];
}

/** What `POST /api/models/load` takes. */
export interface LoadRequest {
  model: string;
  /** @default the server's own */
  device?: "auto" | DeviceName;
  /** @default as stored */
  dtype?: DtypeName;
}

/** What `POST /api/models/unload` takes. */
export interface UnloadRequest {
  model: string;
  /** Only what is kept in this format. @default whatever is loaded */
  dtype?: DtypeName;
}

/** What the models in memory take, states not counted, in bytes. */
export function heldBytes({ loaded }: Pick<ModelOverview, "loaded">): number {
  return loaded.reduce((sum, { weightBytes }) => sum + weightBytes, 0);
}
