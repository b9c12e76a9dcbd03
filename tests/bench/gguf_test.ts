import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertLessOrEqual,
  assertThrows,
} from "@std/assert";
import { encodeWeights } from "../../lib/bench/gguf/encode_weights.ts";
import {
  GGUF_TYPES,
  ggufBytes,
  type GgufType,
} from "../../lib/bench/gguf/gguf_types.ts";
import { writeGguf } from "../../lib/bench/gguf/gguf_writer.ts";
import {
  ggufName,
  writeMambaGguf,
} from "../../lib/bench/gguf/write_mamba_gguf.ts";
import { SHAPES } from "../../lib/bench/shapes.ts";
import { MambaLMHeadModel } from "../../lib/mod.ts";
import { readGguf, readWeights } from "./read_gguf.ts";

/** Blocks whose first weight is the farthest from nought, of either sign. */
const WEIGHTS = Float32Array.from(
  { length: 96 },
  (_, i) => i % 32 === 0 ? (i === 32 ? -2 : 1) : 0.9 * Math.sin(i),
);

async function inTemporaryFile(use: (path: string) => Promise<void>) {
  const path = await Deno.makeTempFile({ suffix: ".gguf" });
  try {
    await use(path);
  } finally {
    await Deno.remove(path);
  }
}

/** Half of what a weight's neighbours are apart in its block. */
function halfStep(type: GgufType, i: number): number {
  const farthest = i >= 32 && i < 64 ? 2 : 1;
  if (type === "Q8_0") return farthest / 127 / 2;
  if (type === "Q4_0") return farthest / 8 / 2;
  return { F32: 0, F16: 2 ** -12, BF16: 2 ** -8 }[type] * farthest;
}

Deno.test("writeGguf() writes what a reader of the format finds", async () => {
  await inTemporaryFile(async (path) => {
    const metadata = { "a.name": "ö", "a.count": 7, "a.on": true };
    const types = Object.keys(GGUF_TYPES) as GgufType[];
    await writeGguf(
      path,
      { ...metadata, "a.float": { float: 0.5 } },
      types.flatMap((type) => [
        // Of a size that leaves the next one unaligned without padding.
        {
          name: `${type}.odd`,
          type: "F32" as const,
          dimensions: [3],
          weights: () => Float32Array.of(1, 2, 3),
        },
        { name: type, type, dimensions: [32, 3], weights: () => WEIGHTS },
      ]),
    );
    const found = await readGguf(path);
    assertEquals(found.version, 3);
    assertEquals(Object.fromEntries(found.metadata), {
      ...metadata,
      "a.float": 0.5,
    });
    for (const type of types) {
      const tensor = found.tensors.get(type)!;
      assertEquals(tensor.at % 32, 0);
      assertEquals(tensor.dimensions, [32, 3]);
      readWeights(found, tensor).forEach((weight, i) => {
        // The scale is rounded to 11 bits too.
        const slack = Math.abs(WEIGHTS[i]!) * 2 ** -11 + 1e-9;
        assertLessOrEqual(
          Math.abs(weight - WEIGHTS[i]!),
          halfStep(type, i) + (type === "F32" ? 0 : slack),
          `${type} ${i}`,
        );
      });
      const odd = found.tensors.get(`${type}.odd`)!;
      assertEquals(readWeights(found, odd), [1, 2, 3]);
    }
  });
});

Deno.test("encodeWeights() takes as many bytes as ggml's blocks", () => {
  for (
    const [type, bytes] of [["Q8_0", 102], ["Q4_0", 54], ["F16", 192]] as const
  ) {
    assertEquals(encodeWeights(type, WEIGHTS).length, bytes);
    assertEquals(ggufBytes(type, WEIGHTS.length), bytes);
  }
});

Deno.test("encodeWeights() keeps blocks of nothing but noughts", () => {
  assertEquals(
    encodeWeights("Q8_0", new Float32Array(32)),
    new Uint8Array(34),
  );
  const [low, high, ...codes] = encodeWeights("Q4_0", new Float32Array(32));
  // Nought over -8 is nought below zero.
  assertEquals([low, high! & 0x7f], [0, 0]);
  assertEquals(new Set(codes), new Set([0x88]));
});

for (const shape of ["mamba-tiny", "mamba2-tiny"]) {
  Deno.test(`writeMambaGguf() writes ${shape} as llama.cpp reads it`, async () => {
    await using model = await MambaLMHeadModel.random(SHAPES[shape], {
      seed: 3,
      device: "reference",
    });
    const { config } = model;
    const tensor = (name: string) => {
      const found = model.tensors().find((one) => one.name === name)!;
      return new Float32Array(model.native.readTensor(found).buffer);
    };
    await inTemporaryFile(async (path) => {
      await writeMambaGguf(path, model, "Q8_0");
      const found = await readGguf(path);
      const mamba2 = config.layer === "Mamba2";
      const arch = mamba2 ? "mamba2" : "mamba";
      const { metadata, tensors } = found;
      assertEquals(metadata.get("general.architecture"), arch);
      assertEquals(metadata.get(`${arch}.block_count`), config.nLayer);
      assertEquals(metadata.get(`${arch}.vocab_size`), config.paddedVocabSize);
      assertEquals(
        metadata.get(`${arch}.ssm.time_step_rank`),
        mamba2 ? config.dInner / config.headdim : config.dtRank,
      );
      assertEquals(tensors.size, model.tensors().length);

      const a = tensors.get("blk.1.ssm_a")!;
      assertEquals(
        a.dimensions,
        mamba2
          ? [1, config.dInner / config.headdim]
          : [config.dState, config.dInner],
      );
      const logs = tensor("backbone.layers.1.mixer.A_log");
      readWeights(found, a).forEach((weight, i) =>
        assertAlmostEquals(weight, -Math.exp(logs[i]!), 1e-4)
      );
      const conv = tensors.get("blk.0.ssm_conv1d.weight")!;
      assertEquals([conv.dimensions[0], conv.type], [config.dConv, 0]);
      const projection = tensors.get("blk.0.ssm_in.weight")!;
      assertEquals([projection.dimensions[0], projection.type], [
        config.dModel,
        8,
      ]);
      const weights = tensor("backbone.layers.0.mixer.in_proj.weight");
      readWeights(found, projection).forEach((weight, i) =>
        assert(Math.abs(weight - weights[i]!) < 0.01)
      );
      assertEquals(tensors.get("token_embd.weight")!.type, 8);
      if (!mamba2) assertEquals(tensors.get("blk.0.ssm_x.weight")!.type, 1);
    });
  });
}

Deno.test("ggufName() knows every tensor, and says which it does not", () => {
  assertEquals(
    ggufName("backbone.layers.12.mixer.dt_bias"),
    "blk.12.ssm_dt.bias",
  );
  assertEquals(ggufName("lm_head.weight"), "output.weight");
  assertThrows(
    () => ggufName("backbone.layers.0.mlp.fc1.weight"),
    Error,
    "mlp.fc1",
  );
});
