import { join } from "node:path";
import { MambaError } from "../api/mamba_error.ts";
import { cannotLoad } from "../api/load_error.ts";
import { checkAborted } from "./checkpoint_error.ts";
import { fileError, readSmallText } from "./checkpoint_file.ts";
import {
  type CheckpointDtype,
  type CheckpointTensor,
  elementCount,
} from "./checkpoint_tensor.ts";
import { parseConfigText } from "./config_text.ts";
import { isJsonObject } from "./json_text.ts";
import { matchTensors } from "./match_tensors.ts";
import { MambaConfig } from "./model_config.ts";
import {
  quantisedBytes,
  type QuantisedDtype,
  quantisedShapes,
  readQuantization,
} from "./quantization.ts";
import type { Unpack } from "./safetensors_file.ts";
import {
  findWeights,
  listShards,
  readWeights,
  type WeightsFormat,
  type WeightsSource,
} from "./weight_files.ts";

const MAX_CONFIG_BYTES = 1 << 20;

/** Which project's names and keys a checkpoint uses. */
export type CheckpointForm = "state-spaces" | "transformers";

/** A checkpoint whose headers have been read and checked; no weights yet. */
export interface Checkpoint {
  readonly directory: string;
  readonly format: WeightsFormat;
  readonly form: CheckpointForm;
  readonly config: MambaConfig;
  /** Exactly `config.tensors()`, in that order. */
  readonly tensors: readonly CheckpointTensor[];
  /** Bytes of all tensors. */
  readonly totalBytes: number;
  /** The strings that a safetensors file carries. */
  readonly metadata: Readonly<Record<string, string>>;
  /** False if the file says that nobody trained it. */
  readonly trained: boolean;
}

/** Options of {@linkcode openCheckpoint}. */
export interface OpenCheckpointOptions {
  /** Stops the reading. */
  signal?: AbortSignal;
}

/**
 * Reads the configuration and the weights' headers of a model directory, and
 * checks names and shapes of all tensors against the configuration. The
 * weights themselves stay where they are.
 *
 * @throws {MambaError} `not_found`, `invalid_checkpoint`, `unsupported`,
 * `permission` or `aborted`, with the file's name and the reason.
 */
export async function openCheckpoint(
  directory: string,
  { signal }: OpenCheckpointOptions = {},
): Promise<Checkpoint> {
  checkAborted(signal, directory);
  const { config, form, quantised } = await readCheckpointConfig(directory);
  const source = await findWeightsIn(directory);
  const { tensors, metadata } = await readWeights(directory, source, {
    signal,
    unpack: quantised && unpackerOf(config, quantised),
  });
  const matched = await matchTensors(
    tensors,
    config,
    join(directory, source.name),
    signal,
  );
  return {
    directory,
    format: source.format,
    form,
    config,
    tensors: matched,
    totalBytes: matched.reduce((sum, { byteLength }) => sum + byteLength, 0),
    metadata,
    trained: metadata["trained"] !== "false",
  };
}

/** Whether a directory has a `config.json` and weights, whatever is in them. */
export async function isCheckpointDirectory(
  directory: string,
): Promise<boolean> {
  try {
    return await exists(join(directory, "config.json")) &&
      await findWeights(directory) !== undefined;
  } catch {
    return false;
  }
}

/** Whether a directory has a `config.json` and all files of its weights. */
export async function isCompleteCheckpoint(
  directory: string,
): Promise<boolean> {
  try {
    const source = await findWeights(directory);
    if (source === undefined) return false;
    const names = ["config.json", ...await listShards(directory, source)];
    const there = names.map((name) => exists(join(directory, name)));
    return (await Promise.all(there)).every((one) => one);
  } catch {
    return false;
  }
}

/** What a checkpoint's `config.json` says. */
export interface CheckpointConfig extends Pick<Checkpoint, "config" | "form"> {
  /** How the layers' weights are quantised; undefined = they are not. */
  quantised: QuantisedDtype | undefined;
}

/**
 * Reads the configuration of a model directory alone.
 *
 * @throws {MambaError} as {@linkcode openCheckpoint}
 */
export async function readCheckpointConfig(
  directory: string,
): Promise<CheckpointConfig> {
  const path = join(directory, "config.json");
  await checkDirectory(directory);
  const text = await readSmallText(path, MAX_CONFIG_BYTES);
  const json = parseConfigText(text, path);
  return {
    config: MambaConfig.from(json, path),
    form: isJsonObject(json) && json["hidden_size"] !== undefined
      ? "transformers"
      : "state-spaces",
    quantised: readQuantization(json, path),
  };
}

/** What a list of models shows of one. */
export interface CheckpointSummary extends
  Pick<
    Checkpoint,
    "config" | "format" | "form" | "totalBytes" | "trained"
  > {
  /** Numbers in all tensors. */
  parameters: number;
  /** The format of most of the bytes. */
  dtype: Lowercase<CheckpointDtype>;
  /** Whether a `tokenizer.json` is there. */
  hasTokenizer: boolean;
  error?: undefined;
}

/** Reads what a list of models shows; an error is a value, not thrown. */
export async function peekCheckpoint(
  directory: string,
): Promise<CheckpointSummary | { error: MambaError }> {
  try {
    const checkpoint = await openCheckpoint(directory);
    const { config, format, form, tensors, totalBytes, trained } = checkpoint;
    return {
      config,
      format,
      form,
      totalBytes,
      trained,
      parameters: tensors.reduce((n, { shape }) => n + elementCount(shape), 0),
      dtype: mainDtype(tensors),
      hasTokenizer: await exists(join(directory, "tokenizer.json")),
    };
  } catch (error) {
    if (error instanceof MambaError) return { error };
    throw error;
  }
}

function mainDtype(
  tensors: readonly CheckpointTensor[],
): Lowercase<CheckpointDtype> {
  const bytes = { f32: 0, f16: 0, bf16: 0, q8: 0, q4: 0 };
  for (const { dtype, byteLength } of tensors) {
    bytes[dtype.toLowerCase() as Lowercase<CheckpointDtype>] += byteLength;
  }
  // The head and the first layer of a model in 4 bits are in 8, and may be the
  // most of it.
  if (bytes.q4 > 0) return "q4";
  const most = Math.max(...Object.values(bytes));
  const names = Object.keys(bytes) as Lowercase<CheckpointDtype>[];
  return names.find((name) => bytes[name] === most) ?? "f32";
}

/** What the bytes of a quantised model's tensors are. */
function unpackerOf(config: MambaConfig, dtype: QuantisedDtype): Unpack {
  const shapes = quantisedShapes(config, dtype);
  return (name) => {
    const quantised = shapes.get(name);
    return quantised && {
      dtype: quantised.dtype,
      shape: quantised.shape,
      byteLength: quantisedBytes(quantised),
    };
  };
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}

async function checkDirectory(directory: string): Promise<void> {
  try {
    if ((await Deno.stat(directory)).isDirectory) return;
  } catch (error) {
    const absent = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (!absent) throw fileError(directory, error);
  }
  throw cannotLoad(directory, "there is no such directory", {
    code: "not_found",
    hint: "Give the path of a directory with config.json and weights.",
  });
}

async function findWeightsIn(directory: string): Promise<WeightsSource> {
  try {
    const source = await findWeights(directory);
    if (source !== undefined) return source;
  } catch (error) {
    throw fileError(directory, error);
  }
  throw cannotLoad(directory, "it has no weights", {
    code: "not_found",
    hint: "It needs model.safetensors or pytorch_model.bin, or their index.",
  });
}
