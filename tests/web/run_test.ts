import { assertEquals, assertStringIncludes } from "@std/assert";
import type { GenerateEvent } from "../../lib/api/generate_event.ts";
import { eventStreamResponse } from "../../lib/web/event_stream.ts";
import { Run } from "../../lib/web/playground/run.ts";

const START: GenerateEvent = {
  type: "start",
  model: "a",
  device: "cpu",
  dtype: "f32",
  weightBytes: 4096,
  promptTokens: 5,
  stateBytes: 1000,
  seed: 3,
};

function token(index: number): GenerateEvent {
  return { type: "token", index, id: index, text: `${index} `, logprob: -1 };
}

const DONE: GenerateEvent = {
  type: "done",
  finishReason: "length",
  text: "0 1 ",
  tokens: 2,
  timings: {
    promptTokens: 5,
    promptMs: 10,
    timeToFirstTokenMs: 10,
    generatedTokens: 2,
    generateMs: 10,
    promptTokensPerSecond: 500,
    tokensPerSecond: 100,
  },
};

/** A server that answers every request with these events. */
function serverOf(events: () => AsyncIterable<GenerateEvent>): typeof fetch {
  return (_address, init) => {
    const { signal } = init as { signal: AbortSignal };
    return eventStreamResponse(events, { signal });
  };
}

/** A run that shows every token at once. */
function runOver(server: typeof fetch): Run {
  return new Run({ fetch: server, onNextFrame: (callback) => callback() });
}

Deno.test("Run.start() shows the text and the figures of its end", async () => {
  const run = runOver(serverOf(async function* () {
    yield START;
    yield token(0);
    yield token(1);
    yield DONE;
  }));
  await run.start({ prompt: "Count " });
  const { prompt, text, status, figures, problem } = run.view;
  assertEquals(prompt.value + text.value, "Count 0 1 ");
  assertEquals(status.value.phase, "done");
  assertEquals(status.value.finishReason, "length");
  assertEquals(figures.value, {
    model: "a",
    device: "cpu",
    dtype: "f32",
    weightBytes: 4096,
    promptTokens: 5,
    stateBytes: 1000,
    seed: 3,
    tokens: 2,
    tokensPerSecond: 100,
    promptTokensPerSecond: 500,
    timeToFirstTokenMs: 10,
  });
  assertEquals(problem.value, undefined);
});

Deno.test("Run.start() goes through the phases of the work", async () => {
  const run = runOver(serverOf(async function* () {
    yield { type: "progress", stage: "queued", done: 0, total: 3 };
    yield { type: "progress", stage: "loading", done: 1, total: 2 };
    yield START;
    yield { type: "progress", stage: "prefill", done: 1, total: 5 };
    yield token(0);
    yield DONE;
  }));
  const phases: string[] = [];
  const stop = run.view.status.subscribe(({ phase }) => phases.push(phase));
  await run.start({ prompt: "Count" });
  stop();
  assertEquals(phases, [
    "idle",
    "starting",
    "queued",
    "loading",
    "prefill",
    "writing",
    "done",
  ]);
});

Deno.test("Run.start() gathers tokens until the next frame", async () => {
  const frames: (() => void)[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const run = new Run({
    onNextFrame: (callback) => frames.push(callback),
    fetch: serverOf(async function* () {
      yield START;
      yield token(0);
      yield token(1);
      yield token(2);
      await promise;
      yield DONE;
    }),
  });
  const ended = run.start({ prompt: "Count" });
  while (run.view.tokens < 3) await new Promise((done) => setTimeout(done));
  assertEquals(run.view.text.value, "");
  assertEquals(frames.length, 1);
  frames[0]?.();
  assertEquals(run.view.text.value, "0 1 2 ");
  assertEquals(run.view.figures.value.tokens, 3);
  resolve();
  await ended;
});

Deno.test("Run.stop() keeps the text and aborts the request", async () => {
  let aborted = false;
  const run = runOver(async (_address, init) => {
    const { signal } = init as { signal: AbortSignal };
    signal.addEventListener("abort", () => aborted = true);
    return await eventStreamResponse(async function* () {
      yield START;
      for (let index = 0;; index++) {
        await new Promise((done) => setTimeout(done));
        yield token(index);
      }
    }, { signal });
  });
  const ended = run.start({ prompt: "Count" });
  while (run.view.tokens < 3) await new Promise((done) => setTimeout(done));
  run.stop();
  assertEquals(run.view.status.value.phase, "stopped");
  await ended;
  assertEquals(aborted, true);
  assertEquals(run.view.status.value.phase, "stopped");
  assertStringIncludes(run.view.text.value, "0 1 2 ");
});

Deno.test("Run.start() shows the error that the server answers with", async () => {
  const error = { code: "not_found", message: "Cannot find", field: "model" };
  const run = runOver(() =>
    Promise.resolve(Response.json({ error }, { status: 404 }))
  );
  await run.start({ prompt: "Count" });
  assertEquals(run.view.problem.value?.field, "model");
  assertEquals(run.view.status.value.phase, "failed");
});

Deno.test("Run.start() shows an error that comes in the middle, and the text so far", async () => {
  const run = runOver(serverOf(async function* () {
    yield START;
    yield token(0);
    yield {
      type: "error",
      error: { code: "numeric", message: "Cannot sample" },
    };
  }));
  await run.start({ prompt: "Count" });
  assertEquals(run.view.text.value, "0 ");
  assertEquals(run.view.problem.value?.code, "numeric");
});

Deno.test("Run.start() says when the server is gone, before or in the middle", async () => {
  const gone = runOver(() => Promise.reject(new TypeError("refused")));
  await gone.start({ prompt: "Count" });
  assertEquals(gone.view.problem.value?.code, "network");
  assertStringIncludes(gone.view.problem.value?.message ?? "", "reached");

  const broken = runOver(serverOf(async function* () {
    yield START;
    yield token(0);
  }));
  await broken.start({ prompt: "Count" });
  assertEquals(broken.view.text.value, "0 ");
  assertStringIncludes(broken.view.problem.value?.message ?? "", "broke off");
});

Deno.test("Run.start() tells the status of an answer that is not ours", async () => {
  const run = runOver(() =>
    Promise.resolve(new Response("<h1>Bad gateway</h1>", { status: 502 }))
  );
  await run.start({ prompt: "Count" });
  assertStringIncludes(run.view.problem.value?.message ?? "", "502");
});
