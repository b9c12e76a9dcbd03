import type { JsonObject } from "./json_fields.ts";
import type { AddedTokenData, TokenizerJson } from "./tokenizer_json.ts";

/**
 * The end of a word: neither GPT-2's split nor a Unicode normalization joins
 * what is before and after it, or looks across.
 */
const WORD_END = /[^\p{White_Space}\ufeff](?=[ \n])/gu;

/**
 * Whether texts can be cut at the ends of words and the parts be encoded for
 * themselves: with GPT-2's split, and no added token in which a word ends or
 * that takes the space after it.
 */
export function canCut({ steps, addedTokens }: TokenizerJson): boolean {
  const split: JsonObject = steps.pre_tokenizer ?? {};
  const isGpt2 = split.type === "ByteLevel" && split.use_regex !== false;
  const isWhole = ({ content, rstrip }: AddedTokenData) =>
    !rstrip && content.search(WORD_END) < 0;
  return isGpt2 && addedTokens.every(isWhole);
}

/** Parts of a text that end with words, the least of at least that length. */
export function* cutAtWords(
  text: string,
  length: number,
): Generator<string, void, void> {
  const wordEnd = new RegExp(WORD_END);
  let start = 0;
  while (start + length < text.length) {
    wordEnd.lastIndex = start + length - 1;
    const match = wordEnd.exec(text);
    if (match === null) break;
    const end = match.index + match[0].length;
    yield text.slice(start, end);
    start = end;
  }
  yield text.slice(start);
}
