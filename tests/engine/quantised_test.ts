import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
} from "@std/assert";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import type { DeviceName } from "../../lib/api/device_info.ts";
import { compareDtypes } from "../../lib/engine/compare_dtypes.ts";
import { MambaError, MambaLMHeadModel } from "../../lib/mod.ts";
import { DEVICES } from "../helpers/devices.ts";
import { LAYERS, someIds, TINY_CONFIGS } from "../helpers/tiny_models.ts";

const DTYPES = ["q8", "q4"] as const;
/** A number that is just between two whole ones may round either way. */
const ROUNDING = 0.02;
const BUILT_IN = ["fairy-mamba1", "fairy-mamba2"];

function pathOf(name: string): string {
  return fileURLToPath(new URL(`../../models/${name}`, import.meta.url));
}

async function withDirectory(
  body: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await body(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function randomModel(
  layer: "Mamba1" | "Mamba2",
  dtype: "f32" | "q8" | "q4",
  device: DeviceName = "cpu",
) {
  return MambaLMHeadModel.random(TINY_CONFIGS[layer], {
    seed: 3,
    dtype,
    device,
  });
}

/** What a model makes of a long prompt, of a few tokens, and of one. */
async function logitsOf(model: MambaLMHeadModel): Promise<number[]> {
  using state = model.createState();
  const logits: number[] = [];
  for (const count of [40, 5, 1]) {
    const ids = someIds(count, 61, count);
    logits.push(...(await model.forward(ids, { state })).logits);
  }
  return logits;
}

for (const layer of LAYERS) {
  for (const dtype of DTYPES) {
    Deno.test(`a ${layer} in ${dtype} gives nearly the same logits on every device`, async () => {
      await using reference = await randomModel(layer, dtype, "reference");
      const wanted = await logitsOf(reference);
      const largest = Math.max(...wanted.map(Math.abs));
      for (const device of DEVICES) {
        await using model = await randomModel(layer, dtype, device);
        assertEquals(model.dtype, dtype);
        assertEquals(model.weightBytes, reference.weightBytes);
        const got = await logitsOf(model);
        const apart = got.map((logit, i) => Math.abs(logit - wanted[i]!));
        assertLess(Math.max(...apart) / largest, ROUNDING, device);
      }
    });
  }
}

for (const device of DEVICES.filter((device) => device !== "reference")) {
  for (
    const [layer, dtype] of LAYERS.flatMap((layer) =>
      DTYPES.map((dtype) => [layer, dtype] as const)
    )
  ) {
    Deno.test(`a ${layer} in ${dtype} is saved and mapped with the same bits on ${device}`, async () => {
      await withDirectory(async (directory) => {
        await using model = await randomModel(layer, dtype, device);
        await model.savePretrained(directory);
        const config = JSON.parse(
          await Deno.readTextFile(join(directory, "config.json")),
        );
        assertEquals(config.quantization, {
          format: "fresh-mamba-2",
          dtype,
          block_size: 32,
        });
        await using loaded = await MambaLMHeadModel.fromPretrained(directory, {
          device,
        });
        assertEquals(loaded.dtype, dtype);
        assertEquals(loaded.weightBytes, model.weightBytes);
        const ids = someIds(40, 61);
        assertEquals(
          (await loaded.forward(ids)).logits,
          (await model.forward(ids)).logits,
        );
      });
    });

    Deno.test(`a ${layer} in ${dtype} gives each sequence of a batch the bits that it has alone on ${device}`, async () => {
      await using model = await randomModel(layer, dtype, device);
      const prompts = [[1, 2, 3], [5], [7, 8], [9, 9, 9, 9]];
      const options = { maxTokens: 12, temperature: 0, logprobs: 1 };
      const together = await model.generateBatch(prompts, options);
      for (const [i, prompt] of prompts.entries()) {
        const alone = await model.generate(prompt, options);
        assertEquals(together[i]!.ids, alone.ids);
      }
    });
  }
}

Deno.test("what is small or sensitive is not quantised, and the head and the first layer have 8 bits", async () => {
  for (const layer of LAYERS) {
    await using model = await randomModel(layer, "q4");
    const dtypes = Object.fromEntries(
      model.tensors().map(({ name, dtype }) => [name, dtype]),
    );
    for (const [i, wanted] of [[0, "Q8"], [1, "Q4"]] as const) {
      const mixer = `backbone.layers.${i}.mixer`;
      assertEquals(dtypes[`${mixer}.in_proj.weight`], wanted);
      assertEquals(dtypes[`${mixer}.out_proj.weight`], wanted);
    }
    const at = "backbone.layers.0.mixer";
    assertEquals(dtypes["backbone.embedding.weight"], "Q8");
    assertEquals(dtypes[`${at}.A_log`], "F32");
    if (layer === "Mamba1") {
      assertEquals(dtypes[`${at}.x_proj.weight`], "F16");
      assertEquals(dtypes[`${at}.dt_proj.weight`], "F16");
    }
  }
});

Deno.test("a quantised model is not written in the transformers form", async () => {
  await withDirectory(async (directory) => {
    await using model = await randomModel("Mamba1", "q4");
    const error = await assertRejects(
      () => model.savePretrained(directory, { format: "transformers" }),
      MambaError,
      "the transformers form has no Q4",
    );
    assertEquals(error.code, "unsupported");
  });
});

Deno.test("a quantised checkpoint that is not what it says is refused", async () => {
  const cases: [string, (config: Record<string, unknown>) => void, string][] = [
    ["no description", (c) => delete c["quantization"], "dtype U8 is not"],
    [
      "another format",
      (c) => c["quantization"] = { quant_method: "gptq" },
      "no format of this version",
    ],
    [
      "another dtype",
      (c) =>
        c["quantization"] = {
          format: "fresh-mamba-2",
          dtype: "q8",
          block_size: 32,
        },
      "bytes, not",
    ],
  ];
  await withDirectory(async (directory) => {
    await using model = await randomModel("Mamba2", "q4");
    await model.savePretrained(directory);
    const path = join(directory, "config.json");
    const config = await Deno.readTextFile(path);
    for (const [, change, message] of cases) {
      const changed = JSON.parse(config);
      change(changed);
      await Deno.writeTextFile(path, JSON.stringify(changed));
      await assertRejects(
        () => MambaLMHeadModel.fromPretrained(directory),
        MambaError,
        message,
      );
    }
  });
});

for (const device of DEVICES) {
  Deno.test(`training goes on from what a quantised model stands for on ${device}`, async () => {
    await using model = await randomModel("Mamba1", "q8", device);
    const ids = someIds(20, 61);
    const { loss, gradients } = await model.lossAndGradients(
      ids.slice(0, -1),
      ids.slice(1),
    );
    assert(Number.isFinite(loss));
    const name = "backbone.layers.0.mixer.in_proj.weight";
    assertGreater(gradients.get(name)!.reduce((sum, g) => sum + g * g, 0), 0);
  });
}

const TEXT = Deno.readTextFileSync(
  fileURLToPath(
    new URL("../../examples/data/wind-in-the-willows.txt", import.meta.url),
  ),
);

/** What the rounding of activations may move logits by. */
const TIE = 0.1;

/** Bounds of the mean KL divergence from f32, and of the same likeliest token. */
const BOUNDS = { q8: { kl: 2e-4, top: 0.99 }, q4: { kl: 1e-2, top: 0.93 } };

for (const name of BUILT_IN) {
  Deno.test(`${name} in q8 and q4 stays near f32`, async () => {
    await using f32 = await MambaLMHeadModel.fromPretrained(pathOf(name));
    const ids = f32.tokenizer!.encode(TEXT);
    const [baseline, ...others] = await compareDtypes({
      dtypes: ["f32", "f16", ...DTYPES],
      ids: Uint32Array.from(ids),
      load: (dtype) =>
        MambaLMHeadModel.fromPretrained(pathOf(name), { dtype, device: "cpu" }),
    });
    assertEquals([baseline!.kl, baseline!.sameTop], [0, 1]);
    for (const { dtype, kl, sameTop, weightBytes } of others) {
      // The checkpoint is of f16: its f32 is the same.
      const bounds = dtype === "f16"
        ? { kl: 1e-9, top: 1 }
        : BOUNDS[dtype as "q8" | "q4"];
      assertLess(kl, bounds.kl);
      assertGreater(sameTop, bounds.top - 1e-9);
      assertLess(weightBytes, baseline!.weightBytes * 0.52);
    }
  });

  for (const dtype of DTYPES) {
    Deno.test(`${name} in ${dtype} writes the same on cpu and reference, up to a tie`, async () => {
      const load = (device: "cpu" | "reference") =>
        MambaLMHeadModel.fromPretrained(pathOf(name), { dtype, device });
      await using cpu = await load("cpu");
      await using reference = await load("reference");
      const prompt = cpu.tokenizer!.encode("Once upon a time");
      const options = { maxTokens: 256, temperature: 0, ignoreEos: true };
      const [{ ids: got }, { ids: wanted }] = await Promise.all([
        cpu.generate(prompt, options),
        reference.generate(prompt, options),
      ]);
      const parting = wanted.findIndex((id, i) => id !== got[i]);
      assertEquals(got.length, 256);
      if (parting < 0) return;
      // A whole number of the activations may round either way, and then two
      // tokens that are nearly as likely may change places.
      const ids = [...prompt, ...wanted.slice(0, parting)];
      const { logits } = await reference.forward(ids, { lastTokens: 1 });
      const gap = logits[wanted[parting]!]! - logits[got[parting]!]!;
      assertLess(gap, TIE, `tokens part at ${parting}`);
    });
  }
}
