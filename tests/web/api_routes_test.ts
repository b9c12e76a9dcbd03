import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import type { GenerateEvent } from "../../lib/api/generate_event.ts";
import { MambaError } from "../../lib/api/mamba_error.ts";
import { readEventStream } from "../../lib/web/read_event_stream.ts";
import { FakeEngine, modelInfo } from "./fake_engine.ts";
import { json, siteOver } from "./test_app.ts";

const TEN_MEGABYTES = 10 * 1024 * 1024;

async function eventsOf(response: Response): Promise<GenerateEvent[]> {
  const frames = await Array.fromAsync(readEventStream(response.body!));
  return frames.map(({ event, data }) => {
    const value = JSON.parse(data) as GenerateEvent;
    assertEquals(event, value.type);
    return value;
  });
}

/** Status and error of an answer, which must be JSON. */
async function errorOf(response: Response) {
  assertMatch(response.headers.get("content-type") ?? "", /application\/json/);
  return { status: response.status, ...(await response.json()).error };
}

Deno.test("POST /api/generate streams start, tokens and done", async () => {
  const site = siteOver(new FakeEngine());
  const response = await site(
    "/api/generate",
    json({ prompt: "Count", maxTokens: 3, seed: 7 }),
  );
  assertEquals(response.status, 200);
  assertMatch(response.headers.get("content-type")!, /^text\/event-stream/);
  assertEquals(response.headers.get("cache-control"), "no-store");
  assertEquals(response.headers.get("x-content-type-options"), "nosniff");
  const events = await eventsOf(response);
  assertEquals(events.map(({ type }) => type), [
    "start",
    "token",
    "token",
    "token",
    "done",
  ]);
  const [start] = events;
  assert(start?.type === "start" && start.seed === 7);
});

Deno.test("POST /api/generate answers one JSON object when asked for it", async () => {
  const site = siteOver(new FakeEngine());
  const response = await site(
    "/api/generate",
    json({ prompt: "Count", maxTokens: 2, seed: 7 }, {
      accept: "application/json",
    }),
  );
  const { text, ids, finishReason, seed, model } = await response.json();
  assertEquals({ text, ids, finishReason, seed, model }, {
    text: " 0 1",
    ids: [0, 1],
    finishReason: "length",
    seed: 7,
    model: "sound",
  });
});

Deno.test("POST /api/generate names the field of a bad request", async () => {
  const site = siteOver(new FakeEngine());
  const cases: [unknown, number, string, string | undefined][] = [
    ["{", 400, "bad_json", undefined],
    ["[]", 400, "invalid_argument", undefined],
    [{}, 400, "invalid_argument", "prompt"],
    [{ prompt: "" }, 400, "invalid_argument", "prompt"],
    [{ prompt: 5 }, 400, "invalid_argument", "prompt"],
    [{ prompt: "a", model: "none" }, 404, "not_found", "model"],
    [{ prompt: "a", topP: 3 }, 400, "invalid_argument", "topP"],
    [{ prompt: "a", topK: 1.5 }, 400, "invalid_argument", "topK"],
    [{ prompt: "a", maxTokens: -1 }, 400, "invalid_argument", "maxTokens"],
    [
      '{"prompt":"a","temperature":1e999}',
      400,
      "invalid_argument",
      "temperature",
    ],
    [{ prompt: "a", seed: 2 ** 60 }, 400, "invalid_argument", "seed"],
    [{ prompt: "a", stop: [""] }, 400, "invalid_argument", "stop"],
    [{ prompt: "a", colour: "red" }, 400, "invalid_argument", "colour"],
  ];
  for (const [body, status, code, field] of cases) {
    const error = await errorOf(await site("/api/generate", json(body)));
    assertEquals(
      { status: error.status, code: error.code, field: error.field },
      { status, code, field },
      JSON.stringify(body),
    );
    assertMatch(error.message, /^Cannot /);
  }
});

Deno.test("POST /api/generate answers 413 to a prompt of 10 MB", async () => {
  const site = siteOver(new FakeEngine());
  const body = json({ prompt: "a".repeat(TEN_MEGABYTES) });
  const { status, field } = await errorOf(await site("/api/generate", body));
  assertEquals({ status, field }, { status: 413, field: "prompt" });
});

Deno.test("POST /api/generate answers 415 to what is not JSON", async () => {
  const site = siteOver(new FakeEngine());
  const body = json({ prompt: "a" }, { "content-type": "text/plain" });
  const { status, code } = await errorOf(await site("/api/generate", body));
  assertEquals({ status, code }, {
    status: 415,
    code: "unsupported_media_type",
  });
});

Deno.test("POST /api/generate refuses a page of another site", async () => {
  const engine = new FakeEngine();
  const site = siteOver(engine);
  const body = json({ prompt: "a" }, { origin: "http://evil.example" });
  assertEquals((await errorOf(await site("/api/generate", body))).status, 403);
  assertEquals(engine.requests, []);
});

Deno.test("POST /api/generate ends with an error event when the engine fails late", async () => {
  const engine = new FakeEngine();
  engine.failure = {
    index: 1,
    error: new MambaError("numeric", "Cannot sample: the logits are NaN"),
  };
  const site = siteOver(engine);
  const response = await site("/api/generate", json({ prompt: "a" }));
  const last = (await eventsOf(response)).at(-1);
  assert(last?.type === "error");
  assertEquals(last.error.code, "numeric");
});

Deno.test("POST /api/generate answers 503 and when to come back when the queue is full", async () => {
  const engine = new FakeEngine();
  const site = siteOver({
    ...engine,
    listModels: () => engine.listModels(),
    status: () => engine.status(),
    // deno-lint-ignore require-yield
    async *generate() {
      throw new MambaError("busy", "Cannot start: 64 requests are waiting");
    },
  });
  const response = await site("/api/generate", json({ prompt: "a" }));
  assertEquals(response.headers.get("retry-after"), "1");
  assertEquals((await errorOf(response)).status, 503);
});

Deno.test("POST /api/generate frees the engine when the reader leaves", async () => {
  const engine = new FakeEngine();
  const site = siteOver(engine);
  const response = await site(
    "/api/generate",
    json({ prompt: "a", maxTokens: 100_000 }),
  );
  const reader = response.body!.getReader();
  await reader.read();
  await reader.read();
  assertEquals(engine.active, 1);
  await reader.cancel();
  assertEquals(engine.active, 0);
});

Deno.test("POST /api/generate frees the engine when the request is aborted", async () => {
  const engine = new FakeEngine();
  const site = siteOver(engine);
  const request = new AbortController();
  const response = await site("/api/generate", {
    ...json({ prompt: "a", maxTokens: 100_000 }),
    signal: request.signal,
  });
  const reader = response.body!.getReader();
  await reader.read();
  request.abort();
  let ended = false;
  try {
    while (!ended) ended = (await reader.read()).done;
  } catch {
    ended = true;
  }
  assert(ended);
  assertEquals(engine.active, 0);
});

Deno.test("GET /api/generate answers 405 with what is allowed", async () => {
  const site = siteOver(new FakeEngine());
  const response = await site("/api/generate");
  assertEquals(response.headers.get("allow"), "POST");
  assertEquals((await errorOf(response)).status, 405);
});

Deno.test("GET /api/models lists what the engine has", async () => {
  const site = siteOver(new FakeEngine([modelInfo({ id: "a" })]));
  const models = await (await site("/api/models")).json();
  assertEquals(models, [modelInfo({ id: "a" })]);
  const response = await site("/api/models", { method: "DELETE" });
  assertEquals(response.headers.get("allow"), "GET, HEAD");
  assertEquals((await errorOf(response)).status, 405);
});

Deno.test("GET /api/health tells versions and work, without paths", async () => {
  const engine = new FakeEngine();
  engine.status = () => ({
    active: 2,
    queued: 1,
    loaded: [{
      directory: "/home/someone/models/a",
      device: "cpu",
      dtype: "f32",
      weightBytes: 4,
      stateBytes: 2,
      uses: 1,
    }],
  });
  const text = await (await siteOver(engine)("/api/health")).text();
  assertEquals(JSON.parse(text), {
    version: "0.0.0",
    abiVersion: 1,
    active: 2,
    queued: 1,
    loaded: [
      { device: "cpu", dtype: "f32", weightBytes: 4, stateBytes: 2, uses: 1 },
    ],
  });
});

Deno.test("GET /api/health answers 503 when there is no native library", async () => {
  const site = siteOver(new FakeEngine(), () => ({
    version: "0.0.0",
    error: { code: "not_found", message: "Cannot open the native library" },
  }));
  assertEquals((await errorOf(await site("/api/health"))).status, 503);
});

Deno.test("/api answers unknown addresses and faults with JSON that tells nothing", async () => {
  const site = siteOver(new FakeEngine());
  assertEquals((await errorOf(await site("/api/none"))).status, 404);
  assertEquals((await errorOf(await site("/api/none/at/all"))).status, 404);
  const { error } = console;
  const logged: unknown[] = [];
  console.error = (...values) => logged.push(...values);
  try {
    const text = await (await site("/api/broken")).text();
    assertEquals(text.includes("secret"), false);
    assertStringIncludes(String(logged.at(-1)), "secret");
  } finally {
    console.error = error;
  }
});
