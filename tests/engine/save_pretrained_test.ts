import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { MambaError, MambaLMHeadModel } from "../../lib/mod.ts";
import {
  type ConformanceCase,
  conformanceCases,
} from "../helpers/conformance.ts";
import {
  LAYERS,
  someIds,
  TINY_CONFIGS,
  tinyModel,
} from "../helpers/tiny_models.ts";

const FORMATS = ["state-spaces", "transformers"] as const;

for (const format of FORMATS) {
  for (const layer of LAYERS) {
    Deno.test(`savePretrained() writes a random ${layer} that loads back to the same bits in ${format} form`, async () => {
      const directory = await Deno.makeTempDir();
      try {
        await using model = await tinyModel(layer);
        await model.savePretrained(directory, { format });
        await using loaded = await MambaLMHeadModel.fromPretrained(directory);
        await assertSame(model, loaded, 61);
        assertEquals(loaded.trained, false);
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    });
  }

  for (const found of conformanceCases()) {
    // Transformers has no LayerNorm models: see the refusal below.
    if (format === "transformers" && hasLayerNorm(found)) continue;
    Deno.test(`savePretrained() keeps every bit of ${found.name} in ${format} form`, async () => {
      const directory = await Deno.makeTempDir();
      try {
        await using model = await MambaLMHeadModel.fromPretrained(
          found.directory,
        );
        await model.savePretrained(join(directory, "saved"), { format });
        await using loaded = await MambaLMHeadModel.fromPretrained(
          join(directory, "saved"),
        );
        await assertSame(model, loaded, model.config.vocabSize);
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    });
  }
}

function hasLayerNorm({ directory }: ConformanceCase): boolean {
  const config = Deno.readTextFileSync(join(directory, "config.json"));
  return JSON.parse(config).rms_norm === false;
}

Deno.test("savePretrained() refuses what the transformers form cannot say", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await using model = await MambaLMHeadModel.random({
      ...TINY_CONFIGS.Mamba1,
      rmsNorm: false,
    });
    const error = await assertRejects(
      () => model.savePretrained(directory, { format: "transformers" }),
      MambaError,
      "LayerNorm",
    );
    assertEquals(error.code, "unsupported");
    assertEquals([...Deno.readDirSync(directory)], []);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

/** Same tensors in the same dtypes, and logits of the same bits. */
async function assertSame(
  model: MambaLMHeadModel,
  loaded: MambaLMHeadModel,
  vocabSize: number,
): Promise<void> {
  assertEquals(loaded.tensors(), model.tensors());
  assertEquals(loaded.parameterCount, model.parameterCount);
  const ids = someIds(30, vocabSize);
  assertEquals(await loaded.forward(ids), await model.forward(ids));
}

Deno.test("fromPretrained() keeps matrices in the dtype that is asked for", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await using model = await tinyModel("Mamba1");
    await model.savePretrained(directory);
    for (const dtype of ["f16", "bf16"] as const) {
      await using half = await MambaLMHeadModel.fromPretrained(directory, {
        dtype,
      });
      assertEquals(half.dtype, dtype);
      const kept = new Map(half.tensors().map((t) => [t.name, t.dtype]));
      assertEquals(kept.get("backbone.embedding.weight"), dtype.toUpperCase());
      assertEquals(kept.get("backbone.layers.0.mixer.A_log"), "F32");
      // And a state crosses between them: it is the same model.
      using state = model.createState();
      await model.forward(someIds(5), { state });
      using moved = half.loadState(state.save());
      assertEquals(moved.position, 5);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("fromPretrained() tells of progress up to the whole, and can be stopped", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await using model = await tinyModel("Mamba2");
    await model.savePretrained(directory);
    const reports: [number, number][] = [];
    await using _loaded = await MambaLMHeadModel.fromPretrained(directory, {
      onProgress: (done, total) => reports.push([done, total]),
    });
    const [done, total] = reports.at(-1)!;
    assertEquals(done, total);
    assertEquals(
      reports.map(([done]) => done).toSorted((a, b) => a - b),
      reports.map(([done]) => done),
    );
    const error = await assertRejects(
      () =>
        MambaLMHeadModel.fromPretrained(directory, {
          signal: AbortSignal.abort(),
        }),
      MambaError,
    );
    assertEquals(error.code, "aborted");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("fromPretrained() says what is not there", async () => {
  const error = await assertRejects(
    () => MambaLMHeadModel.fromPretrained("no/such/model"),
    MambaError,
    "no/such/model",
  );
  assertEquals(error.code, "not_found");
});
