import { assertEquals } from "@std/assert";
import { openCheckpoint } from "../../lib/weights/mod.ts";
import {
  type PickledTensor,
  pickleStateDict,
  PickleWriter,
} from "./helpers/pickle_builder.ts";
import { assertRefused } from "./helpers/refuses.ts";
import {
  buildTorch,
  memoryTensors,
  modelDirectory,
  pickledTensors,
  torchParts,
} from "./helpers/small_model.ts";
import { buildZip } from "./helpers/zip_builder.ts";

const TENSORS = memoryTensors();
const PICKLED = pickledTensors(TENSORS);
const A_LOG = "backbone.layers.0.mixer.A_log";
const A_LOG_INDEX = TENSORS.findIndex(({ name }) => name === A_LOG);

/** A file in which one tensor's description is another one. */
function changed(change: Partial<PickledTensor>, name = A_LOG) {
  const pickle = pickleStateDict(
    PICKLED.map((tensor) =>
      tensor.name === name ? { ...tensor, ...change } : tensor
    ),
  );
  return buildTorch(TENSORS, pickle);
}

async function assertLoads(
  file: Uint8Array,
  expected = TENSORS,
): Promise<void> {
  using directory = modelDirectory({ "pytorch_model.bin": file });
  const { format, tensors } = await openCheckpoint(directory.path);
  assertEquals(format, "pytorch");
  for (const [i, tensor] of tensors.entries()) {
    assertEquals(tensor.name, expected[i]!.name);
    assertEquals(await tensor.read(), expected[i]!.data);
    if (tensor.strides !== undefined) continue;
    const { offset, byteLength } = tensor;
    assertEquals(file.slice(offset, offset + byteLength), expected[i]!.data);
  }
}

Deno.test("openCheckpoint() reads a torch.save file", () =>
  assertLoads(buildTorch(TENSORS)));

Deno.test("openCheckpoint() reads entries with sizes behind the data and zip64 fields", async () => {
  const parts = torchParts(TENSORS);
  await assertLoads(buildZip(
    parts.map((part) => ({ ...part, descriptor: true })),
    { zip64: true },
  ));
  await assertLoads(buildZip(
    parts.map((part) => ({ ...part, zip64: true })),
    { comment: "written by a test" },
  ));
});

Deno.test("openCheckpoint() reads any archive name and a little-endian byteorder", () => {
  const parts = torchParts(TENSORS).map((part) => ({
    ...part,
    name: part.name.replace("archive", "my model (1)"),
  }));
  const byteorder = {
    name: "my model (1)/byteorder",
    data: new TextEncoder().encode("little"),
  };
  return assertLoads(buildZip([...parts, byteorder]));
});

Deno.test("openCheckpoint() refuses a big-endian torch.save file by name", () => {
  const data = new TextEncoder().encode("big");
  const parts = [...torchParts(TENSORS), { name: "archive/byteorder", data }];
  return assertRefused({ "pytorch_model.bin": buildZip(parts) }, "byte order");
});

Deno.test("openCheckpoint() accepts a tied head that is the embedding", async () => {
  const head = { ...PICKLED[0]!, name: "lm_head.weight" };
  await assertLoads(
    buildTorch(TENSORS, pickleStateDict([...PICKLED, head])),
  );
  const copy = { ...TENSORS[0]!, name: "lm_head.weight" };
  await assertLoads(buildTorch([...TENSORS, copy]));
});

Deno.test("openCheckpoint() refuses a tied head that differs from the embedding", async () => {
  const data = TENSORS[0]!.data.slice();
  data[data.length - 2]! ^= 1;
  const head = { ...TENSORS[0]!, name: "lm_head.weight", data };
  await assertRefused(
    { "pytorch_model.bin": buildTorch([...TENSORS, head]) },
    "lm_head.weight",
    "differs",
  );
  const small = { ...head, shape: [8, 16] };
  await assertRefused(
    { "pytorch_model.bin": buildTorch([...TENSORS, small]) },
    "lm_head.weight",
    "[8,16]",
  );
});

Deno.test("CheckpointTensor.read() gathers a transposed tensor with an offset", async () => {
  // A_log (16, 4) as the transpose of a (4, 16) block behind three numbers.
  const values = new Float32Array(TENSORS[A_LOG_INDEX]!.data.buffer);
  const storage = new Float32Array(3 + 64);
  for (let row = 0; row < 16; row++) {
    for (let column = 0; column < 4; column++) {
      storage[3 + column * 16 + row] = values[row * 4 + column]!;
    }
  }
  const data = new Uint8Array(storage.buffer);
  const stored = TENSORS.map((tensor, i) =>
    i === A_LOG_INDEX ? { ...tensor, data } : tensor
  );
  const pickle = pickleStateDict(
    PICKLED.map((tensor, i) =>
      i === A_LOG_INDEX
        ? { ...tensor, numel: 67, offset: 3, strides: [1, 16] }
        : tensor
    ),
  );
  await assertLoads(buildTorch(stored, pickle));
});

const TENSOR_CASES: [string, Partial<PickledTensor>, string][] = [
  ["a shape of other rows", { shape: [15, 4] }, "has shape [15,4]"],
  ["a negative size", { shape: [-16, -4] }, "shape"],
  ["a size of 2^62", { shape: [2n ** 62n, 4] }, "shape"],
  [
    "a rank of nine",
    { shape: Array(9).fill(1), strides: Array(9).fill(1) },
    "shape",
  ],
  ["an offset beyond the storage", { offset: 1 }, "beyond its storage"],
  ["a negative offset", { offset: -1 }, "offset"],
  ["an offset of 2^62", { offset: 2n ** 62n }, "offset"],
  ["a negative stride", { strides: [-4, 1] }, "strides"],
  ["a stride too many", { strides: [4, 1, 1] }, "strides"],
  ["a stride beyond the storage", { strides: [5, 1] }, "beyond its storage"],
  ["a stride of 2^53 − 1", { strides: [2 ** 53 - 1, 1] }, "beyond its storage"],
  ["a storage of fewer numbers", { numel: 63 }, "has 256 bytes"],
  ["a storage of 2^60 numbers", { numel: 2n ** 60n }, "claims"],
  ["a negative number of numbers", { numel: -1 }, "claims"],
  ["a storage that is not there", { key: "99" }, 'storage "99"'],
  ["a storage outside", { key: "../../etc/passwd" }, "not in the archive"],
  ["a storage type of double", { type: "DoubleStorage" }, "Double"],
  ["a storage type unknown", { type: "QUInt8Storage" }, "not allowed"],
  ["a type that is a function", { type: "load" }, "torch.load"],
];
for (const [what, change, phrase] of TENSOR_CASES) {
  Deno.test(`openCheckpoint() refuses a pickled tensor with ${what}`, () =>
    assertRefused({ "pytorch_model.bin": changed(change) }, phrase));
}

Deno.test("openCheckpoint() refuses an expanded tensor, whose size no file limits", () =>
  assertRefused({
    "pytorch_model.bin": changed({ key: "3", numel: 16, strides: [0, 1] }),
  }, "storage"));

Deno.test("openCheckpoint() refuses one storage described in two ways", () => {
  const half = { ...PICKLED[A_LOG_INDEX]!, name: "x", type: "HalfStorage" };
  return assertRefused({
    "pytorch_model.bin": buildTorch(
      TENSORS,
      pickleStateDict([...PICKLED, half]),
    ),
  }, "two ways");
});

const VALUE_CASES: [string, (pickle: PickleWriter) => void, string][] = [
  ["a number", (p) => p.string("step").integer(7), "a number, not a tensor"],
  ["None", (p) => p.string("x").text("N"), "None, not a tensor"],
  ["__proto__", (p) => p.string("__proto__").text("}"), "a dict"],
  ["a list of tensors", (p) => p.string("x").text("]"), "a list"],
  ["a key twice", (p) => p.string(A_LOG).text("N"), "twice"],
  ["a tuple as key", (p) => p.text(")N"), "key is a tuple"],
  ["a key without a value", (p) => p.string("x"), "no dict"],
];
for (const [what, more, phrase] of VALUE_CASES) {
  Deno.test(`openCheckpoint() refuses a state dict with ${what}`, () =>
    assertRefused({
      "pytorch_model.bin": buildTorch(TENSORS, pickleStateDict(PICKLED, more)),
    }, phrase));
}

Deno.test("openCheckpoint() refuses what is no torch.save zip by name", async () => {
  const text = (value: string) => ({ "pytorch_model.bin": value });
  await assertRefused(text(""), "empty");
  await assertRefused(
    text("version https://git-lfs.github.com/spec/v1\n"),
    "git-lfs",
  );
  await assertRefused(text("<!DOCTYPE html><html>"), "HTML");
  await assertRefused(text("\n <html>"), "HTML");
  await assertRefused(text("PK\x03\x04"), "cut off");
  await assertRefused(text("weights"), "not a zip");
  const legacy = [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20];
  await assertRefused(
    { "pytorch_model.bin": Uint8Array.from(legacy) },
    "before 1.6",
  );
});
