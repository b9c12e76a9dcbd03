/**
 * The order in which rows are trained on: every pass has each row once, in an
 * order of its own that depends on the seed and the pass alone.
 */
export class EpochOrder {
  readonly #length: number;
  readonly #seed: number;
  #epoch = -1;
  #order = new Uint32Array();

  /** @param length rows of a pass, at least 1 */
  constructor(length: number, seed: number) {
    this.#length = length;
    this.#seed = seed;
  }

  /** The row at a position counted from the very beginning, over all passes. */
  row(position: number): number {
    const epoch = Math.floor(position / this.#length);
    if (epoch !== this.#epoch) {
      this.#order = shuffled(this.#length, this.#seed, epoch);
      this.#epoch = epoch;
    }
    return this.#order[position % this.#length]!;
  }
}

/** Fisher and Yates's shuffle of 0 … length − 1. */
function shuffled(length: number, seed: number, epoch: number): Uint32Array<
  ArrayBuffer
> {
  const next = smallFastCounter(seed, epoch);
  const order = Uint32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor(next() / 2 ** 32 * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** sfc32 of Chris Doty-Humphrey's PractRand: 32 random bits a call. */
function smallFastCounter(seed: number, stream: number): () => number {
  let a = seed >>> 0;
  let b = Math.floor(seed / 2 ** 32);
  let c = stream >>> 0;
  let counter = 1;
  const next = () => {
    const sum = (a + b + counter++) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0;
    return sum;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}
