import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { MambaError } from "../../lib/mod.ts";
import { LAYERS, someIds, tinyModel } from "../helpers/tiny_models.ts";

const SAMPLED = {
  temperature: 1.2,
  topP: 0.9,
  topK: 20,
  minP: 0.02,
  repetitionPenalty: 1.3,
  presencePenalty: 0.2,
  frequencyPenalty: 0.1,
  repetitionWindow: 16,
  seed: 42,
  maxTokens: 24,
} as const;

for (const layer of LAYERS) {
  Deno.test(`generate() gives the same tokens alone and in a batch of mixed lengths (${layer})`, async () => {
    await using model = await tinyModel(layer);
    const prompts = [1, 2, 7, 40, 300].map((n) => someIds(n, 61, n));
    const batch = await model.generateBatch(prompts, SAMPLED);
    for (const [i, prompt] of prompts.entries()) {
      const alone = await model.generate(prompt, SAMPLED);
      assertEquals(batch[i]!.ids, alone.ids);
      // To the bit, so that it stays true after any number of tokens.
      assertEquals(batch[i]!.logprobs, alone.logprobs);
    }
  });

  Deno.test(`generate() goes on after a saved and loaded state as if unbroken (${layer})`, async () => {
    await using model = await tinyModel(layer);
    const prompt = someIds(20);
    const whole = await model.generate(prompt, SAMPLED);
    for (const cut of [1, 5, 23]) {
      using state = model.createState();
      const head = await model.generate(prompt, {
        ...SAMPLED,
        maxTokens: cut,
        state,
      });
      using loaded = model.loadState(state.save());
      const tail = await model.generate([], {
        ...SAMPLED,
        maxTokens: 24 - cut,
        state: loaded,
      });
      assertEquals([...head.ids, ...tail.ids], whole.ids);
    }
  });

  Deno.test(`generate() gives the same tokens when the prompt was fed before (${layer})`, async () => {
    await using model = await tinyModel(layer);
    const prompt = someIds(20);
    const whole = await model.generate(prompt, SAMPLED);
    using state = model.createState();
    await model.forward(prompt.slice(0, 13), { state });
    using again = model.loadState(state.save());
    const rest = await model.generate(prompt.slice(13), {
      ...SAMPLED,
      state: again,
    });
    assertEquals(rest.ids, whole.ids);
  });
}

Deno.test("generate() differs with the seed and reports the seed it drew", async () => {
  await using model = await tinyModel("Mamba1");
  const options = { temperature: 1.5, maxTokens: 16 };
  const one = await model.generate([1], { ...options, seed: 1 });
  const two = await model.generate([1], { ...options, seed: 2 });
  assertNotEquals(one.ids, two.ids);
  const drawn = await model.generate([1], options);
  const again = await model.generate([1], { ...options, seed: drawn.seed });
  assertEquals(again.ids, drawn.ids);
});

Deno.test("generate() at temperature 0 takes the highest logit", async () => {
  await using model = await tinyModel("Mamba2");
  const prompt = someIds(9);
  const { ids, logprobs } = await model.generate(prompt, {
    temperature: 0,
    maxTokens: 8,
  });
  const { logits } = await model.forward([...prompt, ...ids]);
  const size = model.config.paddedVocabSize;
  ids.forEach((id, i) => {
    const at = (prompt.length - 1 + i) * size;
    const row = logits.subarray(at, at + model.config.vocabSize);
    assertEquals(id, row.indexOf(Math.max(...row)));
    const sum = row.reduce((total, x) => total + Math.exp(x - row[id]!), 0);
    assert(Math.abs(logprobs[i]! + Math.log(sum)) < 1e-4);
  });
});

Deno.test("generate() never draws a padded or a banned id", async () => {
  await using model = await tinyModel("Mamba2");
  const { ids } = await model.generate([3], {
    temperature: 5,
    maxTokens: 400,
    seed: 3,
    logitBias: { 7: -Infinity },
  });
  assertEquals(ids.length, 400);
  assert(ids.every((id) => id < model.config.vocabSize && id !== 7));
});

Deno.test("generate() lists the most likely tokens when logprobs asks", async () => {
  await using model = await tinyModel("Mamba1");
  const out = await model.generate([3], {
    temperature: 0,
    maxTokens: 4,
    logprobs: 3,
  });
  assertEquals(out.top?.length, 4);
  out.top?.forEach((top, i) => {
    assertEquals(top.length, 3);
    assertEquals(top[0]!.id, out.ids[i]);
    assert(top[0]!.logprob >= top[1]!.logprob);
  });
});

Deno.test("stream() stops between two tokens and leaves the model usable", async () => {
  await using model = await tinyModel("Mamba1");
  const controller = new AbortController();
  let seen = 0;
  const error = await assertRejects(async () => {
    const stream = model.stream([1], {
      maxTokens: 1_000_000,
      signal: controller.signal,
    });
    for await (const _ of stream) {
      if (++seen === 5) controller.abort();
    }
  }, MambaError);
  assertEquals(error.code, "aborted");
  assertEquals(seen, 5);
  const { ids } = await model.generate([1], { maxTokens: 3 });
  assertEquals(ids.length, 3);
});

Deno.test("stream() stops inside a long prompt", async () => {
  await using model = await tinyModel("Mamba1");
  const controller = new AbortController();
  let done = 0;
  const error = await assertRejects(() =>
    model.generate(someIds(100_000), {
      signal: controller.signal,
      onPrefill: (count) => {
        done = count;
        controller.abort();
      },
    }), MambaError);
  assertEquals(error.code, "aborted");
  assert(done <= 256, `it read ${done} tokens after the stop`);
});

Deno.test("stream() that nobody consumes any further gives its work up", async () => {
  await using model = await tinyModel("Mamba1");
  for await (const token of model.stream([1], { maxTokens: 1_000_000 })) {
    if (token.index === 2) break;
  }
  const { ids } = await model.generate([1], { maxTokens: 2 });
  assertEquals(ids.length, 2);
});

Deno.test("stream() lets two texts progress side by side", async () => {
  await using model = await tinyModel("Mamba2");
  const order: string[] = [];
  const run = async (name: string) => {
    for await (const _ of model.stream([1], { maxTokens: 20 })) {
      order.push(name);
    }
  };
  await Promise.all([run("a"), run("b")]);
  const firstOfB = order.indexOf("b");
  const lastOfA = order.lastIndexOf("a");
  assert(firstOfB < 5 && lastOfA > 30, order.join(""));
});

Deno.test("generate() refuses what it cannot use, naming it", async () => {
  await using model = await tinyModel("Mamba1");
  const wrong: [unknown, Record<string, unknown>, string][] = [
    [[], {}, "prompt"],
    [[61 + 3], {}, "prompt"],
    [[-1], {}, "prompt"],
    [[0.5], {}, "prompt"],
    ["text", {}, "prompt"],
    [[1], { temperature: NaN }, "temperature"],
    [[1], { temperature: -1 }, "temperature"],
    [[1], { topP: 0 }, "topP"],
    [[1], { minP: 2 }, "minP"],
    [[1], { topK: 1.5 }, "topK"],
    [[1], { maxTokens: -3 }, "maxTokens"],
    [[1], { seed: -1 }, "seed"],
    [[1], { stop: [""] }, "stop"],
    [[1], { repetitionPenalty: 0 }, "repetitionPenalty"],
    [[1], { temprature: 1 }, "temprature"],
  ];
  for (const [prompt, options, field] of wrong) {
    const error = await assertRejects(
      () => model.generate(prompt as number[], options),
      MambaError,
    );
    assertEquals([error.code, error.field], ["invalid_argument", field]);
  }
});

Deno.test("generateBatch() fails as a whole when one prompt is wrong", async () => {
  await using model = await tinyModel("Mamba1");
  await assertRejects(
    () => model.generateBatch([[1], [999]], { maxTokens: 100_000 }),
    MambaError,
  );
  assertEquals(await model.generateBatch([], {}), []);
});
