import { assert, assertEquals } from "@std/assert";
import {
  type EventFrame,
  readEventStream,
} from "../../lib/web/read_event_stream.ts";

/** A stream of these bytes, `size` at a time. */
function bytesInPieces(text: string, size: number) {
  const bytes = new TextEncoder().encode(text);
  let offset = 0;
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (offset >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(offset, offset + size));
      offset += size;
    },
  });
}

async function framesOf(text: string, size: number): Promise<EventFrame[]> {
  return await Array.fromAsync(readEventStream(bytesInPieces(text, size)));
}

Deno.test("readEventStream() gives the same frames however the bytes are cut", async () => {
  const text = 'event: token\ndata: {"text":"grün 🐍"}\n\n' +
    ": a comment\n\n" +
    "data: first\ndata:second\n\n" +
    "event: done\r\ndata: {}\r\n\r\n";
  const expected = [
    { event: "token", data: '{"text":"grün 🐍"}' },
    { event: "message", data: "first\nsecond" },
    { event: "done", data: "{}" },
  ];
  for (const size of [1, 2, 3, 7, 1000]) {
    assertEquals(await framesOf(text, size), expected, `pieces of ${size}`);
  }
});

Deno.test("readEventStream() drops a frame that the end cuts off", async () => {
  assertEquals(await framesOf("data: 1\n\ndata: 2\n", 4), [
    { event: "message", data: "1" },
  ]);
});

Deno.test("readEventStream() cancels the stream when the loop is left", async () => {
  let cancelled = false;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode("data: 1\n\ndata: 2\n\n"));
    },
    cancel() {
      cancelled = true;
    },
  });
  for await (const frame of readEventStream(body)) {
    assertEquals(frame.data, "1");
    break;
  }
  assert(cancelled);
});
