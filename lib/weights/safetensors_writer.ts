import { MambaError } from "../api/mamba_error.ts";
import {
  type CheckpointDtype,
  DTYPE_BYTES,
  elementCount,
} from "./checkpoint_tensor.ts";
import { isQuantised } from "./quantization.ts";

/** A tensor to be written. */
export interface SavedTensor {
  /** The official name. */
  readonly name: string;
  readonly dtype: CheckpointDtype;
  readonly shape: readonly number[];
  /** Of a quantised tensor, which is written as so many U8: its size. */
  readonly byteLength?: number;
  /** The bytes, little-endian; asked for when their turn comes. */
  bytes(): Uint8Array | Promise<Uint8Array>;
}

/** Bytes that a tensor fills. */
export function tensorBytes(tensor: SavedTensor): number {
  return isQuantised(tensor.dtype)
    ? tensor.byteLength ?? NaN
    : elementCount(tensor.shape) * DTYPE_BYTES[tensor.dtype];
}

/**
 * The order in which tensors are written: quantised ones, whose sizes are
 * multiples of 64, then wide numbers first, so that every tensor is aligned;
 * then by name.
 */
export function inFileOrder(tensors: readonly SavedTensor[]): SavedTensor[] {
  return [...tensors].sort((a, b) =>
    alignment(b) - alignment(a) || (a.name < b.name ? -1 : 1)
  );
}

function alignment({ dtype }: SavedTensor): number {
  return isQuantised(dtype) ? 64 : DTYPE_BYTES[dtype];
}

/**
 * Writes a new safetensors file, one tensor in memory at a time.
 *
 * @throws {MambaError} `invalid_argument` if a tensor gives too few or many bytes.
 */
export async function writeSafetensorsFile(
  path: string,
  tensors: readonly SavedTensor[],
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const header: [string, unknown][] = [["__metadata__", metadata]];
  let end = 0;
  for (const tensor of tensors) {
    const begin = end;
    end += tensorBytes(tensor);
    const { name } = tensor;
    const [dtype, shape] = isQuantised(tensor.dtype)
      ? ["U8", [tensorBytes(tensor)]]
      : [tensor.dtype, tensor.shape];
    header.push([name, { dtype, shape, data_offsets: [begin, end] }]);
  }
  using file = await Deno.open(path, { write: true, createNew: true });
  await writeAll(file, encodeHeader(header));
  for (const tensor of tensors) {
    const bytes = await tensor.bytes();
    if (bytes.byteLength !== tensorBytes(tensor)) {
      throw new MambaError(
        "invalid_argument",
        `Cannot save tensor ${tensor.name}: ${tensor.dtype} of shape ` +
          `[${tensor.shape}] has ${tensorBytes(tensor)} bytes, not ` +
          `${bytes.byteLength}`,
        {
          hint: "Give bytes() of the dtype and shape named.",
          field: "tensors",
        },
      );
    }
    await writeAll(file, bytes);
  }
  await file.sync();
}

/**
 * Length and JSON, padded with spaces to a multiple of 64 bytes: a mapped
 * file's numbers then begin on a cache line.
 */
function encodeHeader(header: [string, unknown][]): Uint8Array {
  const parts = header.map(([name, value]) =>
    `${JSON.stringify(name)}:${JSON.stringify(value)}`
  );
  const json = new TextEncoder().encode(`{${parts.join(",")}}`);
  const length = Math.ceil((8 + json.length) / 64) * 64 - 8;
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  return bytes;
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += await file.write(bytes.subarray(done));
  }
}
