import { ByteWriter } from "./byte_writer.ts";

/** A tensor of a pickled state dict. */
export interface PickledTensor {
  name: string;
  /** The storage's entry below `data/`. */
  key: string;
  /** Name of the storage's type; default FloatStorage. */
  type?: string;
  /** Numbers in the storage. */
  numel: number | bigint;
  offset?: number | bigint;
  shape: readonly (number | bigint)[];
  strides: readonly (number | bigint)[];
}

/** Writes pickles, opcode by opcode. */
export class PickleWriter extends ByteWriter {
  protocol(version: number): this {
    return this.bytes([0x80, version]);
  }

  string(value: string): this {
    const bytes = new TextEncoder().encode(value);
    return this.text("X").u32(bytes.length).bytes(bytes);
  }

  integer(value: number | bigint): this {
    if (value >= -(2 ** 31) && value < 2 ** 31) {
      return this.text("J").u32(Number(value) >>> 0);
    }
    return this.bytes([0x8a, 8]).u64(value);
  }

  global(module: string, name: string): this {
    return this.text(`c${module}\n${name}\n`);
  }

  integers(values: readonly (number | bigint)[]): this {
    this.text("(");
    for (const value of values) this.integer(value);
    return this.text("t");
  }

  orderedDict(): this {
    return this.global("collections", "OrderedDict").text(")R");
  }

  /** `_rebuild_tensor_v2` of one storage. */
  tensor(tensor: PickledTensor): this {
    const { key, numel, type = "FloatStorage", offset = 0 } = tensor;
    return this.global("torch._utils", "_rebuild_tensor_v2")
      .text("((").string("storage").global("torch", type).string(key)
      .string("cpu").integer(numel).text("tQ").integer(offset)
      .integers(tensor.shape).integers(tensor.strides)
      .bytes([0x89]).orderedDict().text("tR");
  }
}

/**
 * The pickle of a state dict, as torch.save writes it.
 *
 * @param more Writes further keys and values into the dict.
 */
export function pickleStateDict(
  tensors: readonly PickledTensor[],
  more: (pickle: PickleWriter) => void = () => {},
): Uint8Array<ArrayBuffer> {
  const pickle = new PickleWriter().protocol(2).orderedDict().text("(");
  for (const tensor of tensors) pickle.string(tensor.name).tensor(tensor);
  more(pickle);
  // The dict's own attributes: {"_metadata": OrderedDict()}.
  pickle.text("u}").string("_metadata").orderedDict().text("sb.");
  return pickle.finish();
}
