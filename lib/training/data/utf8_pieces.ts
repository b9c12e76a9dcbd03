import { MambaError } from "../../api/mamba_error.ts";

/** No character of UTF-8 has more bytes. */
const MAX_CHARACTER = 4;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lossy = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * The text of a stream of bytes, piece by piece; a byte order mark at its
 * beginning is left out.
 *
 * @param path for messages
 * @throws {MambaError} `invalid_argument` for what is not UTF-8, with the
 * offset of its first byte
 */
export async function* utf8Pieces(
  bytes: AsyncIterable<Uint8Array>,
  path: string,
): AsyncGenerator<string, void, void> {
  let rest: Uint8Array = new Uint8Array(0);
  // Of the first byte of the rest.
  let offset = 0;
  for await (const piece of bytes) {
    const joined = join(rest, piece);
    const end = endOfWhole(joined);
    yield decode(joined.subarray(0, end), { path, offset });
    offset += end;
    rest = joined.slice(end);
  }
  yield decode(rest, { path, offset });
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** Where the last character begins, if it may go on in the next piece. */
function endOfWhole(bytes: Uint8Array): number {
  const least = Math.max(0, bytes.length - MAX_CHARACTER + 1);
  let at = bytes.length - 1;
  while (at > least && isContinuation(bytes[at]!)) at--;
  return at >= least && bytes[at]! >= 0xc0 ? at : bytes.length;
}

function decode(
  bytes: Uint8Array,
  { path, offset }: { path: string; offset: number },
): string {
  try {
    const text = decoder.decode(bytes);
    return offset === 0 ? text.replace(/^\ufeff/, "") : text;
  } catch (cause) {
    throw new MambaError(
      "invalid_argument",
      `Cannot read ${path}: byte ${offset + firstInvalid(bytes)} is not UTF-8`,
      { hint: "Convert the file to UTF-8, or leave it out.", cause },
    );
  }
}

/** Where the first character is that lossy decoding changes. */
function firstInvalid(bytes: Uint8Array): number {
  const again = encoder.encode(lossy.decode(bytes));
  let at = 0;
  while (again[at] === bytes[at]) at++;
  // U+FFFD may begin as the broken character did.
  while (at > 0 && isContinuation(again[at]!)) at--;
  return at;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
