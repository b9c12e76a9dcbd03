import {
  assert,
  assertEquals,
  assertGreater,
  assertRejects,
} from "@std/assert";
import { join } from "node:path";
import type { GenerateEvent } from "../../lib/api/generate_event.ts";
import { ModelRegistry } from "../../lib/engine/model_registry.ts";
import { Engine } from "../../lib/engine/engine.ts";
import { MambaError } from "../../lib/mod.ts";
import { tinyModel } from "../helpers/tiny_models.ts";

const FIXTURES = new URL("../fixtures", import.meta.url).pathname;

function openEngine(options = {}): Engine {
  return Engine.open({ directories: [FIXTURES], ...options });
}

async function firstPlayable(engine: Engine): Promise<string> {
  const models = await engine.listModels();
  const found = models.find(({ hasTokenizer, error }) =>
    hasTokenizer && !error
  );
  assert(found !== undefined);
  return found.id;
}

async function events(
  stream: AsyncIterable<GenerateEvent>,
): Promise<GenerateEvent[]> {
  return await Array.fromAsync(stream);
}

Deno.test("Engine.generate() tells start, tokens and an end that sums them up", async () => {
  await using engine = openEngine();
  const model = await firstPlayable(engine);
  const all = await events(engine.generate({
    model,
    prompt: "Once upon a time",
    maxTokens: 12,
    seed: 5,
    ignoreEos: true,
  }));
  const start = all.find((event) => event.type === "start");
  const end = all.at(-1);
  assert(start?.type === "start" && end?.type === "done");
  assertEquals([start.model, start.seed], [model, 5]);
  assertGreater(start.promptTokens, 0);
  const tokens = all.filter((event) => event.type === "token");
  assertEquals(tokens.length, 12);
  assertEquals(tokens.map(({ index }) => index), tokens.map((_, i) => i));
  assertEquals(end.text, tokens.map(({ text }) => text).join(""));
  assertEquals(end.tokens, 12);
  assertEquals(end.finishReason, "length");
  assertEquals(engine.status().active, 0);
  assertEquals(engine.status().loaded.length, 1);
});

Deno.test("Engine.generate() ends within one token when its reader leaves or aborts", async () => {
  await using engine = openEngine();
  const request = {
    model: await firstPlayable(engine),
    prompt: "Once",
    maxTokens: 1_000_000,
    ignoreEos: true,
  };
  for await (const event of engine.generate(request)) {
    if (event.type === "token" && event.index === 3) break;
  }
  assertEquals(engine.status().active, 0);

  const controller = new AbortController();
  let after = 0;
  const error = await assertRejects(async () => {
    const stream = engine.generate(request, { signal: controller.signal });
    for await (const event of stream) {
      if (event.type !== "token") continue;
      if (controller.signal.aborted) after++;
      if (event.index === 3) controller.abort();
    }
  }, MambaError);
  assertEquals(error.code, "aborted");
  assertEquals(after, 0);
  assertEquals(engine.status().active, 0);
});

Deno.test("Engine.generate() names what is wrong before it starts", async () => {
  await using engine = openEngine();
  const unknown = await assertRejects(
    () => events(engine.generate({ model: "nothing", prompt: "x" })),
    MambaError,
  );
  assertEquals([unknown.code, unknown.field], ["not_found", "model"]);
  const wrong = await assertRejects(
    () => events(engine.generate({ prompt: "x", topP: 7 })),
    MambaError,
  );
  assertEquals([wrong.code, wrong.field], ["invalid_argument", "topP"]);
});

Deno.test("Engine.generate() turns requests away when the queue is full", async () => {
  await using engine = openEngine({ maxActive: 1, maxQueue: 1 });
  const request = {
    model: await firstPlayable(engine),
    prompt: "Once",
    maxTokens: 1_000_000,
    ignoreEos: true,
  };
  const first = engine.generate(request);
  await first.next();
  const controller = new AbortController();
  const second = engine.generate(request, { signal: controller.signal });
  const queued = await second.next();
  assertEquals(queued.value, {
    type: "progress",
    stage: "queued",
    done: 0,
    total: 1,
  });
  const waiting = second.next();
  // The second has its place in the queue after a few turns.
  while (engine.status().queued === 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const busy = await assertRejects(
    () => events(engine.generate(request)),
    MambaError,
  );
  assertEquals(busy.code, "busy");
  controller.abort();
  await assertRejects(() => waiting, MambaError);
  assertEquals(engine.status().queued, 0);
  const third = engine.generate({ ...request, maxTokens: 2 });
  const result = events(third);
  await first.return(undefined);
  assertEquals((await result).at(-1)?.type, "done");
});

Deno.test("Engine.load() loads once, however many ask at the same time", async () => {
  await using engine = openEngine();
  const id = await firstPlayable(engine);
  const [a, b] = await Promise.all([engine.load(id), engine.load(id)]);
  assert(a === b);
  assert(a === await engine.load(id, { device: "auto" }));
});

Deno.test("ModelRegistry.get() has no part in a load that others gave up", async () => {
  const directory = await Deno.makeTempDir();
  const registry = new ModelRegistry();
  try {
    await using tiny = await tinyModel("Mamba1");
    await tiny.savePretrained(directory);
    const controller = new AbortController();
    const refused = assertRejects(
      () => registry.get({ directory }, { signal: controller.signal }),
      MambaError,
    );
    controller.abort();
    await refused;
    const model = await registry.get({ directory });
    assertEquals(model.parameterCount, tiny.parameterCount);
  } finally {
    await registry.close();
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("Engine.listModels() shows a broken model with its error", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await using model = await tinyModel("Mamba1");
    await model.savePretrained(join(directory, "good"));
    await model.savePretrained(join(directory, "bad"));
    await Deno.truncate(join(directory, "bad", "model.safetensors"), 100);
    await Deno.mkdir(join(directory, "empty"));
    await using engine = Engine.open({ directories: [directory] });
    const models = await engine.listModels();
    assertEquals(models.map(({ id }) => id), ["bad", "good"]);
    assert(models[0]!.error !== undefined);
    assertEquals(models[1]!.error, undefined);
    assertEquals(models[1]!.parameters, model.parameterCount);
    assertEquals(models[1]!.stateBytes, model.stateBytes);
    assertEquals(models[1]!.trained, false);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("Engine gives an error after it was closed, and ends what runs", async () => {
  const engine = openEngine();
  const model = await firstPlayable(engine);
  const running = assertRejects(() =>
    events(engine.generate({
      model,
      prompt: "Once",
      maxTokens: 1_000_000,
      ignoreEos: true,
    })), MambaError);
  const ended = running.then(() => true);
  while (engine.status().loaded.length === 0) {
    const tick = new Promise<boolean>((resolve) =>
      setTimeout(resolve, 1, false)
    );
    assert(!await Promise.race([ended, tick]), "it ended before it was loaded");
  }
  await engine.close();
  const error = await running;
  assert(error.code === "aborted" || error.code === "closed");
  const closed = await assertRejects(() => engine.load(model), MambaError);
  assertEquals(closed.code, "closed");
});
