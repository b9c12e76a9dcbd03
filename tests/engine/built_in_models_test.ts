import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertNotEquals,
} from "@std/assert";
import { fileURLToPath } from "node:url";
import { resolveTraining } from "../../lib/api/resolve_training.ts";
import { MambaConfig, MambaLMHeadModel } from "../../lib/mod.ts";
import { ModelCatalog } from "../../lib/engine/model_catalog.ts";

const MODELS = ["fairy-mamba1", "fairy-mamba2"];

function pathOf(name: string): string {
  return fileURLToPath(new URL(`../../models/${name}`, import.meta.url));
}

/** Written for this test, so that no model can have seen it. */
const TALE =
  `There was once a miller's youngest son, and he had nothing in the world but
a grey goose. One evening, as he sat by the brook and was very sad, the goose
lifted up her head and said: "Do not weep, dear master. Take me under your arm,
and go into the forest until you come to a little house of stone. There lives an
old woman, and whatever she asks of you, that you must do." So the boy rose up,
took the goose under his arm, and went on and on until it was quite dark.
`;

Deno.test("the built-in models are the first in the catalog", async () => {
  const entries = await new ModelCatalog().entries();
  assertEquals(entries.slice(0, 2).map(({ id }) => id), MODELS);
});

Deno.test("the built-in models share one tokenizer of 4,096 tokens", async () => {
  const [one, two] = await Promise.all(
    MODELS.map((name) => Deno.readTextFile(`${pathOf(name)}/tokenizer.json`)),
  );
  assertEquals(one, two);
  assertEquals(Object.keys(JSON.parse(one!).model.vocab).length, 4096);
});

for (const name of MODELS) {
  Deno.test(`${name} is small, of f16, and says that it is trained`, async () => {
    const { size } = await Deno.stat(`${pathOf(name)}/model.safetensors`);
    assertLess(size, 8_000_000);
    await using model = await MambaLMHeadModel.fromPretrained(pathOf(name));
    assertEquals(model.dtype, "f16");
    assert(model.trained);
    assertEquals(model.config.layer, name.endsWith("1") ? "Mamba1" : "Mamba2");
  });

  Deno.test(`${name} has the shape that its training.json tells of`, async () => {
    const text = await Deno.readTextFile(`${pathOf(name)}/training.json`);
    const { config } = resolveTraining(JSON.parse(text));
    await using model = await MambaLMHeadModel.fromPretrained(pathOf(name));
    assertEquals(
      MambaConfig.from({ ...config, vocab_size: 4096 }).tensors(),
      model.config.tensors(),
    );
  });

  Deno.test(`${name} predicts a new tale better than it would by chance`, async () => {
    await using model = await MambaLMHeadModel.fromPretrained(pathOf(name));
    const { bitsPerByte = NaN } = await model.perplexity(TALE);
    assertLess(bitsPerByte, 1.75);
    const letters = TALE.split("").sort().join("");
    const shuffled = await model.perplexity(letters);
    assertGreater(shuffled.bitsPerByte ?? NaN, 2 * bitsPerByte);
  });

  Deno.test(`${name} tells the same on cpu and on reference`, async () => {
    const texts: string[] = [];
    for (const device of ["cpu", "reference"] as const) {
      await using model = await MambaLMHeadModel.fromPretrained(pathOf(name), {
        device,
      });
      const { text } = await model.generate("Once upon a time", {
        maxTokens: 24,
        temperature: 0,
      });
      texts.push(text);
    }
    assertEquals(texts[0], texts[1]);
    assertNotEquals(texts[0], "");
  });

  Deno.test(`${name} knows where a tale ends`, async () => {
    await using model = await MambaLMHeadModel.fromPretrained(pathOf(name));
    const end = model.tokenizer!.encode("<|endoftext|>")[0]!;
    const ends = async (text: string) => {
      const ids = await model.encode(`<|endoftext|>${text}`);
      const { logits } = await model.forward(ids, { lastTokens: 1 });
      const sum = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
      return Math.exp(logits[end]!) / sum;
    };
    const atEnd = await ends("And they lived happily ever after.");
    assertGreater(atEnd, 0.01);
    assertLess(await ends("And they lived happily ever"), atEnd / 100);
  });
}
