import { WrongContent } from "./hub_error.ts";
import type { Watchdog } from "./watchdog.ts";

/** All bytes of a small answer. */
export async function readBytes(
  response: Response,
  maxBytes: number,
  watchdog: Watchdog,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body ?? []) {
    watchdog.feed();
    length += piece.length;
    if (length > maxBytes) throw new WrongContent("the answer is too long");
    pieces.push(piece);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
