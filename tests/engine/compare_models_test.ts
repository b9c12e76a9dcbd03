import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { fileURLToPath } from "node:url";
import type { CompareEvent, CompareRequest } from "../../lib/api/compare.ts";
import { CompareGatherer } from "../../lib/api/compare_gatherer.ts";
import { MambaError } from "../../lib/api/mamba_error.ts";
import { compareModels } from "../../lib/engine/compare_models.ts";
import { Engine } from "../../lib/engine/engine.ts";
import { mergeStreams } from "../../lib/engine/merge_streams.ts";

const root = (name: string) =>
  fileURLToPath(new URL(`../../${name}`, import.meta.url));
const FIXTURES = [root("tests/fixtures")];

async function gather(
  engine: Engine,
  request: CompareRequest,
): Promise<
  { results: ReturnType<CompareGatherer["end"]>; events: CompareEvent[] }
> {
  const gatherer = new CompareGatherer(request.columns.length);
  const events: CompareEvent[] = [];
  for await (const event of compareModels(engine, request)) {
    events.push(event);
    gatherer.add(event);
  }
  return { results: gatherer.end(), events };
}

const COLUMNS = [{ model: "tiny-mamba1" }, { model: "tiny-mamba2" }];
const WRITE: CompareRequest = {
  prompt: "Once upon a time",
  maxTokens: 12,
  seed: 4,
  ignoreEos: true,
  columns: COLUMNS,
};

Deno.test("compareModels() writes what each model writes alone, at once", async () => {
  await using engine = Engine.open({ directories: FIXTURES });
  // Both are there, and write long enough to meet.
  for (const { model } of COLUMNS) await engine.load(model);
  const request = { ...WRITE, maxTokens: 64 };
  const { results, events } = await gather(engine, request);
  for (const [column, { model }] of COLUMNS.entries()) {
    const loaded = await engine.load(model);
    const { columns: _columns, prompt, ...options } = request;
    const alone = await loaded.generate(prompt, options);
    assertEquals(results[column]!.text, alone.text);
    assertEquals(results[column]!.finishReason, "length");
    assertEquals(results[column]!.weightBytes, loaded.weightBytes);
  }
  // Neither waits for the other's end.
  const columns = events.flatMap((event) =>
    event.type === "column" && event.event.type === "token"
      ? [event.column]
      : []
  );
  assertLess(columns.indexOf(1), columns.lastIndexOf(0));
  assertLess(columns.indexOf(0), columns.lastIndexOf(1));
});

Deno.test("compareModels() draws one seed for all, and a column may have its own", async () => {
  await using engine = Engine.open({ directories: FIXTURES });
  const { seed: _seed, ...rest } = WRITE;
  const one = { model: "tiny-mamba1" };
  const request: CompareRequest = {
    ...rest,
    temperature: 1.5,
    columns: [one, one, { ...one, sampling: { temperature: 0 } }],
  };
  const { results, events: [begin] } = await gather(engine, request);
  assert(begin?.type === "begin");
  assertEquals(results.map(({ seed }) => seed), Array(3).fill(begin.seed));
  assertEquals(results[0]!.text, results[1]!.text);
  assert(results[0]!.text !== results[2]!.text);
  const again = await gather(engine, { ...request, seed: begin.seed });
  assertEquals(again.results[0]!.text, results[0]!.text);
});

Deno.test("compareModels() loads a model in each format that is asked for", async () => {
  await using engine = Engine.open({ directories: FIXTURES });
  const { results } = await gather(engine, {
    ...WRITE,
    columns: [
      { model: "tiny-mamba1", dtype: "f32" },
      { model: "tiny-mamba1", dtype: "f16", device: "reference" },
    ],
  });
  assertEquals(results.map(({ dtype }) => dtype), ["f32", "f16"]);
  assertEquals(results[1]!.device, "reference");
  assertEquals(engine.status().loaded.length, 2);
});

for (const mode of ["write", "read"] as const) {
  Deno.test(`compareModels() goes on when a column cannot (${mode})`, async () => {
    await using engine = Engine.open({ directories: FIXTURES });
    const { results } = await gather(engine, {
      ...WRITE,
      mode,
      columns: [{ model: "none" }, ...COLUMNS],
    });
    assertEquals(
      results.map(({ state }) => state),
      ["failed", "done", "done"],
    );
    assertStringIncludes(results[0]!.error!.message, "Cannot find the model");
    assertEquals(engine.status().active, 0);
  });

  Deno.test(`compareModels() frees the engine when it is left (${mode})`, async () => {
    await using engine = Engine.open({ directories: FIXTURES });
    const request = {
      ...WRITE,
      mode,
      maxTokens: 900_000,
      prompt: "Once upon a time ".repeat(40),
    };
    const controller = new AbortController();
    const { signal } = controller;
    await assertRejects(
      async () => {
        for await (const event of compareModels(engine, request, { signal })) {
          const { type } = event.type === "column" ? event.event : event;
          if (type === "token" || type === "reading") controller.abort();
        }
      },
      MambaError,
      "Stopped",
    );
    assertEquals(engine.status().active, 0);
    for await (const event of compareModels(engine, request)) {
      if (event.type !== "column") continue;
      if (["token", "reading"].includes(event.event.type)) break;
    }
    assertEquals(engine.status().active, 0);
  });
}

Deno.test("mergeStreams() lets a stream fail after the loop was left", async () => {
  async function* failing(): AsyncGenerator<string, void, undefined> {
    yield "a";
    await new Promise((resolve) => setTimeout(resolve));
    throw new Error("too late to be told");
  }
  const merged = mergeStreams([failing(), failing()], () => {
    throw new Error("nobody is there");
  });
  for await (const { item } of merged) if (item === "a") break;
});

const READ: CompareRequest = {
  mode: "read",
  prompt: "Once upon a time there was a king, and he had three sons. “Go!”",
  columns: COLUMNS,
};

Deno.test("lock-step gives the perplexity of each model and its distance", async () => {
  await using engine = Engine.open({ directories: [root("models")] });
  const columns = [{ model: "fairy-mamba1" }, { model: "fairy-mamba2" }];
  const { results } = await gather(engine, { ...READ, columns });
  const logits: Float32Array[] = [];
  for (const [column, { model }] of columns.entries()) {
    const loaded = await engine.load(model);
    const alone = await loaded.perplexity(READ.prompt);
    const { reading } = results[column]!;
    assertAlmostEquals(reading!.meanLogprob!, alone.meanLogprob, 1e-3);
    assertAlmostEquals(reading!.bitsPerByte!, alone.bitsPerByte!, 1e-3);
    assertEquals(
      reading!.tokens.map(({ text }) => text).join(""),
      READ.prompt,
    );
    assertEquals(reading!.tokens[0]!.logprob, undefined);
    const ids = loaded.tokenizer!.encode(READ.prompt);
    logits.push((await loaded.forward(ids)).logits);
  }
  // Independent of compareLogits(): the definition over the raw logits.
  const { tokens, divergence } = results[1]!.reading!;
  const size = (await engine.load("fairy-mamba1")).config.paddedVocabSize;
  let sum = 0;
  let disagreements = 0;
  for (let at = 0; at + 1 < tokens.length; at++) {
    const [p, q] = logits.map((all) => {
      const weights = [...all.slice(at * size, (at + 1) * size)].map(Math.exp);
      const total = weights.reduce((a, b) => a + b);
      return weights.map((weight) => weight / total);
    });
    const kl = p!.reduce((sum, x, id) => sum + x * Math.log(x / q![id]!), 0);
    assertAlmostEquals(tokens[at + 1]!.kl!, kl, 1e-3 + 1e-2 * kl);
    sum += kl;
    const best = (list: number[]) => list.indexOf(Math.max(...list));
    disagreements += best(p!) === best(q!) ? 0 : 1;
  }
  assertAlmostEquals(divergence!.meanKl, sum / (tokens.length - 1), 1e-3);
  assertEquals(divergence!.disagreements, disagreements);
  assertEquals(divergence!.tokens, tokens.length - 1);
  assertEquals(results[0]!.reading!.divergence, undefined);
});

Deno.test("lock-step of one model in two formats is nearly no distance", async () => {
  await using engine = Engine.open({ directories: [root("models")] });
  const { results } = await gather(engine, {
    ...READ,
    columns: [
      { model: "fairy-mamba1", dtype: "f32" },
      { model: "fairy-mamba1", dtype: "bf16" },
    ],
  });
  const { divergence } = results[1]!.reading!;
  assertGreater(divergence!.maxKl, 0);
  assertLess(divergence!.maxKl, 0.05);
});

Deno.test("lock-step offers no distance between different tokenizers", async () => {
  await using engine = Engine.open({
    directories: [root("models"), ...FIXTURES],
  });
  const { results } = await gather(engine, {
    ...READ,
    columns: [{ model: "fairy-mamba1" }, { model: "tiny-mamba1" }],
  });
  const { reading } = results[1]!;
  assertStringIncludes(reading!.incomparable!, "tokenizer");
  assertEquals(reading!.divergence, undefined);
  assert(reading!.tokens.every(({ kl }) => kl === undefined));
  assertGreater(reading!.bitsPerByte!, 0);
});

Deno.test("lock-step measures from the first column, or not at all", async () => {
  await using engine = Engine.open({ directories: FIXTURES });
  const columns = [{ model: "none" }, COLUMNS[0]!, COLUMNS[0]!];
  const { results } = await gather(engine, { ...READ, columns });
  for (const { reading } of results) {
    assertEquals(reading?.divergence, undefined);
  }
  assertGreater(results[2]!.reading!.bitsPerByte!, 0);
});

Deno.test("lock-step refuses a text that is too short or too long", async () => {
  await using engine = Engine.open({ directories: FIXTURES });
  for (const prompt of ["a", "a b ".repeat(4000)]) {
    const { results } = await gather(engine, { ...READ, prompt });
    assertEquals(results.map(({ error }) => error?.field), [
      "prompt",
      "prompt",
    ]);
  }
});
