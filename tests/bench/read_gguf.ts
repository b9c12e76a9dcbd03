/**
 * A reader of GGUF files, written from the format's description alone.
 *
 * @module
 */

/** A tensor of a file. */
export interface GgufTensorFound {
  name: string;
  dimensions: number[];
  type: number;
  /** From the file's beginning. */
  at: number;
}

/** A file's parts. */
export interface GgufFound {
  version: number;
  metadata: Map<string, string | number | boolean>;
  tensors: Map<string, GgufTensorFound>;
  view: DataView<ArrayBuffer>;
}

/** Reads all but arrays, which the files here have none of. */
export async function readGguf(path: string): Promise<GgufFound> {
  const { buffer } = await Deno.readFile(path);
  const view = new DataView(buffer);
  let at = 0;
  const u32 = () => view.getUint32((at += 4) - 4, true);
  const u64 = () => Number(view.getBigUint64((at += 8) - 8, true));
  const text = () => {
    const length = u64();
    at += length;
    return new TextDecoder().decode(
      new Uint8Array(buffer, at - length, length),
    );
  };
  const value = () => {
    const type = u32();
    if (type === 4) return u32();
    if (type === 6) return view.getFloat32((at += 4) - 4, true);
    if (type === 7) return view.getUint8(at++) === 1;
    if (type === 8) return text();
    throw new Error(`value type ${type}`);
  };
  const magic = new TextDecoder().decode(new Uint8Array(buffer, 0, 4));
  at = 4;
  if (magic !== "GGUF") throw new Error(`magic ${magic}`);
  const version = u32();
  const [tensorCount, valueCount] = [u64(), u64()];
  const metadata = new Map<string, string | number | boolean>();
  for (let i = 0; i < valueCount; i++) metadata.set(text(), value());
  const list: GgufTensorFound[] = [];
  for (let i = 0; i < tensorCount; i++) {
    const name = text();
    const dimensions = Array.from({ length: u32() }, u64);
    list.push({ name, dimensions, type: u32(), at: u64() });
  }
  const start = Math.ceil(at / 32) * 32;
  const tensors = new Map(
    list.map((one) => [one.name, { ...one, at: start + one.at }]),
  );
  return { version, metadata, tensors, view };
}

/** The weights of a tensor in F32 (0), F16 (1), Q4_0 (2), Q8_0 (8), BF16 (30). */
export function readWeights(
  { view }: GgufFound,
  { dimensions, type, at }: GgufTensorFound,
): number[] {
  const count = dimensions.reduce((product, size) => product * size, 1);
  return Array.from({ length: count }, (_, i) => {
    if (type === 0) return view.getFloat32(at + 4 * i, true);
    if (type === 1) return view.getFloat16(at + 2 * i, true);
    if (type === 30) {
      const word = new DataView(new ArrayBuffer(4));
      word.setUint16(2, view.getUint16(at + 2 * i, true), true);
      return word.getFloat32(0, true);
    }
    const [block, inside] = [Math.floor(i / 32), i % 32];
    if (type === 8) {
      const from = at + 34 * block;
      return view.getFloat16(from, true) * view.getInt8(from + 2 + inside);
    }
    if (type !== 2) throw new Error(`tensor type ${type}`);
    const from = at + 18 * block;
    const byte = view.getUint8(from + 2 + inside % 16);
    const nibble = inside < 16 ? byte & 15 : byte >> 4;
    return view.getFloat16(from, true) * (nibble - 8);
  });
}
