/** Losses that a new one is compared with. */
const WINDOW = 64;

/** Fewer say too little of how losses vary. */
const ENOUGH = 16;

const DEVIATIONS = 6;
const RATIO = 1.3;
/** Natural logarithm: near a loss of 0 a single hard row is a high ratio. */
const MARGIN = 0.5;

/**
 * Notices a loss that does not belong to those before: one that lies more than
 * six standard deviations, 30 % and 0.5 above the mean of the last 64.
 */
export class SpikeDetector {
  readonly #losses: number[];

  /** @param losses what {@linkcode losses} gave, to go on from there */
  constructor(losses: readonly number[] = []) {
    this.#losses = [...losses];
  }

  /** All that it remembers. */
  get losses(): readonly number[] {
    return this.#losses;
  }

  /** Why a loss is wrong; undefined if it is not. */
  problem(loss: number, warmingUp: boolean): string | undefined {
    if (!Number.isFinite(loss)) return `the loss is ${loss}`;
    const n = this.#losses.length;
    if (warmingUp || n < ENOUGH) return undefined;
    const mean = this.#losses.reduce((sum, each) => sum + each, 0) / n;
    const variance = this.#losses
      .reduce((sum, each) => sum + (each - mean) ** 2, 0) / n;
    const limit = Math.max(
      mean + DEVIATIONS * Math.sqrt(variance),
      RATIO * mean,
      mean + MARGIN,
    );
    if (loss <= limit) return undefined;
    return `the loss jumped to ${loss.toPrecision(4)}, ` +
      `the mean of the ${n} steps before is ${mean.toPrecision(4)}`;
  }

  /** Remembers a loss that was right. */
  add(loss: number): void {
    this.#losses.push(loss);
    if (this.#losses.length > WINDOW) this.#losses.shift();
  }
}
