/** How far back the rate looks, in milliseconds. */
const WINDOW_MS = 5000;

/** The rate of the last seconds. */
export class TransferRate {
  readonly #now: () => number;
  #samples: { at: number; bytes: number }[] = [];

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** @param bytes that there are now, all together */
  sample(bytes: number): void {
    const at = this.#now();
    const last = this.#samples.at(-1);
    // Back to the beginning of a file: what was measured means nothing.
    if (last !== undefined && bytes < last.bytes) this.#samples = [];
    this.#samples.push({ at, bytes });
    while (this.#samples.length > 2 && at - this.#samples[0]!.at > WINDOW_MS) {
      this.#samples.shift();
    }
  }

  /** Undefined before there is anything to measure. */
  get bytesPerSecond(): number | undefined {
    const first = this.#samples[0], last = this.#samples.at(-1);
    if (first === undefined || last === undefined) return undefined;
    const seconds = (last.at - first.at) / 1000;
    return seconds < 0.2 ? undefined : (last.bytes - first.bytes) / seconds;
  }
}
