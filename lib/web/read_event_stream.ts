/** One frame of a stream of server-sent events. */
export interface EventFrame {
  /** The frame's name; `message` if it has none. */
  event: string;
  /** The frame's data lines, joined by line ends. */
  data: string;
}

/**
 * The frames of a stream of server-sent events, as they arrive. Comments are
 * skipped, a frame that the stream's end cuts off is dropped. Leaving the loop
 * cancels the stream.
 *
 * @example
 * ```ts
 * import { readEventStream } from "./read_event_stream.ts";
 * const body = new Blob(["event: token\ndata: 1\n\n"]).stream();
 * for await (const { event, data } of readEventStream(body)) {
 *   console.log(event, data); // "token" "1"
 * }
 * ```
 */
export async function* readEventStream(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<EventFrame, void, void> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let buffered = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      // A CR at the end may be half of a CR LF: it waits for what follows.
      buffered = (buffered + value).replace(/\r\n|\r(?!$)/g, "\n");
      const blocks = buffered.split("\n\n");
      buffered = blocks.pop() ?? "";
      for (const block of blocks) {
        const frame = parseFrame(block);
        if (frame !== undefined) yield frame;
      }
    }
  } finally {
    // Safari has no async iteration over streams, hence the reader.
    await reader.cancel().catch(() => {});
  }
}

function parseFrame(block: string): EventFrame | undefined {
  let event = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const [, name, value] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
    if (name === "event") event = value ?? "";
    else if (name === "data") data.push(value ?? "");
  }
  return data.length === 0 ? undefined : { event, data: data.join("\n") };
}
