import { assertAlmostEquals, assertEquals } from "@std/assert";
import { MambaLMHeadModel } from "../../lib/mod.ts";
import {
  MambaConfig,
  PUBLISHED_SHAPES,
  stateBytes,
  weightBytes,
} from "../../lib/weights/mod.ts";
import { LAYERS, TINY_CONFIGS } from "../helpers/tiny_models.ts";

const DTYPES = ["f32", "f16", "bf16", "q8", "q4"] as const;

for (const layer of LAYERS) {
  Deno.test(`weightBytes() says what the library takes for ${layer}`, async () => {
    for (const tieEmbeddings of [true, false]) {
      const config = { ...TINY_CONFIGS[layer], tieEmbeddings };
      for (const dtype of DTYPES) {
        await using model = await MambaLMHeadModel.random(config, {
          dtype,
          device: "cpu",
        });
        const shape = MambaConfig.from(config);
        assertEquals(weightBytes(shape, dtype), model.weightBytes, dtype);
        assertEquals(stateBytes(shape), model.stateBytes);
      }
    }
  });
}

Deno.test("weightBytes() of published models follows their parameters", () => {
  const config = PUBLISHED_SHAPES["mamba-2.8b"]!;
  const share = (dtype: typeof DTYPES[number]) =>
    weightBytes(config, dtype) / 2_768_345_600;
  assertEquals(share("f32"), 4);
  assertAlmostEquals(share("f16"), 2, 0.02);
  assertAlmostEquals(share("q8"), 34 / 32, 0.1);
  assertAlmostEquals(share("q4"), 18 / 32, 0.15);
});
