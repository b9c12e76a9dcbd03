/** Ids stay below this, so that a pair of them is an exact number. */
export const MAX_ID_COUNT = 2 ** 22;

/** What two neighbours become. */
interface Merge {
  /** Lower ones go first. */
  rank: number;
  id: number;
}

/** The merges of byte-pair encoding, and how they are applied. */
export class MergeTable {
  readonly #merges = new Map<number, Merge>();

  /** The later a merge is added, the later it is applied. */
  add(left: number, right: number, id: number): void {
    const pair = left * MAX_ID_COUNT + right;
    const rank = this.#merges.size;
    if (!this.#merges.has(pair)) this.#merges.set(pair, { rank, id });
  }

  /**
   * Merges neighbours, lowest rank first and leftmost first within a rank,
   * until nothing can be merged. Takes n log n steps for n symbols, however
   * they are spread.
   *
   * @param ids the symbols, at most 2^30 of them
   */
  apply(ids: readonly number[]): number[] {
    const symbols = Int32Array.from(ids);
    const next = Int32Array.from(ids, (_, i) => i + 1);
    const previous = Int32Array.from(ids, (_, i) => i - 1);
    const queue = new Heap();
    const count = ids.length;
    const mergeAt = (at: number): Merge | undefined => {
      const after = next[at]!;
      if (after >= count) return undefined;
      return this.#merges.get(symbols[at]! * MAX_ID_COUNT + symbols[after]!);
    };
    const offer = (at: number) => {
      const merge = mergeAt(at);
      if (merge !== undefined) queue.push(merge.rank * count + at);
    };
    for (let at = 0; at + 1 < count; at++) offer(at);
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
      const at = key % count;
      const merge = symbols[at] === GONE ? undefined : mergeAt(at);
      // The pair may have changed since it was offered.
      if (merge === undefined || merge.rank * count + at !== key) continue;
      const gone = next[at]!;
      const after = next[gone]!;
      symbols[at] = merge.id;
      symbols[gone] = GONE;
      next[at] = after;
      if (after < count) previous[after] = at;
      offer(at);
      if (previous[at]! >= 0) offer(previous[at]!);
    }
    return Array.from(symbols.filter((id) => id !== GONE));
  }
}

const GONE = -1;

/** Numbers, least first. */
class Heap {
  readonly #keys: number[] = [];

  push(key: number): void {
    const keys = this.#keys;
    let at = keys.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (keys[parent]! <= key) break;
      keys[at] = keys[parent]!;
      at = parent;
    }
    keys[at] = key;
  }

  pop(): number | undefined {
    const keys = this.#keys;
    const least = keys[0];
    const last = keys.pop();
    if (keys.length === 0 || last === undefined) return least;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= keys.length) break;
      if (child + 1 < keys.length && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= last) break;
      keys[at] = keys[child]!;
      at = child;
    }
    keys[at] = last;
    return least;
  }
}
