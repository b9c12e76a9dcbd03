/** Tokens of a sequence that one call draws, at most. */
export const MOST_STEPS = 8;

/**
 * How long a call that draws several tokens may take, in milliseconds: that
 * late others get their turn, and a stop takes effect.
 */
const GROUP_MS = 25;

/**
 * Decides how many tokens a call draws. A GPU is told once for all of them, so
 * it does not wait for the host between two; but nobody else is served
 * meanwhile.
 */
export class DrawGroups {
  readonly #groupMs: number;
  #last: ReadonlySet<object> = new Set();
  /** Of one step of the last call. */
  #stepMs = Infinity;

  constructor(groupMs = GROUP_MS) {
    this.#groupMs = groupMs;
  }

  /**
   * How many tokens to draw of each of these sequences.
   *
   * @param sequences by their states
   * @param most tokens that none of them wants more than
   * @param alone whether nobody else waits
   */
  steps(
    sequences: readonly object[],
    most: number,
    alone: boolean,
  ): number {
    // Others that were in the last call come again soon: a long call now would
    // keep them from being decoded together.
    const same = sequences.length === this.#last.size &&
      sequences.every((state) => this.#last.has(state));
    if (!alone || !same) return 1;
    const fit = Math.floor(this.#groupMs / this.#stepMs);
    return Math.max(1, Math.min(fit, most, MOST_STEPS));
  }

  /** Tells what a call took. */
  took(sequences: readonly object[], steps: number, ms: number): void {
    this.#last = new Set(sequences);
    this.#stepMs = ms / steps;
  }
}
