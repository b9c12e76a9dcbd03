import { toApiError } from "../api/api_error.ts";

/** Options of {@linkcode eventStreamResponse}. */
export interface EventStreamOptions {
  /** The request's signal: it fires when the client has gone. */
  signal: AbortSignal;
  /**
   * Milliseconds of silence after which a comment line is sent, so that
   * nothing on the way takes the connection for dead.
   *
   * @default {15000}
   */
  heartbeat?: number;
}

const HEARTBEAT = new TextEncoder().encode(":\n\n");

/**
 * Events as a response of server-sent events, one frame each: the event's type
 * as the frame's name, the event as JSON. `open` gets a signal that fires as
 * soon as the client has gone, whether its request was aborted or its end of
 * the stream was cancelled.
 *
 * The first event is awaited before there is a response: what fails until then
 * is thrown, and the caller can still answer with the right status. What fails
 * later becomes an `error` frame of the same form.
 */
export async function eventStreamResponse<Event extends { type: string }>(
  open: (signal: AbortSignal) => AsyncIterable<Event>,
  options: EventStreamOptions,
): Promise<Response> {
  const { signal, heartbeat = 15_000 } = options;
  const gone = new AbortController();
  const leave = () => gone.abort(signal.reason);
  signal.addEventListener("abort", leave, { once: true });
  const events = open(gone.signal)[Symbol.asyncIterator]();

  let next: IteratorResult<Event> | undefined;
  try {
    signal.throwIfAborted();
    next = await events.next();
  } catch (error) {
    signal.removeEventListener("abort", leave);
    throw error;
  }

  const encoder = new TextEncoder();
  let timer: ReturnType<typeof setInterval> | undefined;
  const finish = () => {
    clearInterval(timer);
    signal.removeEventListener("abort", leave);
  };
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      timer = setInterval(() => {
        // A reader that has not taken the last piece needs no reminder.
        if ((controller.desiredSize ?? 0) >= 0) controller.enqueue(HEARTBEAT);
      }, heartbeat);
    },
    async pull(controller) {
      try {
        const { done, value } = next ?? await events.next();
        next = undefined;
        if (done) {
          finish();
          controller.close();
        } else {
          controller.enqueue(encoder.encode(encodeFrame(value)));
        }
      } catch (error) {
        finish();
        if (gone.signal.aborted) return controller.error(error);
        const event = { type: "error", error: toApiError(error) };
        controller.enqueue(encoder.encode(encodeFrame(event)));
        controller.close();
      }
    },
    async cancel(reason) {
      finish();
      gone.abort(reason);
      await events.return?.();
    },
  }, { highWaterMark: 0 });

  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      // Proxies that gather output would hold tokens back.
      "x-accel-buffering": "no",
    },
  });
}

/** One frame: JSON has no raw line ends, so the data is always one line. */
function encodeFrame(event: { type: string }): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
