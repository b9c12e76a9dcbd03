import { checkAborted } from "./checkpoint_error.ts";
import { CheckpointFile } from "./checkpoint_file.ts";
import type { CheckpointTensor } from "./checkpoint_tensor.ts";

const PIECE_BYTES = 4 << 20;

/**
 * Whether two tensors of one shape hold the same bytes. Two views of one
 * storage are not read at all, others piece by piece.
 */
export async function haveEqualBytes(
  a: CheckpointTensor,
  b: CheckpointTensor,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (a.dtype !== b.dtype) return false;
  const sameStrides = String(a.strides) === String(b.strides);
  if (a.file === b.file && a.offset === b.offset && sameStrides) return true;
  if (a.strides !== undefined || b.strides !== undefined) {
    return areEqual(await a.read(), await b.read());
  }
  using fileA = await CheckpointFile.open(a.file);
  using fileB = await CheckpointFile.open(b.file);
  for (let done = 0; done < a.byteLength; done += PIECE_BYTES) {
    checkAborted(signal, a.file);
    const length = Math.min(PIECE_BYTES, a.byteLength - done);
    const pieceA = await fileA.read(a.offset + done, length);
    const pieceB = await fileB.read(b.offset + done, length);
    if (!areEqual(pieceA, pieceB)) return false;
  }
  return true;
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
