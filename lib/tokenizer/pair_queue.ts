/** Pairs of symbols by how often they occur, the most frequent first. */
export class PairQueue {
  // A heap: each entry goes before the two at 2 i + 1 and 2 i + 2.
  readonly #counts: number[] = [];
  readonly #pairs: number[] = [];

  /** @param pair a number; of equal counts the lower pair goes first */
  push(pair: number, count: number): void {
    let at = this.#pairs.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBehind(parent, pair, count)) break;
      this.#put(at, this.#pairs[parent]!, this.#counts[parent]!);
      at = parent;
    }
    this.#put(at, pair, count);
  }

  /** Takes out the first entry. */
  pop(): { pair: number; count: number } | undefined {
    const pair = this.#pairs[0];
    const count = this.#counts[0];
    if (pair === undefined || count === undefined) return undefined;
    const lastPair = this.#pairs.pop()!;
    const lastCount = this.#counts.pop()!;
    if (this.#pairs.length > 0) this.#sink(lastPair, lastCount);
    return { pair, count };
  }

  #sink(pair: number, count: number): void {
    const size = this.#pairs.length;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      const other = child + 1;
      if (
        other < size &&
        this.#isBehind(child, this.#pairs[other]!, this.#counts[other]!)
      ) child = other;
      if (this.#isBehind(child, pair, count)) break;
      this.#put(at, this.#pairs[child]!, this.#counts[child]!);
      at = child;
    }
    this.#put(at, pair, count);
  }

  #isBehind(at: number, pair: number, count: number): boolean {
    const difference = this.#counts[at]! - count;
    return difference < 0 || (difference === 0 && this.#pairs[at]! > pair);
  }

  #put(at: number, pair: number, count: number): void {
    this.#pairs[at] = pair;
    this.#counts[at] = count;
  }
}
