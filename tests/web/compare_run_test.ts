import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { CompareEvent, CompareRequest } from "../../lib/api/compare.ts";
import type { GenerateEvent } from "../../lib/api/generate_event.ts";
import { CompareRun } from "../../lib/web/compare/compare_run.ts";
import { eventStreamResponse } from "../../lib/web/event_stream.ts";

const REQUEST: CompareRequest = {
  prompt: "Once",
  columns: [{ model: "a" }, { model: "b", dtype: "f16" }],
};

function token(column: number, index: number, text: string): CompareEvent {
  const event: GenerateEvent = {
    type: "token",
    index,
    id: index,
    text,
    logprob: -1,
  };
  return { type: "column", column, event };
}

/** A run over a server that tells what is given; it draws at once. */
function runOver(
  events: (signal: AbortSignal) => AsyncGenerator<CompareEvent>,
) {
  const asked: string[] = [];
  const run = new CompareRun({
    fetch: (input, init) => {
      asked.push(String(input));
      const { signal } = init as { signal: AbortSignal };
      return eventStreamResponse(events, { signal });
    },
    onNextFrame: (callback) => callback(),
  });
  return { run, asked };
}

Deno.test("CompareRun shows every column as it comes, and where they part", async () => {
  const { run, asked } = runOver(async function* () {
    yield { type: "begin", seed: 5 };
    yield { type: "kept", id: 12 };
    for (const [index, texts] of [[" x", " x"], [" y", " z"]].entries()) {
      yield token(0, index, texts[0]!);
      yield token(1, index, texts[1]!);
    }
    for (const [column, text] of [" x y", " x z"].entries()) {
      yield {
        type: "column",
        column,
        event: {
          type: "done",
          finishReason: "length",
          text,
          tokens: 2,
          timings: {
            promptTokens: 1,
            promptMs: 1,
            timeToFirstTokenMs: 1,
            generatedTokens: 2,
            generateMs: 1,
            promptTokensPerSecond: 1,
            tokensPerSecond: 8,
          },
        },
      };
    }
  });
  await run.start(REQUEST, { keep: true });
  assertEquals(asked, ["/api/compare?keep=on"]);
  assertEquals(run.columns.value.map(({ label }) => label), ["a", "b (f16)"]);
  assertEquals(run.partings.value, [3, 3]);
  assertEquals(run.id.value, 12);
  assertEquals(run.running.value, false);
  const record = run.record()!;
  assertEquals(record.request.seed, 5);
  assertEquals(record.columns.map(({ text }) => text), [" x y", " x z"]);
  assertEquals(record.columns[0]!.timings.tokensPerSecond, 8);
  // What was kept shows the same again.
  const again = new CompareRun();
  again.show(JSON.parse(JSON.stringify(record)), 12);
  assertEquals(JSON.stringify(again.record()), JSON.stringify(record));
});

Deno.test("CompareRun.stop() ends every column and keeps what has come", async () => {
  let stopped = false;
  const { run } = runOver(async function* (signal) {
    yield { type: "begin", seed: 5 };
    yield token(0, 0, " x");
    yield token(1, 0, " y");
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    stopped = true;
  });
  const ended = run.start(REQUEST);
  while (run.columns.value[1]?.view.text.value !== " y") {
    await new Promise((resolve) => setTimeout(resolve));
  }
  run.stop();
  await ended;
  while (!stopped) await new Promise((resolve) => setTimeout(resolve));
  const { columns } = run.record()!;
  assertEquals(columns.map(({ state }) => state), ["stopped", "stopped"]);
  assertEquals(columns.map(({ text }) => text), [" x", " y"]);
});

Deno.test("CompareRun takes no column that failed for one that parts", () => {
  const run = new CompareRun();
  const column = { text: "", tokens: 0, timings: {} };
  run.show({
    request: REQUEST,
    columns: [
      { ...column, state: "done", text: "Once" },
      { ...column, state: "failed" },
    ],
  });
  assertEquals(run.partings.value, [undefined, undefined]);
});

Deno.test("CompareRun gathers what is read in lock-step", async () => {
  const { run } = runOver(async function* () {
    yield { type: "begin", seed: 5 };
    for (const column of [0, 1]) {
      const tokens = [{ text: "Once" }, { text: " upon", logprob: -1 }];
      yield { type: "column", column, event: { type: "reading", tokens } };
      yield {
        type: "column",
        column,
        event: { type: "read", bitsPerByte: 1.5 },
      };
    }
  });
  await run.start({ ...REQUEST, mode: "read" });
  const [one] = run.record()!.columns;
  assertEquals(one!.state, "done");
  assertEquals(one!.reading?.tokens.length, 2);
  assertEquals(one!.reading?.bitsPerByte, 1.5);
  assertEquals(one!.tokens, 2);
});

Deno.test("CompareRun says when the connection breaks off, and of what is not kept", async () => {
  const error = { code: "damaged", message: "Cannot use it" } as const;
  const { run } = runOver(async function* () {
    yield { type: "begin", seed: 5 };
    yield { type: "unkept", error };
    yield token(0, 0, " x");
  });
  await run.start(REQUEST);
  assertEquals(run.unkept.value, error);
  assertEquals(run.problem.value?.code, "network");
  assertEquals(run.columns.value[0]!.view.text.value, " x");
  assert(!run.running.value);

  const refused = new CompareRun({
    fetch: () =>
      Promise.resolve(
        Response.json({ error: { code: "busy", message: "Cannot start" } }, {
          status: 503,
        }),
      ),
  });
  await refused.start(REQUEST);
  assertStringIncludes(refused.problem.value!.message, "Cannot start");
});
