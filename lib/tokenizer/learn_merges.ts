import { BYTE_CHARACTERS } from "./byte_alphabet.ts";
import type { LongWork } from "./long_work.ts";
import { WordSymbols } from "./word_symbols.ts";

/** Options of {@linkcode learnMerges}. */
export interface LearnMergesOptions {
  /** Tokens in all, those of the bytes and special ones included. */
  vocabSize: number;
  /** Pairs that occur less often are not merged. */
  minFrequency: number;
  /** They have the first ids. */
  specialTokens: readonly string[];
  work: LongWork;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** A vocabulary that was learned. */
export interface LearnedMerges {
  /** By id: special tokens, bytes, merged ones, in the byte alphabet. */
  tokens: readonly string[];
  /** In the order in which they were learned. */
  merges: readonly (readonly [string, string])[];
}

/**
 * Byte-pair encoding (Sennrich et al. 2016, arXiv:1508.07909): merges the most
 * frequent pair of neighbours in words, again and again. Of equally frequent
 * pairs the one of lower ids goes first, so that equal texts give equal merges.
 *
 * @param words how often each one occurs
 */
export async function learnMerges(
  words: ReadonlyMap<string, number>,
  options: LearnMergesOptions,
): Promise<LearnedMerges> {
  const { vocabSize, minFrequency, specialTokens, work, onProgress } = options;
  const special = new Set(specialTokens);
  const tokens = [...special, ...BYTE_CHARACTERS.toSorted()];
  const merges: [string, string][] = [];
  const symbolOfByte = BYTE_CHARACTERS.map((token) => tokens.indexOf(token));
  const symbols = new WordSymbols(words, symbolOfByte);
  while (tokens.length < vocabSize) {
    const pair = symbols.pairs.first();
    if (pair === undefined || pair.count < minFrequency) break;
    const halves = [tokens[pair.left]!, tokens[pair.right]!] as const;
    const token = halves.join("");
    if (special.has(token)) {
      symbols.pairs.take(pair);
      continue;
    }
    // No other pair becomes the same token: whatever lies around a piece of
    // text that no token crosses, it is merged in the same order.
    merges.push([...halves]);
    symbols.merge(pair, tokens.push(token) - 1);
    onProgress?.(tokens.length, vocabSize);
    await work.pause();
  }
  return { tokens, merges };
}
