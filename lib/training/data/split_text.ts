import { MambaError } from "../../api/mamba_error.ts";

/** UTF-16 units; JavaScript has no strings of twice as many. */
const MAX_LENGTH = 2 ** 28;

/**
 * What is between separators in a text that comes in pieces, each part whole.
 *
 * @param separator that does not begin as it ends
 * @param path for messages
 * @throws {MambaError} `too_large` for a part that no string can hold
 */
export async function* splitText(
  pieces: AsyncIterable<string>,
  { separator, path }: { separator: string; path: string },
): AsyncGenerator<string, void, void> {
  let parts: string[] = [];
  let length = 0;
  // The end of the last piece, where a separator may have begun.
  let rest = "";
  for await (const piece of pieces) {
    const sections = (rest + piece).split(separator);
    const last = sections.pop()!;
    for (const section of sections) {
      parts.push(section);
      yield parts.join("");
      parts = [];
      length = 0;
    }
    const kept = Math.max(0, last.length - separator.length + 1);
    parts.push(last.slice(0, kept));
    rest = last.slice(kept);
    length += kept;
    if (length > MAX_LENGTH) throw tooLong(path, separator);
  }
  yield [...parts, rest].join("");
}

function tooLong(path: string, separator: string): MambaError {
  return new MambaError(
    "too_large",
    `Cannot read ${path}: it has more than ${MAX_LENGTH} characters without ` +
      `${JSON.stringify(separator)}`,
    { hint: "Separate it into shorter documents." },
  );
}
