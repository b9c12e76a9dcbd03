import { assert, assertEquals, assertRejects } from "@std/assert";
import type { GenerateEvent } from "../../lib/api/generate_event.ts";
import { MambaError } from "../../lib/api/mamba_error.ts";
import { eventStreamResponse } from "../../lib/web/event_stream.ts";

const never = new AbortController().signal;

function progress(done: number): GenerateEvent {
  return { type: "progress", stage: "loading", done, total: 9 };
}

function token(text: string): GenerateEvent {
  return { type: "token", index: 0, id: 0, text, logprob: -1 };
}

async function* count(): AsyncGenerator<GenerateEvent> {
  for (let n = 0;; n++) yield progress(n);
}

Deno.test("eventStreamResponse() sends one frame for each event", async () => {
  const response = await eventStreamResponse(async function* () {
    yield progress(1);
    yield token("a\nb");
  }, { signal: never });
  assertEquals(response.headers.get("cache-control"), "no-store");
  assertEquals(
    await response.text(),
    'event: progress\ndata: {"type":"progress","stage":"loading","done":1,"total":9}\n\n' +
      'event: token\ndata: {"type":"token","index":0,"id":0,"text":"a\\nb","logprob":-1}\n\n',
  );
});

Deno.test("eventStreamResponse() throws what fails before the first event", async () => {
  await assertRejects(
    () =>
      // deno-lint-ignore require-yield
      eventStreamResponse(async function* () {
        throw new MambaError("not_found", "Cannot find the model: none");
      }, { signal: never }),
    MambaError,
  );
});

Deno.test("eventStreamResponse() ends with an error frame when an event fails", async () => {
  const response = await eventStreamResponse(async function* () {
    yield progress(1);
    throw new MambaError("numeric", "Cannot sample: logits are NaN");
  }, { signal: never });
  const frames = (await response.text()).split("\n\n");
  assertEquals(JSON.parse(frames[1]!.split("data: ")[1]!), {
    type: "error",
    error: { code: "numeric", message: "Cannot sample: logits are NaN" },
  });
});

Deno.test("eventStreamResponse() asks for no event before it is read", async () => {
  let asked = 0;
  const response = await eventStreamResponse(async function* () {
    for await (const event of count()) {
      asked++;
      yield event;
    }
  }, { signal: never });
  const reader = response.body!.getReader();
  await reader.read();
  assertEquals(asked, 1);
  await reader.read();
  assertEquals(asked, 2);
  await reader.cancel();
});

Deno.test("eventStreamResponse() aborts and closes the events when the reader leaves", async () => {
  let closed = false;
  let given: AbortSignal | undefined;
  const response = await eventStreamResponse((signal) => {
    given = signal;
    return (async function* () {
      try {
        yield* count();
      } finally {
        closed = true;
      }
    })();
  }, { signal: never });
  await response.body!.cancel();
  assert(given?.aborted);
  assert(closed);
});

Deno.test("eventStreamResponse() passes on the request's abort", async () => {
  const request = new AbortController();
  let given: AbortSignal | undefined;
  const response = await eventStreamResponse((signal) => {
    given = signal;
    return count();
  }, { signal: request.signal });
  request.abort();
  assert(given?.aborted);
  await response.body!.cancel();
});

Deno.test("eventStreamResponse() sends a comment while nothing happens", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const response = await eventStreamResponse(async function* () {
    yield progress(1);
    await promise;
    yield token("end");
  }, { signal: never, heartbeat: 5 });
  const reader = response.body!.pipeThrough(new TextDecoderStream())
    .getReader();
  await reader.read();
  assertEquals((await reader.read()).value, ":\n\n");
  resolve();
  let text = "";
  for (let { done, value } = await reader.read(); !done;) {
    text += value;
    ({ done, value } = await reader.read());
  }
  assert(text.includes("event: token"));
});
