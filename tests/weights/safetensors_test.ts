import { join } from "node:path";
import { assertEquals, assertGreater } from "@std/assert";
import { MambaConfig, openCheckpoint } from "../../lib/weights/mod.ts";
import { assertRefused } from "./helpers/refuses.ts";
import {
  buildSafetensors,
  memoryTensors,
  modelDirectory,
  withHeader,
} from "./helpers/small_model.ts";

const TENSORS = memoryTensors();
const A_LOG = "backbone.layers.0.mixer.A_log";
const LAST = TENSORS.at(-1)!;

type Entry = { dtype: unknown; shape: unknown; data_offsets: unknown };

function spoiled(name: string, change: (entry: Entry) => void) {
  return buildSafetensors(TENSORS, (header) => change(header[name] as Entry));
}

Deno.test("openCheckpoint() reads safetensors with metadata, padding and any order", async () => {
  const valid = buildSafetensors([...TENSORS].reverse(), (header) => {
    header["__metadata__"] = { format: "pt", trained: "false", note: "x" };
  });
  using directory = modelDirectory({ "model.safetensors": valid });
  const checkpoint = await openCheckpoint(directory.path);
  assertEquals(checkpoint.format, "safetensors");
  assertEquals(checkpoint.form, "state-spaces");
  assertEquals(checkpoint.trained, false);
  assertEquals(checkpoint.metadata["note"], "x");
  assertEquals(
    checkpoint.tensors.map(({ name }) => name),
    TENSORS.map(({ name }) => name),
  );
  for (const [i, tensor] of checkpoint.tensors.entries()) {
    assertEquals(await tensor.read(), TENSORS[i]!.data);
    const { offset, byteLength } = tensor;
    assertEquals(valid.slice(offset, offset + byteLength), TENSORS[i]!.data);
  }
});

Deno.test("openCheckpoint() keeps each tensor's own dtype", async () => {
  const mixed = TENSORS.map((tensor) =>
    tensor.name === A_LOG ? tensor : {
      ...tensor,
      dtype: tensor.name.includes("norm") ? "F16" : "BF16",
      data: tensor.data.slice(0, tensor.data.length / 2),
    }
  );
  using directory = modelDirectory({
    "model.safetensors": buildSafetensors(mixed),
  });
  const { tensors, totalBytes } = await openCheckpoint(directory.path);
  assertEquals(
    tensors.map(({ dtype }) => dtype),
    mixed.map(({ dtype }) => dtype),
  );
  assertEquals(
    totalBytes,
    mixed.reduce((sum, { data }) => sum + data.length, 0),
  );
});

const ENTRY_CASES: [string, (entry: Entry) => void, string][] = [
  ["a dimension of 0.5", (e) => e.shape = [32, 0.5], "not a whole number"],
  ["a negative dimension", (e) => e.shape = [-16, -4], "not a whole number"],
  ["a dimension beyond 2^53", (e) => e.shape = [2 ** 60, 1], "shape"],
  ["dimensions that overflow", (e) => e.shape = [2 ** 40, 2 ** 40], "fill"],
  ["a shape that is a string", (e) => e.shape = "16,4", "shape"],
  ["a shape of nine dimensions", (e) => e.shape = Array(9).fill(1), "shape"],
  ["a wrong product", (e) => e.shape = [16, 5], "does not fill"],
  ["a transposed shape", (e) => e.shape = [4, 16], "has shape [4,16]"],
  ["dtype F64", (e) => e.dtype = "F64", "F64 is not F32, F16 or BF16"],
  ["dtype Q4", (e) => e.dtype = "Q4", "unknown dtype"],
  ["dtype 32", (e) => e.dtype = 32, "unknown dtype"],
  ["an object as dtype", (e) => e.dtype = {}, "unknown dtype an object"],
  ["dtype toString", (e) => e.dtype = "toString", "unknown dtype"],
  ["a narrower dtype", (e) => e.dtype = "F16", "does not fill"],
  ["one offset", (e) => e.data_offsets = [0], "data_offsets"],
  ["offsets backwards", (e) => e.data_offsets = [256, 0], "outside"],
  [
    "offsets beyond the file",
    (e) => e.data_offsets = [1e6, 1e6 + 256],
    "lie outside",
  ],
  [
    "offsets of another tensor",
    (e) => e.data_offsets = [0, 256],
    "share bytes",
  ],
];
for (const [what, change, phrase] of ENTRY_CASES) {
  Deno.test(`openCheckpoint() refuses safetensors with ${what}`, () =>
    assertRefused(
      { "model.safetensors": spoiled(A_LOG, change) },
      "model.safetensors",
      phrase,
    ));
}

const HEADER_CASES: [string, string | undefined, string][] = [
  ["nothing", "", "header"],
  ["an array", "[]", "begin with '{'"],
  ["leading white space", " {}", "begin with '{'"],
  ["an unclosed object", '{"a":', "not valid JSON"],
  ["a second value", "{}{}", "not valid JSON"],
  ["a key twice", '{"a":{"b":1,"b":2}}', 'the key "b" twice'],
  ["the key __proto__ twice", '{"__proto__":{},"__proto__":{}}', "twice"],
  ["an entry that is a number", '{"a":1}', "entry must be an object"],
  ["an entry that is null", '{"a":null}', "entry must be an object"],
  ["a number as metadata", '{"__metadata__":{"a":1}}', "__metadata__"],
  ["an array as metadata", '{"__metadata__":["a"]}', "__metadata__"],
  ["deep nesting", '{"a":' + "[".repeat(1e5), "nested too deeply"],
  ["too many values", `{"a":[${"1,".repeat(6e5)}1]}`, "too many values"],
  ["a lone escape", '{"\\', "string without end"],
  ["no tensors", "{}", "missing tensors"],
  ["a zero byte behind", "{}\0", "not valid JSON"],
];
for (const [what, text, phrase] of HEADER_CASES) {
  Deno.test(`openCheckpoint() refuses a safetensors header with ${what}`, () =>
    assertRefused(
      { "model.safetensors": withHeader(text ?? "", new Uint8Array(0)) },
      "model.safetensors",
      phrase,
    ));
}

Deno.test("openCheckpoint() refuses safetensors with a tensor twice", () => {
  const valid = new TextDecoder("latin1").decode(buildSafetensors([LAST]));
  const entry = valid.slice(9, valid.indexOf("]}}") + 2);
  return assertRefused({
    "model.safetensors": withHeader(`{${entry},${entry}}`, LAST.data),
  }, "twice");
});

Deno.test("openCheckpoint() refuses safetensors with bytes that belong to no tensor", async () => {
  const valid = buildSafetensors(TENSORS);
  const longer = new Uint8Array(valid.length + 4);
  longer.set(valid);
  await assertRefused({ "model.safetensors": longer }, "last 4 bytes");
  const hole = buildSafetensors(TENSORS.filter(({ name }) => name !== A_LOG));
  await assertRefused({ "model.safetensors": hole }, A_LOG);
  const gap = buildSafetensors(TENSORS, (header) => delete header[A_LOG]);
  await assertRefused({ "model.safetensors": gap }, "belong to none");
});

Deno.test("openCheckpoint() refuses safetensors cut at any length", async () => {
  const valid = buildSafetensors(TENSORS);
  for (const length of [0, 1, 7, 8, 9, 500, valid.length - 1]) {
    await assertRefused({ "model.safetensors": valid.slice(0, length) });
  }
});

Deno.test("openCheckpoint() refuses a safetensors header length beyond the file", async () => {
  const valid = buildSafetensors(TENSORS);
  for (const length of [0n, 1n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n]) {
    const file = valid.slice();
    new DataView(file.buffer).setBigUint64(0, length, true);
    await assertRefused({ "model.safetensors": file }, "header");
  }
});

Deno.test("openCheckpoint() reads tensors behind 4 GiB, and nothing before them", async () => {
  const big = { d_model: 80, n_layer: 1, vocab_size: 2 ** 24 };
  let end = 0;
  const header: Record<string, unknown> = {};
  for (const { name, shape } of MambaConfig.from(big).tensors()) {
    const begin = end;
    end += 4 * shape.reduce((product, size) => product * size, 1);
    header[name] = { dtype: "F32", shape, data_offsets: [begin, end] };
  }
  const start = withHeader(JSON.stringify(header), new Uint8Array(0));
  using directory = modelDirectory({
    "config.json": JSON.stringify(big),
    "model.safetensors": start,
  });
  const path = join(directory.path, "model.safetensors");
  // The file is a hole but for its ends.
  Deno.truncateSync(path, start.length + end);
  using file = Deno.openSync(path, { write: true });
  file.seekSync(-4, Deno.SeekMode.End);
  file.writeSync(Uint8Array.of(1, 2, 3, 4));
  const { tensors, totalBytes } = await openCheckpoint(directory.path);
  assertEquals(totalBytes, end);
  const last = tensors.at(-1)!;
  assertGreater(last.offset, 2 ** 32);
  assertEquals((await last.read()).slice(-4), Uint8Array.of(1, 2, 3, 4));
});
