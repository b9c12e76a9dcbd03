import { CheckpointFile } from "./checkpoint_file.ts";
import { isQuantised, type QuantisedDtype } from "./quantization.ts";
import type { TensorShape } from "./tensor_list.ts";

/** Plain number formats that checkpoints' tensors may have, bytes a number. */
export const DTYPE_BYTES = { F32: 4, F16: 2, BF16: 2 } as const;

/** A plain number format. */
export type PlainDtype = keyof typeof DTYPE_BYTES;

/** A tensor's number format. */
export type CheckpointDtype = PlainDtype | QuantisedDtype;

/** One tensor of a checkpoint: where its bytes are. */
export interface CheckpointTensor extends TensorShape {
  readonly dtype: CheckpointDtype;
  /** The file's path. */
  readonly file: string;
  /** Where the first number is, in bytes from the file's start. */
  readonly offset: number;
  /** Bytes of the tensor itself: row-major, or in its quantised layout. */
  readonly byteLength: number;
  /** Numbers to step per dimension; only there if it is not row-major. */
  readonly strides?: readonly number[];
  /** The numbers, row-major and little-endian. */
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

/** What {@linkcode createTensor} needs. */
export type TensorPlace =
  & Omit<CheckpointTensor, "read" | "byteLength" | "dtype">
  & (
    | { readonly dtype: PlainDtype }
    | { readonly dtype: QuantisedDtype; readonly byteLength: number }
  );

/** A tensor that lies in a file at a place already checked. */
export function createTensor(place: TensorPlace): CheckpointTensor {
  const byteLength = "byteLength" in place
    ? place.byteLength
    : elementCount(place.shape) * DTYPE_BYTES[place.dtype];
  return {
    ...place,
    byteLength,
    async read() {
      using file = await CheckpointFile.open(place.file);
      return place.strides === undefined
        ? await file.read(place.offset, byteLength)
        : await readStrided(file, place, place.strides, byteLength);
    },
  };
}

/** Product of the dimensions; NaN if it is no exact number. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const dimension of shape) {
    count *= dimension;
    if (count > Number.MAX_SAFE_INTEGER) return NaN;
  }
  return count;
}

/** How far the last number lies from the first, in numbers; may be inexact. */
export function stridedSpan(
  shape: readonly number[],
  strides: readonly number[],
): number {
  return shape.reduce((sum, n, i) => sum + (n - 1) * (strides[i] ?? 0), 0);
}

/** Row-major strides of a shape. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (const dimension of [...shape].reverse()) {
    strides.unshift(stride);
    stride *= dimension;
  }
  return strides;
}

async function readStrided(
  file: CheckpointFile,
  { shape, dtype, offset }: TensorPlace,
  strides: readonly number[],
  byteLength: number,
): Promise<Uint8Array<ArrayBuffer>> {
  // Only PyTorch's files have strides, and no quantised tensors.
  const itemBytes = isQuantised(dtype) ? 1 : DTYPE_BYTES[dtype];
  const spanBytes = (stridedSpan(shape, strides) + 1) * itemBytes;
  const bytes = await file.read(offset, byteLength === 0 ? 0 : spanBytes);
  const packed = new Uint8Array(byteLength);
  const source = itemBytes === 4
    ? new Uint32Array(bytes.buffer)
    : new Uint16Array(bytes.buffer);
  const target = itemBytes === 4
    ? new Uint32Array(packed.buffer)
    : new Uint16Array(packed.buffer);
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0, from = 0; i < target.length; i++) {
    target[i] = source[from] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const step = strides[axis] ?? 0;
      from += step;
      index[axis] = (index[axis] ?? 0) + 1;
      if ((index[axis] ?? 0) < (shape[axis] ?? 0)) break;
      from -= step * (shape[axis] ?? 0);
      index[axis] = 0;
    }
  }
  return packed;
}
