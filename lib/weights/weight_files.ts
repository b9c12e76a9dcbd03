import { join } from "node:path";
import { cannotLoad } from "../api/load_error.ts";
import { checkAborted, listNames, quote } from "./checkpoint_error.ts";
import { readSmallText } from "./checkpoint_file.ts";
import { show } from "./config_reader.ts";
import { isJsonObject, parseJsonText } from "./json_text.ts";
import { readPytorchFile } from "./pytorch_file.ts";
import {
  readSafetensorsFile,
  type TensorFile,
  type Unpack,
} from "./safetensors_file.ts";

const MAX_INDEX_BYTES = 10_000_000;
const MAX_SHARDS = 1000;

/** The file types of weights. */
export type WeightsFormat = "safetensors" | "pytorch";

/** A file that holds weights, or that says which files do. */
export interface WeightsSource {
  readonly format: WeightsFormat;
  readonly name: string;
  readonly isIndex: boolean;
}

/** What may be in a directory; the first that is there counts. */
export const WEIGHTS_SOURCES: readonly WeightsSource[] = [
  { format: "safetensors", name: "model.safetensors", isIndex: false },
  {
    format: "safetensors",
    name: "model.safetensors.index.json",
    isIndex: true,
  },
  { format: "pytorch", name: "pytorch_model.bin", isIndex: false },
  { format: "pytorch", name: "pytorch_model.bin.index.json", isIndex: true },
];

/**
 * The weights that a directory has; undefined if it has none. A link that
 * leads nowhere counts, so that the error names it.
 */
export async function findWeights(
  directory: string,
): Promise<WeightsSource | undefined> {
  for (const source of WEIGHTS_SOURCES) {
    try {
      await Deno.lstat(join(directory, source.name));
      return source;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}

/**
 * The files that hold a source's weights: itself, or the shards of the index.
 *
 * @throws {MambaError} `not_found` or `invalid_checkpoint` for an index
 */
export async function listShards(
  directory: string,
  source: WeightsSource,
): Promise<string[]> {
  if (!source.isIndex) return [source.name];
  const map = await readIndex(join(directory, source.name), source.format);
  return [...new Set(map.values())];
}

/** Options of {@linkcode readWeights}. */
export interface ReadWeightsOptions {
  /** Stops the reading. */
  signal?: AbortSignal | undefined;
  /** Knows the tensors that are quantised; absent = none is. */
  unpack?: Unpack | undefined;
}

/** Reads the headers of the weights, of all shards if there are several. */
export async function readWeights(
  directory: string,
  source: WeightsSource,
  { signal, unpack }: ReadWeightsOptions = {},
): Promise<TensorFile> {
  const path = join(directory, source.name);
  const readFile = (path: string) =>
    source.format === "safetensors"
      ? readSafetensorsFile(path, unpack)
      : readPytorchFile(path);
  if (!source.isIndex) return await readFile(path);
  const weightMap = await readIndex(path, source.format);
  const shards = [...new Set(weightMap.values())];
  if (shards.length > MAX_SHARDS) {
    throw cannotLoad(path, `${shards.length} shards are too many`);
  }
  const all: TensorFile = { tensors: [], metadata: Object.create(null) };
  for (const shard of shards) {
    checkAborted(signal, path);
    const { tensors, metadata } = await readFile(join(directory, shard));
    const names = new Set(tensors.map(({ name }) => name));
    for (const name of names) {
      if (weightMap.get(name) === shard) continue;
      throw cannotLoad(
        join(directory, shard),
        `tensor ${quote(name)} is in it, but not by the index ${source.name}`,
      );
    }
    const missing = [...weightMap.keys()]
      .filter((name) => weightMap.get(name) === shard && !names.has(name));
    if (missing.length > 0) {
      throw cannotLoad(
        join(directory, shard),
        `it lacks ${listNames(missing)}, which ${source.name} says it has`,
      );
    }
    all.tensors.push(...tensors);
    Object.assign(all.metadata, metadata);
  }
  return all;
}

/** Reads `{weight_map: {tensor: file}}`; files lie beside the index. */
async function readIndex(
  path: string,
  format: WeightsFormat,
): Promise<Map<string, string>> {
  const text = await readSmallText(path, MAX_INDEX_BYTES);
  const json = parseJsonText(text, path);
  const map = isJsonObject(json) ? json["weight_map"] : undefined;
  if (!isJsonObject(map) || Object.keys(map).length === 0) {
    throw cannotLoad(path, "weight_map must be an object of file names");
  }
  const extension = format === "safetensors" ? ".safetensors" : ".bin";
  const weightMap = new Map<string, string>();
  for (const [name, file] of Object.entries(map)) {
    if (typeof file !== "string" || !isPlainName(file, extension)) {
      throw cannotLoad(
        path,
        `weight_map puts ${quote(name)} into ${show(file)}, ` +
          `which is not the name of a ${extension} file beside it`,
      );
    }
    weightMap.set(name, file);
  }
  return weightMap;
}

function isPlainName(file: string, extension: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(file) && file.length <= 200 &&
    file.endsWith(extension);
}
