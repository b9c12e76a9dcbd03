import { LIBRARY_MARK } from "./preprocess.ts";
import type { Range, TokenList } from "./token_list.ts";

/** New text in place of tokens; none of them = text before `start`. */
export interface Edit extends Range {
  text: string;
}

/**
 * The text with the edits made, which must not overlap. What follows an edit of
 * several lines still knows its own line.
 */
export function applyEdits(list: TokenList, edits: readonly Edit[]): string {
  const pieces: string[] = [];
  let from = 0;
  const inOrder = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  for (const { start, end, text } of inOrder) {
    const begin = list.tokens[start]?.start ?? list.text.length;
    const stop = end > start ? list.tokens[end - 1]!.end : begin;
    pieces.push(list.text.slice(from, begin), text);
    const next = list.tokens[end];
    if (next !== undefined && list.text.slice(begin, stop).includes("\n")) {
      // What stands before the next token has line ends of its own.
      const between = list.text.slice(stop, next.start).split("\n").length - 1;
      pieces.push(`\n# ${next.line - between} "${next.file}"\n`);
    }
    from = stop;
  }
  return [...pieces, list.text.slice(from)].join("");
}

/** Leaves tokens out. */
export function withoutText(
  ranges: readonly { start: number; end: number }[],
): Edit[] {
  return ranges.map(({ start, end }) => ({ start, end, text: "" }));
}

/** Puts an include back where the preprocessor has met Metal's library. */
export function libraryEdits(list: TokenList, text: string): Edit[] {
  const index = list.tokens.findIndex((one) => one.text === LIBRARY_MARK);
  return [{ start: index, end: index + 1, text }];
}
