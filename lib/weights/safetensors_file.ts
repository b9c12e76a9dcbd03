import {
  CheckpointFile,
  decodeUtf8,
  foreignReason,
} from "./checkpoint_file.ts";
import {
  type CheckpointTensor,
  createTensor,
  DTYPE_BYTES,
  elementCount,
  type PlainDtype,
} from "./checkpoint_tensor.ts";
import { quote } from "./checkpoint_error.ts";
import { show } from "./config_reader.ts";
import { isJsonObject, type JsonObject, parseJsonText } from "./json_text.ts";
import type { QuantisedDtype } from "./quantization.ts";

/** The format allows 100 MB; the biggest Mamba's header has 0.2 MB. */
const MAX_HEADER_BYTES = 10_000_000;

/** Formats of the standard that no Mamba weights are read from here. */
const OTHER_DTYPES = new Set(
  ("BOOL U8 I8 F8_E5M2 F8_E4M3 F8_E8M0 F4 F6_E2M3 F6_E3M2 " +
    "I16 U16 I32 U32 I64 U64 F64 C64").split(" "),
);

/** What a weights file holds, by the names it uses. */
export interface TensorFile {
  tensors: CheckpointTensor[];
  metadata: Record<string, string>;
}

/** What the bytes (U8) of a name are. */
export type Unpack = (name: string) => {
  dtype: QuantisedDtype;
  shape: readonly number[];
  byteLength: number;
} | undefined;

/**
 * Reads the header of a safetensors file: 8 bytes little-endian length, a JSON
 * object `{name: {dtype, shape, data_offsets}}`, then the data, which the
 * tensors must cover without overlap, gap or rest.
 *
 * @param unpack knows the tensors that are quantised; absent = none is
 * @throws {MambaError} `invalid_checkpoint` or `unsupported`.
 */
export async function readSafetensorsFile(
  path: string,
  unpack: Unpack = () => undefined,
): Promise<TensorFile> {
  using file = await CheckpointFile.open(path);
  const header = await readHeader(file);
  const dataStart = header.end;
  const tensors: CheckpointTensor[] = [];
  let metadata: Record<string, string> = Object.create(null);
  for (const [name, entry] of Object.entries(header.json)) {
    if (name === "__metadata__") metadata = readMetadata(file, entry);
    else tensors.push(readEntry(file, dataStart, name, entry, unpack));
  }
  checkCoverage(file, dataStart, tensors);
  return { tensors, metadata };
}

async function readHeader(
  file: CheckpointFile,
): Promise<{ json: JsonObject; end: number }> {
  const start = await file.read(0, Math.min(file.size, 256));
  const foreign = foreignReason(start);
  if (foreign !== undefined) throw file.refuse(foreign.reason, foreign);
  if (file.size < 8) {
    throw file.refuse(`${file.size} bytes are too few for a safetensors file`);
  }
  const length = new DataView(start.buffer).getBigUint64(0, true);
  if (length > BigInt(Math.min(MAX_HEADER_BYTES, file.size - 8))) {
    throw file.refuse(
      `the header's length, ${length}, is more than the file can hold`,
    );
  }
  const bytes = await file.read(8, Number(length));
  if (bytes[0] !== 0x7b) {
    throw file.refuse("the header does not begin with '{'");
  }
  const text = decodeUtf8(bytes, () => file.refuse("the header is not UTF-8"));
  const json = parseJsonText(text, `${file.path} (header)`, {
    wholeNumbers: true,
    maxDepth: 4,
  }) as JsonObject;
  return { json, end: 8 + bytes.length };
}

function readMetadata(
  file: CheckpointFile,
  entry: unknown,
): Record<string, string> {
  const isText = isJsonObject(entry) &&
    Object.values(entry).every((value) => typeof value === "string");
  if (!isText) {
    throw file.refuse("__metadata__ must be an object of strings");
  }
  return entry as Record<string, string>;
}

function readEntry(
  file: CheckpointFile,
  dataStart: number,
  name: string,
  entry: unknown,
  unpack: Unpack,
): CheckpointTensor {
  const fail = (reason: string) =>
    file.refuse(`tensor ${quote(name)}: ${reason}`);
  if (!isJsonObject(entry)) throw fail("its entry must be an object");
  const packed = entry["dtype"] === "U8" ? unpack(name) : undefined;
  // Bytes that nobody knows are refused as the format that they are.
  const dtype = packed === undefined
    ? readDtype(file, name, entry["dtype"])
    : "F32";
  const shape = entry["shape"];
  if (!isCounts(shape) || shape.length > 8) {
    throw fail("shape must be at most 8 whole numbers");
  }
  const offsets = entry["data_offsets"];
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw fail("data_offsets must be two whole numbers");
  }
  const [begin = 0, end = 0] = offsets;
  if (begin > end || dataStart + end > file.size) {
    throw fail(
      `data_offsets ${begin} to ${end} lie outside the ` +
        `${file.size - dataStart} bytes of data`,
    );
  }
  const itemBytes = packed === undefined ? DTYPE_BYTES[dtype] : 1;
  if (elementCount(shape) * itemBytes !== end - begin) {
    throw fail(
      `${entry["dtype"]} of shape [${shape}] does not fill the ${
        end - begin
      } bytes ` +
        "that data_offsets give it",
    );
  }
  const place = { name, file: file.path, offset: dataStart + begin };
  if (packed === undefined) return createTensor({ ...place, dtype, shape });
  if (packed.byteLength !== end - begin) {
    throw fail(
      `${packed.dtype} of shape [${packed.shape}] takes ` +
        `${packed.byteLength} bytes, not ${end - begin}`,
    );
  }
  return createTensor({ ...place, ...packed });
}

function readDtype(
  file: CheckpointFile,
  name: string,
  value: unknown,
): PlainDtype {
  if (value === "F32" || value === "F16" || value === "BF16") return value;
  if (typeof value === "string" && OTHER_DTYPES.has(value)) {
    throw file.refuse(
      `tensor ${quote(name)}: dtype ${value} is not F32, F16 or BF16`,
      { code: "unsupported", hint: "Convert the weights to one of these." },
    );
  }
  throw file.refuse(
    `tensor ${quote(name)}: unknown dtype ${show(value)}`,
  );
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) &&
    value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function checkCoverage(
  file: CheckpointFile,
  dataStart: number,
  tensors: CheckpointTensor[],
): void {
  const order = [...tensors].sort((a, b) =>
    a.offset - b.offset || a.byteLength - b.byteLength
  );
  let end = dataStart;
  let before = "";
  for (const { name, offset, byteLength } of order) {
    if (offset < end) {
      throw file.refuse(
        `tensors ${quote(before)} and ${quote(name)} share bytes`,
      );
    }
    if (offset > end) {
      throw file.refuse(
        `${offset - end} bytes before tensor ${quote(name)} belong to none`,
      );
    }
    end = offset + byteLength;
    before = name;
  }
  if (end !== file.size) {
    throw file.refuse(`its last ${file.size - end} bytes belong to no tensor`);
  }
}
