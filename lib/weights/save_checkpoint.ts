import { MambaError } from "../api/mamba_error.ts";
import type { CheckpointForm } from "./checkpoint.ts";
import { listNames } from "./checkpoint_error.ts";
import { formatConfigText } from "./config_text.ts";
import type { MambaConfig } from "./model_config.ts";
import {
  describeQuantization,
  type QuantisedDtype,
  QUANTIZATION_KEY,
} from "./quantization.ts";
import {
  inFileOrder,
  type SavedTensor,
  tensorBytes,
  writeSafetensorsFile,
} from "./safetensors_writer.ts";
import { INDEX_NAME, SINGLE_NAME, StagingArea } from "./staging_area.ts";
import { toTransformersName } from "./tensor_names.ts";

/** Options of {@linkcode saveCheckpoint}. */
export interface SaveCheckpointOptions {
  config: MambaConfig;
  /** Whose names and keys to write; default state-spaces. */
  form?: CheckpointForm;
  /** Exactly the tensors that `config.tensors()` lists, in any order. */
  tensors: Iterable<SavedTensor> | AsyncIterable<SavedTensor>;
  /** Strings to put into the weights' header; `trained: "false"` if so. */
  metadata?: Readonly<Record<string, string>>;
  /** Split the weights into files of at most so many bytes; default one file. */
  shardBytes?: number;
  /** Stops the writing; nothing is left behind. */
  signal?: AbortSignal;
}

interface Shard {
  name: string;
  tensors: SavedTensor[];
}

/**
 * Writes `model.safetensors` (or shards with their index) and `config.json`
 * into a directory, which is made if need be. Every file is written beside and
 * then renamed, the configuration last, so that no half file is ever seen.
 *
 * @throws {MambaError} `invalid_argument` for missing, extra or misshapen
 * tensors; `unsupported` if the form cannot express the configuration;
 * `permission`, `aborted`.
 */
export async function saveCheckpoint(
  directory: string,
  {
    config,
    form = "state-spaces",
    tensors,
    metadata = {},
    shardBytes = Infinity,
    signal,
  }: SaveCheckpointOptions,
): Promise<void> {
  const transformers = form === "transformers";
  const list = await checkTensors(tensors, config);
  const quantised = quantisedDtype(list, transformers);
  const configText = formatConfigText({
    ...transformers ? config.toTransformers() : config.toStateSpaces(),
    ...quantised && { [QUANTIZATION_KEY]: describeQuantization(quantised) },
  });
  const shards = makeShards(
    inFileOrder(
      transformers
        ? list.map((tensor) => ({
          ...tensor,
          name: toTransformersName(tensor.name),
          bytes: () => tensor.bytes(),
        }))
        : list,
    ),
    shardBytes,
  );
  // transformers reads no file without this word.
  const header = { format: "pt", ...metadata };
  const staging = new StagingArea(directory);
  try {
    await staging.open();
    for (const { name, tensors } of shards) {
      throwIfAborted(signal, directory);
      await writeSafetensorsFile(staging.add(name), tensors, header);
    }
    if (shards.length > 1) {
      const text = JSON.stringify(indexOf(shards), null, 2) + "\n";
      await Deno.writeTextFile(staging.add(INDEX_NAME), text);
    }
    await Deno.writeTextFile(staging.add("config.json"), configText);
    throwIfAborted(signal, directory);
    await staging.commit();
  } catch (error) {
    await staging.discard();
    throw saveError(directory, error);
  }
}

async function checkTensors(
  tensors: SaveCheckpointOptions["tensors"],
  config: MambaConfig,
): Promise<SavedTensor[]> {
  const byName = new Map<string, SavedTensor>();
  for await (const tensor of tensors) {
    if (byName.has(tensor.name)) throw wrong(`${tensor.name} is given twice`);
    byName.set(tensor.name, tensor);
  }
  const list: SavedTensor[] = [];
  for (const { name, shape } of config.tensors()) {
    const tensor = byName.get(name);
    if (tensor === undefined) throw wrong(`${name} is missing`);
    if (String(tensor.shape) !== String(shape)) {
      throw wrong(`${name} has shape [${tensor.shape}], not [${shape}]`);
    }
    byName.delete(name);
    list.push(tensor);
  }
  if (byName.size > 0) {
    throw wrong(`the configuration has no ${listNames([...byName.keys()])}`);
  }
  return list;
}

/** The quantised format of a model, whose head may be in Q8. */
function quantisedDtype(
  tensors: SavedTensor[],
  transformers: boolean,
): QuantisedDtype | undefined {
  const dtypes = new Set(tensors.map(({ dtype }) => dtype));
  const dtype = dtypes.has("Q4") ? "Q4" : dtypes.has("Q8") ? "Q8" : undefined;
  if (dtype === undefined || !transformers) return dtype;
  throw new MambaError(
    "unsupported",
    `Cannot save the checkpoint: the transformers form has no ${dtype}`,
    { field: "form", hint: "Save in the state-spaces form." },
  );
}

function wrong(reason: string): MambaError {
  return new MambaError(
    "invalid_argument",
    `Cannot save the checkpoint: ${reason}`,
    { field: "tensors", hint: "Give the tensors that config.tensors() lists." },
  );
}

function makeShards(tensors: SavedTensor[], shardBytes: number): Shard[] {
  const groups: SavedTensor[][] = [];
  let free = 0;
  for (const tensor of tensors) {
    const bytes = tensorBytes(tensor);
    const last = groups.at(-1);
    if (last === undefined || bytes > free) {
      groups.push([tensor]);
      free = shardBytes - bytes;
    } else {
      last.push(tensor);
      free -= bytes;
    }
  }
  const pad = (n: number) => String(n).padStart(5, "0");
  return groups.map((tensors, i) => ({
    name: groups.length === 1
      ? SINGLE_NAME
      : `model-${pad(i + 1)}-of-${pad(groups.length)}.safetensors`,
    tensors,
  }));
}

function indexOf(shards: Shard[]): unknown {
  const all = shards.flatMap(({ name, tensors }) =>
    tensors.map((tensor) => ({ file: name, tensor }))
  );
  return {
    metadata: {
      total_size: all.reduce((sum, { tensor }) => sum + tensorBytes(tensor), 0),
    },
    weight_map: Object.fromEntries(
      all.map(({ file, tensor }) => [tensor.name, file]),
    ),
  };
}

function throwIfAborted(
  signal: AbortSignal | undefined,
  directory: string,
): void {
  if (!signal?.aborted) return;
  throw new MambaError(
    "aborted",
    `Cannot save ${directory}: the caller aborted it`,
    { hint: "Save it again without aborting.", cause: signal.reason },
  );
}

function saveError(directory: string, error: unknown): unknown {
  if (error instanceof MambaError || !(error instanceof Error)) return error;
  const denied = error instanceof Deno.errors.NotCapable ||
    error instanceof Deno.errors.PermissionDenied;
  return new MambaError(
    denied ? "permission" : "internal",
    `Cannot save ${directory}: ${error.message}`,
    {
      hint: denied
        ? "Allow writing there: --allow-write, and the directory's permissions."
        : "Check that the path is a directory with enough free space.",
      cause: error,
    },
  );
}
