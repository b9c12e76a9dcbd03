import { CheckpointFile } from "./checkpoint_file.ts";
import {
  type CheckpointTensor,
  createTensor,
  DTYPE_BYTES,
  elementCount,
  type PlainDtype,
  rowMajorStrides,
  stridedSpan,
} from "./checkpoint_tensor.ts";
import { type CannotLoadOptions } from "../api/load_error.ts";
import { quote } from "./checkpoint_error.ts";
import {
  describeValue,
  PickleDict,
  type PickleStorage,
  PickleTensor,
} from "./pickle_values.ts";
import type { TensorFile } from "./safetensors_file.ts";
import { unpickle } from "./unpickler.ts";
import { readZipDirectory, type ZipEntry } from "./zip_directory.ts";

/** The pickle of the biggest published Mamba has 0.1 MB. */
const MAX_PICKLE_BYTES = 8_000_000;

const DTYPES = new Map<string, PlainDtype>([
  ["Float", "F32"],
  ["Half", "F16"],
  ["BFloat16", "BF16"],
]);

/**
 * Reads the directory of a `pytorch_model.bin`: a zip archive as torch.save
 * writes it, with `NAME/data.pkl`, a pickled state dict, and one entry
 * `NAME/data/KEY` for each storage.
 *
 * @throws {MambaError} `invalid_checkpoint` or `unsupported`.
 */
export async function readPytorchFile(path: string): Promise<TensorFile> {
  using file = await CheckpointFile.open(path);
  const entries = await readZipDirectory(file);
  const { pickle, prefix } = findPickle(file, entries);
  await checkByteOrder(file, entries.get(`${prefix}byteorder`));
  const root = unpickle(
    await file.read(pickle.offset, pickle.size),
    (reason, options) => file.refuse(reason, options),
  );
  if (!(root instanceof PickleDict)) {
    throw file.refuse(`it holds ${describeValue(root)}, not a state dict`, {
      hint: "Save it with torch.save(model.state_dict(), path).",
    });
  }
  const storages = new StorageTable(entries, prefix);
  const tensors: CheckpointTensor[] = [];
  for (const [name, value] of root.entries) {
    if (typeof name !== "string" || !(value instanceof PickleTensor)) {
      throw file.refuse(
        `${quote(String(name))} is ${describeValue(value)}, not a tensor`,
        { hint: "Save the state dict alone, nothing around or beside it." },
      );
    }
    tensors.push(placeTensor(file, storages, name, value));
  }
  return { tensors, metadata: Object.create(null) };
}

function findPickle(
  file: CheckpointFile,
  entries: Map<string, ZipEntry>,
): { pickle: ZipEntry; prefix: string } {
  const pickles = [...entries.values()]
    .filter(({ name }) => /^[^/]*\/data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (pickle === undefined || pickles.length > 1) {
    throw file.refuse(
      `the zip has ${pickles.length} entries NAME/data.pkl instead of one`,
      { hint: "It is not a file of torch.save, or not a state dict's." },
    );
  }
  if (pickle.size > MAX_PICKLE_BYTES) {
    throw file.refuse(`a pickle of ${pickle.size} bytes is no state dict`);
  }
  return { pickle, prefix: pickle.name.slice(0, -"data.pkl".length) };
}

async function checkByteOrder(
  file: CheckpointFile,
  entry: ZipEntry | undefined,
): Promise<void> {
  if (entry === undefined) return;
  const order = new TextDecoder("latin1").decode(
    await file.read(entry.offset, Math.min(entry.size, 16)),
  ).trim();
  if (order === "little") return;
  throw file.refuse(`its byte order is ${quote(order)}, not "little"`, {
    code: "unsupported",
    hint: "Load it with PyTorch on a little-endian machine and save it again.",
  });
}

/** Finds storages' entries, and sees that each is always named the same way. */
class StorageTable {
  readonly #entries: Map<string, ZipEntry>;
  readonly #prefix: string;
  readonly #seen = new Map<string, PickleStorage>();

  constructor(entries: Map<string, ZipEntry>, prefix: string) {
    this.#entries = entries;
    this.#prefix = prefix;
  }

  find(
    storage: PickleStorage,
    fail: (reason: string, options?: CannotLoadOptions) => Error,
  ): { offset: number; dtype: PlainDtype } {
    const { key, type, numel } = storage;
    const dtype = DTYPES.get(type);
    if (dtype === undefined) {
      throw fail(`its type is ${type}, not Float, Half or BFloat16`, {
        code: "unsupported",
        hint: "Convert the weights to one of these.",
      });
    }
    const entry = this.#entries.get(`${this.#prefix}data/${key}`);
    if (entry === undefined) {
      throw fail(`its storage ${quote(key)} is not in the archive`);
    }
    const first = this.#seen.get(key) ?? storage;
    if (first.type !== type || first.numel !== numel) {
      throw fail(`its storage ${quote(key)} is described in two ways`);
    }
    this.#seen.set(key, first);
    if (entry.size !== numel * DTYPE_BYTES[dtype]) {
      throw fail(
        `its storage ${quote(key)} has ${entry.size} bytes, ` +
          `not the ${numel * DTYPE_BYTES[dtype]} of ${numel} numbers`,
      );
    }
    return { offset: entry.offset, dtype };
  }
}

function placeTensor(
  file: CheckpointFile,
  storages: StorageTable,
  name: string,
  tensor: PickleTensor,
): CheckpointTensor {
  const fail = (reason: string, options?: CannotLoadOptions) =>
    file.refuse(`tensor ${quote(name)}: ${reason}`, options);
  const shape = toCounts(tensor.shape);
  const strides = toCounts(tensor.strides);
  const [start] = toCounts([tensor.offset]) ?? [];
  if (shape === undefined || shape.length > 8) {
    throw fail(`its shape [${tensor.shape.slice(0, 8)}] is not possible`);
  }
  if (strides === undefined || strides.length !== shape.length) {
    throw fail(
      `its strides [${tensor.strides.slice(0, 8)}] do not fit its shape`,
    );
  }
  if (start === undefined) {
    throw fail(`its storage offset ${tensor.offset} is not possible`);
  }
  const { offset, dtype } = storages.find(tensor.storage, fail);
  const count = elementCount(shape);
  const last = count === 0 ? start : start + stridedSpan(shape, strides) + 1;
  // A tensor with more numbers than bytes behind them would be an expanded
  // one, whose memory no file's size limits.
  if (
    !(last <= tensor.storage.numel && start + count <= tensor.storage.numel)
  ) {
    throw fail(
      `shape [${shape}] with strides [${strides}] from ${start} reaches ` +
        `beyond its storage of ${tensor.storage.numel} numbers`,
    );
  }
  const packed = rowMajorStrides(shape);
  const isPacked = count === 0 ||
    strides.every((stride, i) => stride === packed[i] || shape[i] === 1);
  return createTensor({
    name,
    dtype,
    shape,
    file: file.path,
    offset: offset + start * DTYPE_BYTES[dtype],
    ...(isPacked ? {} : { strides }),
  });
}

/** Whole numbers from 0 on that are exact; undefined if any is not. */
function toCounts(
  values: readonly (number | bigint)[],
): number[] | undefined {
  const counts = values.map(Number);
  return counts.every((n) => Number.isSafeInteger(n) && n >= 0)
    ? counts
    : undefined;
}
