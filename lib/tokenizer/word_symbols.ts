import { type CountedPair, PairCounts } from "./pair_counts.ts";

const GONE = -1;
const encoder = new TextEncoder();

/**
 * Different words with their counts, as symbols: bytes at first, merged pair
 * by pair. A merge takes time for the places where the pair occurs, not for
 * the length of the text.
 */
export class WordSymbols {
  /** How often the neighbours in the words occur in the text. */
  readonly pairs = new PairCounts();
  // By position; the words lie one after the other.
  readonly #symbols: Int32Array;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #weights: Float64Array;

  /** @param symbolOfByte (256) */
  constructor(
    counts: ReadonlyMap<string, number>,
    symbolOfByte: readonly number[],
  ) {
    const words = Array.from(counts, ([word, count]) => ({
      bytes: encoder.encode(word),
      count,
    }));
    const size = words.reduce((sum, { bytes }) => sum + bytes.length, 0);
    this.#symbols = new Int32Array(size);
    this.#next = new Int32Array(size);
    this.#previous = new Int32Array(size);
    this.#weights = new Float64Array(size);
    let start = 0;
    for (const { bytes, count } of words) {
      const end = start + bytes.length;
      for (let at = start; at < end; at++) {
        this.#symbols[at] = symbolOfByte[bytes[at - start]!]!;
        this.#next[at] = at + 1 < end ? at + 1 : GONE;
        this.#previous[at] = at > start ? at - 1 : GONE;
        this.#weights[at] = count;
      }
      start = end;
    }
    for (let at = 0; at < size; at++) this.#addPair(at);
  }

  /** Puts one symbol in the place of a pair, from left to right. */
  merge(pair: CountedPair, symbol: number): void {
    for (const at of this.pairs.take(pair)) {
      const gone = this.#next[at]!;
      const isThere = this.#symbols[at] === pair.left && gone >= 0 &&
        this.#symbols[gone] === pair.right;
      if (!isThere) continue;
      const before = this.#previous[at]!;
      const after = this.#next[gone]!;
      if (before >= 0) this.#subtractPair(before);
      if (after >= 0) this.#subtractPair(gone);
      this.#symbols[at] = symbol;
      this.#symbols[gone] = GONE;
      this.#next[at] = after;
      if (after >= 0) this.#previous[after] = at;
      if (before >= 0) this.#addPair(before);
      this.#addPair(at);
    }
  }

  #addPair(at: number): void {
    const next = this.#next[at]!;
    if (next < 0) return;
    const weight = this.#weights[at]!;
    this.pairs.add(this.#symbols[at]!, this.#symbols[next]!, weight, at);
  }

  #subtractPair(at: number): void {
    const right = this.#symbols[this.#next[at]!]!;
    this.pairs.subtract(this.#symbols[at]!, right, this.#weights[at]!);
  }
}
