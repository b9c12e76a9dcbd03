import { encodeWeights } from "./encode_weights.ts";
import { GGUF_TYPES, ggufBytes, type GgufType } from "./gguf_types.ts";

const MAGIC = 0x46554747; // "GGUF"
const VERSION = 3;
const ALIGNMENT = 32;

// The numbers of the format's value types.
const UINT32 = 4;
const FLOAT32 = 6;
const BOOL = 7;
const STRING = 8;

/** A value of a file's metadata; whole numbers are uint32. */
export type GgufValue = string | boolean | number | { float: number };

/** A tensor to write. */
export interface GgufTensor {
  name: string;
  type: GgufType;
  /** Sizes, the one of neighbours in memory first. */
  dimensions: readonly number[];
  /** The weights, asked for when they are written. */
  weights: () => Float32Array<ArrayBuffer>;
}

/** Writes a GGUF file, version 3, little-endian. */
export async function writeGguf(
  path: string,
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
): Promise<void> {
  using file = await Deno.open(path, {
    write: true,
    create: true,
    truncate: true,
  });
  const header = headerOf(metadata, tensors);
  await writeAll(file, header);
  for (const { type, weights } of tensors) {
    const bytes = encodeWeights(type, weights());
    await writeAll(file, bytes);
    await writeAll(file, new Uint8Array(padding(bytes.length)));
  }
}

function headerOf(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
): Uint8Array<ArrayBuffer> {
  const bytes = new Bytes();
  const entries = Object.entries(metadata);
  bytes.uint32(MAGIC);
  bytes.uint32(VERSION);
  bytes.uint64(tensors.length);
  bytes.uint64(entries.length);
  for (const [key, value] of entries) {
    bytes.string(key);
    bytes.value(value);
  }
  let offset = 0;
  for (const { name, type, dimensions } of tensors) {
    bytes.string(name);
    bytes.uint32(dimensions.length);
    dimensions.forEach((size) => bytes.uint64(size));
    bytes.uint32(GGUF_TYPES[type].code);
    bytes.uint64(offset);
    const count = dimensions.reduce((product, size) => product * size, 1);
    const length = ggufBytes(type, count);
    offset += length + padding(length);
  }
  bytes.pad();
  return bytes.take();
}

function padding(length: number): number {
  return (ALIGNMENT - length % ALIGNMENT) % ALIGNMENT;
}

async function writeAll(
  file: Deno.FsFile,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await file.write(bytes.subarray(at));
  }
}

/** Bytes that grow. */
class Bytes {
  readonly #bytes: number[] = [];
  readonly #view = new DataView(new ArrayBuffer(8));

  uint32(value: number): void {
    this.#view.setUint32(0, value, true);
    this.#push(4);
  }

  uint64(value: number): void {
    this.#view.setBigUint64(0, BigInt(value), true);
    this.#push(8);
  }

  string(text: string): void {
    const encoded = new TextEncoder().encode(text);
    this.uint64(encoded.length);
    this.#bytes.push(...encoded);
  }

  /** The number of the value's type, then the value. */
  value(value: GgufValue): void {
    if (typeof value === "string") {
      this.uint32(STRING);
      this.string(value);
    } else if (typeof value === "boolean") {
      this.uint32(BOOL);
      this.#bytes.push(value ? 1 : 0);
    } else if (typeof value === "number") {
      this.uint32(UINT32);
      this.uint32(value);
    } else {
      this.uint32(FLOAT32);
      this.#view.setFloat32(0, value.float, true);
      this.#push(4);
    }
  }

  pad(): void {
    const count = padding(this.#bytes.length);
    for (let i = 0; i < count; i++) this.#bytes.push(0);
  }

  take(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes);
  }

  #push(count: number): void {
    for (let i = 0; i < count; i++) this.#bytes.push(this.#view.getUint8(i));
  }
}
