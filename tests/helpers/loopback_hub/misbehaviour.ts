/** What the server does with one request for a file's content. */
export interface Misbehaviour {
  /** Answers this instead of the file. */
  status?: number;
  /** Sent with it. */
  headers?: Record<string, string>;
  /** Ends the connection after so many bytes. */
  breakAfter?: number;
  /** Sends nothing more after so many bytes, and leaves it open. */
  stallAfter?: number;
  /** Bytes per piece, with a pause of a millisecond or more after each. */
  pieceBytes?: number;
  /** Awaited before each piece, whose place in the file it is told. */
  beforePiece?: (offset: number, left: AbortSignal) => Promise<void>;
  /** Sends this instead. */
  content?: Uint8Array<ArrayBuffer>;
  /** Says that a part begins so much later than it was asked to. */
  shiftBy?: number;
  /** Knows nothing of `Range`. */
  noRanges?: boolean;
  /** Sends on to this address instead of to the other host. */
  location?: string;
}

/** The bytes piece by piece, as the reader takes them. */
export function fileBody(
  content: Uint8Array<ArrayBuffer>,
  from: number,
  how: Misbehaviour,
  onSent: (bytes: number) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { breakAfter = Infinity, stallAfter = Infinity, pieceBytes } = how;
  const left = new AbortController();
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      if (from + at >= content.length) return controller.close();
      if (at >= breakAfter) return controller.error(new Error("broken"));
      if (at >= stallAfter) return await aborted(left.signal);
      await how.beforePiece?.(from + at, left.signal);
      if (left.signal.aborted) return;
      if (pieceBytes !== undefined && at > 0) {
        await new Promise((done) => setTimeout(done, 1));
      }
      const end = Math.min(at + (pieceBytes ?? 16_384), breakAfter, stallAfter);
      const piece = content.slice(from + at, from + end);
      at += piece.length;
      onSent(piece.length);
      controller.enqueue(piece);
    },
    cancel: () => left.abort(),
  }, { highWaterMark: 0 });
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((done) =>
    signal.addEventListener("abort", done, { once: true })
  );
}
