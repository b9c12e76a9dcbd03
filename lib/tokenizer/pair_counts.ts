import { MAX_ID_COUNT } from "./merge_table.ts";
import { PairQueue } from "./pair_queue.ts";

/** Two neighbouring symbols. */
export interface CountedPair {
  left: number;
  right: number;
  count: number;
}

interface Occurrences {
  count: number;
  /** Where the left one is or has been. */
  positions: number[];
}

/** How often each pair of neighbours occurs, kept up to date. */
export class PairCounts {
  readonly #pairs = new Map<number, Occurrences>();
  readonly #queue = new PairQueue();
  /** Pairs that have grown since they were last put in the queue. */
  readonly #grown = new Set<number>();

  /** One more place, which counts `weight` times. */
  add(left: number, right: number, weight: number, position: number): void {
    const pair = left * MAX_ID_COUNT + right;
    this.#grown.add(pair);
    const known = this.#pairs.get(pair);
    if (known === undefined) {
      this.#pairs.set(pair, { count: weight, positions: [position] });
      return;
    }
    known.count += weight;
    known.positions.push(position);
  }

  /** One place less. It stays in the list of positions. */
  subtract(left: number, right: number, weight: number): void {
    const known = this.#pairs.get(left * MAX_ID_COUNT + right);
    if (known !== undefined) known.count -= weight;
  }

  /** The most frequent pair, of these the one with the lowest symbols. */
  first(): CountedPair | undefined {
    for (const pair of this.#grown) {
      this.#queue.push(pair, this.#pairs.get(pair)!.count);
    }
    this.#grown.clear();
    for (;;) {
      const top = this.#queue.pop();
      if (top === undefined) return undefined;
      const count = this.#pairs.get(top.pair)?.count ?? 0;
      if (count === top.count) {
        const right = top.pair % MAX_ID_COUNT;
        return { left: (top.pair - right) / MAX_ID_COUNT, right, count };
      }
      // It has lost places since: behind others, or nowhere any more.
      if (count > 0) this.#queue.push(top.pair, count);
      else this.#pairs.delete(top.pair);
    }
  }

  /**
   * Forgets a pair; returns where it was, and where it no longer is. Where the
   * two are the same symbol, and so places may overlap, these ascend.
   */
  take({ left, right }: CountedPair): readonly number[] {
    const pair = left * MAX_ID_COUNT + right;
    const positions = this.#pairs.get(pair)?.positions ?? [];
    this.#pairs.delete(pair);
    return positions;
  }
}
