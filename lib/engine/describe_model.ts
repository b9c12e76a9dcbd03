import { join } from "node:path";
import type { CachedModel } from "../api/cached_model.ts";
import { MEMORY_DTYPES, type ModelRow } from "../api/model_overview.ts";
import type { OfficialModel } from "../hub/mod.ts";
import {
  type MambaConfig,
  peekCheckpoint,
  PUBLISHED_SHAPES,
  readCheckpointConfig,
  stateBytes,
  weightBytes,
} from "../weights/mod.ts";
import type { CatalogEntry } from "./model_catalog.ts";

/** The beginning of a README is enough for what stands at its head. */
const HEAD_BYTES = 4096;

/** What a list shows of a model in a folder or of a training run. */
export async function describeLocal(
  { id, directory, place = "folder" }: CatalogEntry,
): Promise<ModelRow> {
  const licence = await readLicence(directory);
  return {
    id,
    place,
    ...await describeWeights(directory),
    ...(licence === undefined ? {} : { licence }),
  };
}

/** What a list shows of a downloaded model; unfinished ones are on the hub. */
export async function describeCached(cached: CachedModel): Promise<ModelRow> {
  const { repo, directory, complete, bytes, partialBytes } = cached;
  const licence = await readLicence(directory);
  // One that has no name yet is gone on with by its repository's.
  const id = cached.revisions.length === 0 && !complete ? repo : cached.id;
  const own = { id, ...(licence === undefined ? {} : { licence }) };
  if (complete) {
    const weights = await describeWeights(directory);
    return { ...own, place: "download", ...weights, diskBytes: bytes };
  }
  const { config } = await readCheckpointConfig(directory);
  return {
    ...own,
    place: "hub",
    ...describeShape(config),
    partialBytes: bytes + partialBytes,
  };
}

/** What a list shows of a checkpoint of the papers, here or not. */
export async function describePublished(
  { name, repo, licence }: OfficialModel,
  cached: CachedModel | undefined,
): Promise<ModelRow> {
  const known = { published: name, licence };
  if (cached !== undefined) {
    return { ...await describeCached(cached), ...known };
  }
  const shape = describeShape(PUBLISHED_SHAPES[name]!);
  return { id: repo, place: "hub", ...known, ...shape };
}

/** What a model's shape tells. */
function describeShape(
  config: MambaConfig,
): Pick<ModelRow, "family" | "parameters" | "memory" | "stateBytes"> {
  const memory = MEMORY_DTYPES.map((
    dtype,
  ) => [dtype, weightBytes(config, dtype)]);
  return {
    family: config.layer,
    parameters: config.tensors().reduce(
      (sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1),
      0,
    ),
    memory: Object.fromEntries(memory),
    stateBytes: stateBytes(config),
  };
}

async function describeWeights(directory: string) {
  const peek = await peekCheckpoint(directory);
  if (peek.error === undefined) {
    const { config, dtype, totalBytes } = peek;
    return { ...describeShape(config), dtype, diskBytes: totalBytes };
  }
  return {
    family: "Mamba1" as const,
    parameters: 0,
    memory: { f32: 0, f16: 0, q8: 0, q4: 0 },
    stateBytes: 0,
    error: peek.error.message,
  };
}

/** `license:` at the head of a README, as the hub's model cards have it. */
async function readLicence(directory: string): Promise<string | undefined> {
  let text: string;
  try {
    using file = await Deno.open(join(directory, "README.md"));
    const bytes = new Uint8Array(HEAD_BYTES);
    const length = await file.read(bytes) ?? 0;
    text = new TextDecoder().decode(bytes.subarray(0, length));
  } catch {
    return undefined;
  }
  const [, head = ""] = /^---\n([^]*?)\n---(\n|$)/.exec(text) ?? [];
  const [, licence] = /^license:[ \t]*["']?([\w.+ -]{1,60}?)["']?[ \t]*$/m
    .exec(head) ?? [];
  return licence;
}
