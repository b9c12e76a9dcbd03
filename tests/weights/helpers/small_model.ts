import { join } from "node:path";
import { MambaConfig } from "../../../lib/weights/mod.ts";
import { ByteWriter } from "./byte_writer.ts";
import { type PickledTensor, pickleStateDict } from "./pickle_builder.ts";
import { buildZip, type ZipPart } from "./zip_builder.ts";

/** A configuration of a very small model, as a file holds it. */
export const SMALL_JSON = {
  d_model: 8,
  n_layer: 1,
  vocab_size: 11,
  ssm_cfg: { d_state: 4 },
  pad_vocab_size_multiple: 8,
};

/** The same, read. */
export const SMALL_CONFIG = MambaConfig.from(SMALL_JSON);

/** A tensor with its bytes in memory. */
export interface MemoryTensor {
  name: string;
  dtype: string;
  shape: readonly number[];
  data: Uint8Array<ArrayBuffer>;
}

/** Every tensor of a model in F32, each number another one. */
export function memoryTensors(config = SMALL_CONFIG): MemoryTensor[] {
  let next = 0;
  return config.tensors().map(({ name, shape }) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const values = Float32Array.from({ length: count }, () => ++next / 64);
    return { name, dtype: "F32", shape, data: new Uint8Array(values.buffer) };
  });
}

/** The bytes of a safetensors file; `change` may spoil the header's object. */
export function buildSafetensors(
  tensors: readonly MemoryTensor[],
  change: (header: Record<string, unknown>) => void = () => {},
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = {};
  const data = new ByteWriter();
  for (const { name, dtype, shape, data: bytes } of tensors) {
    const data_offsets = [data.length, data.length + bytes.length];
    header[name] = { dtype, shape, data_offsets };
    data.bytes(bytes);
  }
  change(header);
  return withHeader(JSON.stringify(header), data.finish());
}

/** A safetensors file with this text as its header. */
export function withHeader(
  text: string,
  data: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text);
  return new ByteWriter().u64(bytes.length).bytes(bytes).bytes(data).finish();
}

/** The pickled descriptions of tensors, each with a storage of its own. */
export function pickledTensors(
  tensors: readonly MemoryTensor[],
): PickledTensor[] {
  return tensors.map(({ name, shape, data }, i) => ({
    name,
    key: String(i),
    numel: data.length / 4,
    shape,
    strides: shape.map((_, axis) =>
      shape.slice(axis + 1).reduce((product, size) => product * size, 1)
    ),
  }));
}

/** The entries of a torch.save archive of these tensors. */
export function torchParts(
  tensors: readonly MemoryTensor[],
  pickle = pickleStateDict(pickledTensors(tensors)),
): ZipPart[] {
  return [
    { name: "archive/data.pkl", data: pickle },
    ...tensors.map(({ data }, i) => ({ name: `archive/data/${i}`, data })),
    { name: "archive/version", data: new TextEncoder().encode("3\n") },
  ];
}

/** The bytes of a torch.save archive of these tensors. */
export function buildTorch(
  tensors: readonly MemoryTensor[],
  pickle?: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  return buildZip(torchParts(tensors, pickle));
}

/** A temporary directory with these files, removed at the end of `using`. */
export class TemporaryDirectory implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "mamba-weights-" });

  constructor(files: Record<string, string | Uint8Array> = {}) {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.path, name);
      if (typeof content === "string") Deno.writeTextFileSync(path, content);
      else Deno.writeFileSync(path, content);
    }
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** A model directory: a small configuration and these weights. */
export function modelDirectory(
  files: Record<string, string | Uint8Array>,
): TemporaryDirectory {
  return new TemporaryDirectory({
    "config.json": JSON.stringify(SMALL_JSON),
    ...files,
  });
}
