/**
 * Stop strings from a text with one per line. A backslash writes what a line
 * cannot hold: `\n`, `\r`, `\t` and `\\`; empty lines are no strings.
 *
 * @example
 * ```ts
 * import { parseStopStrings } from "./stop_strings.ts";
 * parseStopStrings("END\n\\n\\n"); // ["END", "\n\n"]
 * ```
 */
export function parseStopStrings(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line !== "").map((line) =>
    line.replace(/\\([nrt\\])/g, (_, letter: string) => UNESCAPED[letter]!)
  );
}

/** A stop string on one line, as {@linkcode parseStopStrings} reads it. */
export function formatStopString(text: string): string {
  return text.replace(/[\n\r\t\\]/g, (character) => ESCAPED[character]!);
}

const UNESCAPED: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  "\\": "\\",
};

const ESCAPED: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\\": "\\\\",
};
