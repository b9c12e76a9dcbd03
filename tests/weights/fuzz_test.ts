import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "@std/assert";
import { MambaError } from "../../lib/api/mamba_error.ts";
import { MambaConfig, openCheckpoint } from "../../lib/weights/mod.ts";
import {
  buildSafetensors,
  buildTorch,
  memoryTensors,
  modelDirectory,
  SMALL_JSON,
  torchParts,
  withHeader,
} from "./helpers/small_model.ts";
import { buildZip } from "./helpers/zip_builder.ts";

const ROUNDS = 250;
const TENSORS = memoryTensors();
const FIXTURE = new URL("../fixtures/tiny-mamba1/bin/", import.meta.url);

/** Numbers from 0 up to `n`, the same in every run. */
function random(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * n);
  };
}

/** A copy with flipped, overwritten, cut, doubled or exchanged bytes. */
function mutate(
  valid: Uint8Array,
  next: (n: number) => number,
): Uint8Array<ArrayBuffer> {
  const bytes = valid.slice();
  for (let i = next(8); i >= 0; i--) {
    bytes[next(bytes.length)]! ^= 1 << next(8);
  }
  const at = next(bytes.length);
  const length = next(40);
  switch (next(6)) {
    case 0:
      return bytes.slice(0, at);
    case 1:
      bytes.fill(next(2) * 255, at, at + length);
      return bytes;
    case 2:
      bytes.copyWithin(at, next(bytes.length), next(bytes.length));
      return bytes;
    case 3: {
      const longer = new Uint8Array(bytes.length + length);
      longer.set(bytes.subarray(0, at));
      longer.set(bytes.subarray(at), at + length);
      return longer;
    }
    default:
      return bytes;
  }
}

/** Loads and reads everything; anything but a MambaError is a fault. */
async function loadsOrRefuses(directory: string): Promise<boolean> {
  try {
    const { tensors } = await openCheckpoint(directory);
    for (const tensor of tensors) {
      assertEquals((await tensor.read()).length, tensor.byteLength);
    }
    return true;
  } catch (error) {
    if (!(error instanceof MambaError)) throw error;
    assert(error.code !== "internal", error.message);
    return false;
  }
}

const FILES: [string, string, Uint8Array][] = [
  ["safetensors", "model.safetensors", buildSafetensors(TENSORS)],
  ["torch.save", "pytorch_model.bin", buildTorch(TENSORS)],
  [
    "zip64 torch.save",
    "pytorch_model.bin",
    buildZip(
      torchParts(TENSORS).map((part, i) => ({
        ...part,
        zip64: i % 2 === 0,
        descriptor: i % 3 === 0,
      })),
      { zip64: true },
    ),
  ],
  [
    "config.json",
    "config.json",
    new TextEncoder().encode(JSON.stringify(SMALL_JSON)),
  ],
];
for (const [what, name, valid] of FILES) {
  Deno.test(`openCheckpoint() loads or refuses ${ROUNDS} damaged ${what} files`, async () => {
    using directory = modelDirectory({
      "model.safetensors": buildSafetensors(TENSORS),
    });
    if (name === "pytorch_model.bin") {
      Deno.removeSync(join(directory.path, "model.safetensors"));
    }
    const path = join(directory.path, name);
    Deno.writeFileSync(path, valid);
    assert(await loadsOrRefuses(directory.path), "the valid file must load");
    const next = random(valid.length);
    let refused = 0;
    for (let round = 0; round < ROUNDS; round++) {
      Deno.writeFileSync(path, mutate(valid, next));
      if (!await loadsOrRefuses(directory.path)) refused++;
    }
    assert(refused > ROUNDS / 4, `only ${refused} were refused`);
  });
}

Deno.test("openCheckpoint() loads or refuses a fixture's .bin with a damaged pickle", async () => {
  const config = Deno.readTextFileSync(new URL("config.json", FIXTURE));
  const valid = Deno.readFileSync(
    fileURLToPath(new URL("pytorch_model.bin", FIXTURE)),
  );
  using directory = modelDirectory({ "config.json": config });
  const path = join(directory.path, "pytorch_model.bin");
  const next = random(5);
  // data.pkl comes first; its opcodes are damaged, the zip stays whole.
  const pickleBytes = 3000;
  for (let round = 0; round < ROUNDS; round++) {
    const bytes = valid.slice();
    for (let i = next(3); i >= 0; i--) {
      bytes[120 + next(pickleBytes)] = next(256);
    }
    Deno.writeFileSync(path, bytes);
    await loadsOrRefuses(directory.path);
  }
});

const STRANGE: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  0.5,
  2 ** 53,
  1e300,
  "",
  "x",
  "__proto__",
  [],
  [[[]]],
  {},
  { toString: 1, valueOf: null, length: 9 },
];

/** A deep copy in which one value or key, somewhere, is a strange one. */
function misplace(value: unknown, next: (n: number) => number): unknown {
  const isContainer = typeof value === "object" && value !== null;
  const keys = isContainer ? Object.keys(value) : [];
  const key = keys[next(keys.length + 1)];
  if (key === undefined) return STRANGE[next(STRANGE.length)];
  const inner = (value as Record<string, unknown>)[key];
  if (Array.isArray(value)) {
    return value.map((item, i) =>
      String(i) === key ? misplace(item, next) : item
    );
  }
  const { [key]: _, ...rest } = value as Record<string, unknown>;
  return next(8) === 0
    ? { ...rest, [["__proto__", "constructor", "x"][next(3)]!]: inner }
    : { ...rest, [key]: misplace(inner, next) };
}

const HEADER_BYTES = Number(
  new DataView(FILES[0]![2].buffer).getBigUint64(0, true),
);
const JSONS: [string, string, unknown, (text: string) => Uint8Array][] = [
  [
    "headers",
    "model.safetensors",
    JSON.parse(
      new TextDecoder().decode(FILES[0]![2].subarray(8, 8 + HEADER_BYTES)),
    ),
    (text) => withHeader(text, FILES[0]![2].subarray(8 + HEADER_BYTES)),
  ],
  [
    "configurations",
    "config.json",
    { ...SMALL_JSON, tie_embeddings: true, attn_cfg: {}, attn_layer_idx: [] },
    (text) => new TextEncoder().encode(text),
  ],
  [
    "transformers configurations",
    "config.json",
    MambaConfig.from(SMALL_JSON).toTransformers(),
    (text) => new TextEncoder().encode(text),
  ],
  [
    "indexes",
    "model.safetensors.index.json",
    {
      metadata: { total_size: 0 },
      weight_map: Object.fromEntries(
        TENSORS.map(({ name }) => [name, "shard.safetensors"]),
      ),
    },
    (text) => new TextEncoder().encode(text),
  ],
];
for (const [what, name, json, build] of JSONS) {
  Deno.test(`openCheckpoint() loads or refuses ${ROUNDS} ${what} with strange values`, async () => {
    const weights = name.endsWith("index.json")
      ? "shard.safetensors"
      : "model.safetensors";
    using directory = modelDirectory({ [weights]: buildSafetensors(TENSORS) });
    const path = join(directory.path, name);
    Deno.writeFileSync(path, build(JSON.stringify(json)));
    assert(await loadsOrRefuses(directory.path), "the valid file must load");
    const next = random(what.length);
    for (let round = 0; round < ROUNDS; round++) {
      const text = JSON.stringify(misplace(json, next));
      Deno.writeFileSync(path, build(text));
      await loadsOrRefuses(directory.path);
    }
  });
}
