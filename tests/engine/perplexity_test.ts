import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
} from "@std/assert";
import { fileURLToPath } from "node:url";
import {
  MambaError,
  MambaLMHeadModel,
  type Perplexity,
} from "../../lib/mod.ts";
import { conformanceCases, GoldenReader } from "../helpers/conformance.ts";
import { LAYERS, someIds, tinyModel } from "../helpers/tiny_models.ts";
import { DEVICES } from "../helpers/devices.ts";

const TEXT = "Once upon a time, wörld 🙂.<|endoftext|>It was a dark night.";

function loadFixture(name: string): Promise<MambaLMHeadModel> {
  return MambaLMHeadModel.fromPretrained(
    fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url)),
  );
}

for (const { name, directory, checkpoints } of conformanceCases()) {
  const { train } = new GoldenReader(directory).goldens;
  if (train === undefined) continue;
  for (const device of DEVICES) {
    Deno.test(`perplexity() is e^loss of training for ${name} on ${device}`, async () => {
      const text = [...train.ids, train.targets.at(-1)!];
      assertEquals(text.slice(1), train.targets);
      for (const checkpoint of checkpoints) {
        await using model = await MambaLMHeadModel.fromPretrained(checkpoint, {
          device,
        });
        const measured = await model.perplexity(text);
        assertEquals(measured.tokens, train.targets.length);
        assertAlmostEquals(measured.meanLogprob, -train.loss, 1e-5);
        assertAlmostEquals(
          measured.perplexity / Math.exp(train.loss),
          1,
          1e-5,
        );
      }
    });
  }
}

/** From the logits of one forward call, in double, formulas written out. */
async function naively(
  model: MambaLMHeadModel,
  ids: ArrayLike<number>,
): Promise<Omit<Perplexity, "tokensPerSecond">> {
  const { logits } = await model.forward(ids);
  const size = model.config.paddedVocabSize;
  const targets = Array.from(ids).slice(1);
  const x = targets.map((target, i) => {
    const row = logits.subarray(i * size, (i + 1) * size);
    const sum = row.reduce((total, logit) => total + Math.exp(logit), 0);
    return row[target]! - Math.log(sum);
  });
  const tokens = x.length;
  const mean = x.reduce((a, b) => a + b) / tokens;
  const variance = x.reduce((sum, one) => sum + (one - mean) ** 2, 0) /
    (tokens - 1);
  const error = Math.sqrt(variance / tokens);
  const text = targets.filter((id) => !model.tokenizer!.specialIds.has(id));
  const bytes = text.map((id) => model.tokenizer!.tokenBytes(id).length)
    .reduce((a, b) => a + b);
  const bitsPerToken = tokens / bytes / Math.log(2);
  return {
    perplexity: Math.exp(-mean),
    perplexityError: Math.exp(-mean) * error,
    bitsPerByte: -mean * bitsPerToken,
    bitsPerByteError: error * bitsPerToken,
    meanLogprob: mean,
    standardError: error,
    tokens,
    bytes,
  };
}

function assertSame(
  { tokensPerSecond, ...actual }: Perplexity,
  expected: Omit<Perplexity, "tokensPerSecond">,
): void {
  assertGreater(tokensPerSecond, 0);
  assertEquals(Object.keys(actual), Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) {
    const got = actual[name as keyof typeof actual]!;
    assertAlmostEquals(got / value, 1, 1e-5, name);
  }
}

for (const name of ["tiny-mamba1", "tiny-mamba2", "tiny-mamba2-f16"]) {
  Deno.test(`perplexity() agrees with sums in double for ${name}`, async () => {
    await using model = await loadFixture(name);
    const ids = await model.encode(TEXT);
    const expected = await naively(model, ids);
    assertSame(await model.perplexity(TEXT), expected);
    assertSame(await model.perplexity(ids), expected);
  });
}

for (const layer of LAYERS) {
  Deno.test(`perplexity() is the same in chunks of any size (${layer})`, async () => {
    await using model = await tinyModel(layer);
    const ids = someIds(150);
    const whole = await model.perplexity(ids, { chunk: 1024 });
    for (const chunk of [1, 2, 64, 149, 150, undefined]) {
      const { tokensPerSecond: _, ...expected } = whole;
      const options = chunk === undefined ? {} : { chunk };
      assertSame(await model.perplexity(ids, options), expected);
    }
  });

  Deno.test(`perplexity() goes on from a state and advances it (${layer})`, async () => {
    await using model = await tinyModel(layer);
    const ids = someIds(100);
    const whole = await model.perplexity(ids);
    using state = model.createState();
    const head = await model.perplexity(ids.slice(0, 37), { state, chunk: 10 });
    const tail = await model.perplexity(ids.slice(37), { state, chunk: 10 });
    assertEquals([head.tokens, tail.tokens], [36, 63]);
    assertAlmostEquals(
      head.meanLogprob * head.tokens + tail.meanLogprob * tail.tokens,
      whole.meanLogprob * whole.tokens,
      1e-3,
    );
    using other = model.createState();
    await model.forward(ids, { state: other });
    assertEquals(state.position, 100);
    const options = { state, maxTokens: 5, temperature: 0 };
    const made = await model.generate([], options);
    const expected = await model.generate([], { ...options, state: other });
    assertEquals(made.ids, expected.ids);
  });
}

Deno.test("perplexity() predicts one token from a state", async () => {
  await using model = await tinyModel("Mamba1");
  using state = model.createState();
  await model.forward([1, 2, 3], { state });
  const one = await model.perplexity([4], { state });
  const { meanLogprob } = await model.perplexity([3, 4]);
  assertEquals(one.tokens, 1);
  assert(one.meanLogprob < 0 && one.meanLogprob !== meanLogprob);
});

Deno.test("perplexity() leaves out what it cannot know", async () => {
  await using model = await tinyModel("Mamba2");
  const pair = await model.perplexity([1, 2]);
  assertEquals(Object.keys(pair), [
    "perplexity",
    "meanLogprob",
    "tokens",
    "tokensPerSecond",
  ]);
  await using fixture = await loadFixture("tiny-mamba1");
  const end = fixture.tokenizer!.eosTokenId!;
  const ends = await fixture.perplexity([end, end, end]);
  assertEquals([ends.bytes, ends.bitsPerByte, ends.tokens], [0, undefined, 2]);
});

Deno.test("perplexity() counts the predicted bytes of a text", async () => {
  await using model = await loadFixture("tiny-mamba1");
  const { bytes, tokens } = await model.perplexity("<|endoftext|>wörld 🙂");
  assertEquals(bytes, new TextEncoder().encode("wörld 🙂").length);
  assertEquals(tokens, (await model.encode("wörld 🙂")).length);
});

Deno.test("perplexity() tells how far it is and stops between pieces", async () => {
  await using model = await tinyModel("Mamba1");
  const ids = someIds(101);
  const seen: [number, number][] = [];
  const onProgress = (done: number, total: number) => {
    seen.push([done, total]);
  };
  await model.perplexity(ids, { onProgress, chunk: 40 });
  assertEquals(seen, [[40, 100], [80, 100], [100, 100]]);

  const controller = new AbortController();
  let reports = 0;
  const error = await assertRejects(
    () =>
      model.perplexity(ids, {
        chunk: 10,
        signal: controller.signal,
        onProgress: () => {
          if (++reports === 3) controller.abort();
        },
      }),
    MambaError,
  );
  assertEquals([error.code, reports], ["aborted", 3]);
});

Deno.test("perplexity() leaves room for other calls", async () => {
  await using model = await tinyModel("Mamba1");
  let last = 0;
  const measuring = model.perplexity(someIds(2000), {
    chunk: 10,
    onProgress: (done) => {
      last = done;
    },
  });
  await model.generate([1, 2, 3], { maxTokens: 20 });
  assertLess(last, 1999);
  await measuring;
});

Deno.test("perplexity() refuses what it cannot measure", async () => {
  await using model = await tinyModel("Mamba1");
  await using other = await tinyModel("Mamba1");
  await using fixture = await loadFixture("tiny-mamba1");
  const foreign = other.createState();
  const refused: [() => Promise<unknown>, string, string][] = [
    [() => fixture.perplexity(""), "text", "empty"],
    [() => fixture.perplexity("a"), "text", "one token"],
    [() => model.perplexity([]), "text", "empty"],
    [() => model.perplexity([1]), "text", "one token"],
    [() => model.perplexity([1, 99]), "text", "text[1] = 99"],
    [() => model.perplexity("a text"), "text", "no tokenizer"],
    [() => model.perplexity([1, 2], { chunk: 0 }), "chunk", "0 tokens"],
    [() => model.perplexity([1, 2], { chunk: 1025 }), "chunk", "1025"],
    [() => model.perplexity([1, 2], { chunk: 1.5 }), "chunk", "1.5"],
    [() => model.perplexity([1, 2], { state: foreign }), "state", "another"],
  ];
  for (const [call, field, part] of refused) {
    const error = await assertRejects(call, MambaError, part);
    assertEquals([error.code, error.field], ["invalid_argument", field]);
  }
  foreign[Symbol.dispose]();
});
