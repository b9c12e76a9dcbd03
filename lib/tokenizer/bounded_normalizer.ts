import { Normalizer } from "@huggingface/tokenizers";

/**
 * Sorting the marks of one character takes quadratic time: a megabyte of them
 * would stop the process for an hour. So more than this are sorted in groups.
 * Unicode's Stream-Safe Text Format has at most 30.
 */
const MAX_MARKS = 1024;

// The halfwidth voiced sound marks become combining marks in NFKC and NFKD.
const TOO_MANY = new RegExp(`[\\p{M}\\uFF9E\\uFF9F]{${MAX_MARKS}}`, "gu");

/** A Unicode normalization form in about linear time for every text. */
export class BoundedNormalizer extends Normalizer {
  readonly #normalizer: Normalizer;

  constructor(normalizer: Normalizer) {
    super(normalizer.config);
    this.#normalizer = normalizer;
  }

  override normalize(text: string): string {
    return normalizeBounded(text, (part) => this.#normalizer.normalize(part));
  }
}

/** Normalizes a text in parts, none of which has more marks in a row. */
export function normalizeBounded(
  text: string,
  normalize: (part: string) => string,
): string {
  const parts: string[] = [];
  let start = 0;
  for (const { index, 0: marks } of text.matchAll(TOO_MANY)) {
    const end = index + marks.length;
    parts.push(normalize(text.slice(start, end)));
    start = end;
  }
  parts.push(normalize(text.slice(start)));
  return parts.join("");
}
