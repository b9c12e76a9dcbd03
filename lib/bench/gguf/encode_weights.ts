import { ggufBytes, type GgufType } from "./gguf_types.ts";

const BLOCK = 32;

/**
 * Weights as a GGUF file stores them.
 *
 * @param weights as many as whole blocks of the type
 */
export function encodeWeights(
  type: GgufType,
  weights: Float32Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  switch (type) {
    case "F32":
      return bytesOf(weights);
    case "F16":
      return bytesOf(new Float16Array(weights));
    case "BF16":
      return encodeBf16(weights);
    case "Q8_0":
      return encodeBlocks(weights, ggufBytes(type, BLOCK), encodeQ8);
    case "Q4_0":
      return encodeBlocks(weights, ggufBytes(type, BLOCK), encodeQ4);
  }
}

function bytesOf(
  { buffer, byteOffset, byteLength }:
    | Float32Array<ArrayBuffer>
    | Float16Array<ArrayBuffer>
    | Uint16Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The upper halves, rounded to the nearest, ties to even. */
function encodeBf16(
  weights: Float32Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const bits = new Uint32Array(
    weights.buffer,
    weights.byteOffset,
    weights.length,
  );
  return bytesOf(
    Uint16Array.from(bits, (x) => (x + 0x7fff + (x >>> 16 & 1)) >>> 16),
  );
}

type EncodeBlock = (
  block: Float32Array<ArrayBuffer>,
  out: Uint8Array<ArrayBuffer>,
) => number;

/** Each block is a scale in f16, then what `encode` writes behind it. */
function encodeBlocks(
  weights: Float32Array<ArrayBuffer>,
  blockBytes: number,
  encode: EncodeBlock,
): Uint8Array<ArrayBuffer> {
  const count = weights.length / BLOCK;
  const out = new Uint8Array(count * blockBytes);
  const view = new DataView(out.buffer);
  for (let i = 0; i < count; i++) {
    const at = i * blockBytes;
    const scale = encode(
      weights.subarray(i * BLOCK, (i + 1) * BLOCK),
      out.subarray(at + 2, at + blockBytes),
    );
    view.setFloat16(at, scale, true);
  }
  return out;
}

/** Bytes from -127 to 127, the nearest ones. */
function encodeQ8(
  block: Float32Array<ArrayBuffer>,
  out: Uint8Array<ArrayBuffer>,
): number {
  let largest = 0;
  for (const x of block) largest = Math.max(largest, Math.abs(x));
  const scale = largest / 127;
  const inverse = scale === 0 ? 0 : 1 / scale;
  for (let i = 0; i < BLOCK; i++) out[i] = Math.round(block[i]! * inverse);
  return scale;
}

/**
 * Four bits each, 8 being nought, two a byte: weight i beside weight i + 16.
 * The one that is farthest from nought becomes 0, whatever its sign.
 */
function encodeQ4(
  block: Float32Array<ArrayBuffer>,
  out: Uint8Array<ArrayBuffer>,
): number {
  let farthest = 0;
  for (const x of block) {
    if (Math.abs(x) > Math.abs(farthest)) farthest = x;
  }
  const scale = farthest / -8;
  const inverse = scale === 0 ? 0 : 1 / scale;
  const nibble = (i: number) =>
    Math.min(15, Math.floor(block[i]! * inverse + 8.5));
  for (let i = 0; i < BLOCK / 2; i++) {
    out[i] = nibble(i) | nibble(i + BLOCK / 2) << 4;
  }
  return scale;
}
