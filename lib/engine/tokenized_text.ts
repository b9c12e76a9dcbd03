import type { Tokenizer } from "../tokenizer/mod.ts";

/** A text as a model sees it. */
export interface TokenizedText {
  ids: Uint32Array<ArrayBuffer>;
  tokenizer: Tokenizer;
  /** Rows of the model's head, without padding. */
  vocabSize: number;
}

/**
 * Why two models cannot be compared token by token, in words; undefined if
 * they can: the text has the same ids, and every id that both have stands for
 * the same bytes.
 */
export function differenceOf(
  one: TokenizedText,
  other: TokenizedText,
): string | undefined {
  const sameIds = one.ids.length === other.ids.length &&
    one.ids.every((id, index) => id === other.ids[index]);
  if (sameIds && sameVocabulary(one, other)) return undefined;
  return "its tokenizer is not that of the first column";
}

function sameVocabulary(one: TokenizedText, other: TokenizedText): boolean {
  if (one.tokenizer === other.tokenizer) return true;
  const size = Math.min(one.tokenizer.vocabSize, other.tokenizer.vocabSize);
  for (let id = 0; id < size; id++) {
    const bytes = one.tokenizer.tokenBytes(id);
    const others = other.tokenizer.tokenBytes(id);
    if (bytes.length !== others.length) return false;
    if (bytes.some((byte, index) => byte !== others[index])) return false;
  }
  return true;
}
