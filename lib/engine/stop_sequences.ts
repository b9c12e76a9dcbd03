/** What {@linkcode StopSequences.push} knows of the text so far. */
export interface StopResult {
  /** The text that is certain not to be part of a stop string. */
  text: string;
  /** The stop string that ended the text. */
  matched?: string;
}

/** How far a stop string has matched. */
interface Candidate {
  stop: string;
  /** `failures[i]`: length of the longest border of the first i + 1 units. */
  failures: Int32Array;
  /** How many of its units the text so far ends with. */
  length: number;
}

/**
 * Looks for stop strings in a text that comes in pieces. The match that begins
 * first ends the text, the longest of those that begin together, wherever the
 * pieces are cut. Text is held back only while it may still be part of a
 * match. The time is linear in the text for each stop string.
 */
export class StopSequences {
  readonly #candidates: Candidate[];
  /** Text that was pushed but not returned. */
  #held = "";
  /** Where in the whole text that begins. */
  #start = 0;
  /** How much of the whole text has been looked at. */
  #end = 0;
  /** The best match; one that begins before it may still come. */
  #best: { stop: string; start: number } | undefined;
  #matched: string | undefined;

  /** @param stops the strings; empty ones never match */
  constructor(stops: readonly string[]) {
    this.#candidates = [...new Set(stops)]
      .filter((stop) => stop !== "")
      .map((stop) => ({ stop, failures: failuresOf(stop), length: 0 }));
  }

  /** The stop string that ended the text, if one did. */
  get matched(): string | undefined {
    return this.#matched;
  }

  /** Takes the next piece of the text. After a match it drops everything. */
  push(text: string): StopResult {
    if (this.#matched !== undefined) {
      return { text: "", matched: this.#matched };
    }
    this.#held += text;
    for (let i = 0; i < text.length; i++) {
      this.#end++;
      for (const candidate of this.#candidates) {
        this.#advance(candidate, text.charCodeAt(i));
      }
      if (this.#best !== undefined && this.#open() > this.#best.start) {
        return this.#finish(this.#best);
      }
    }
    return { text: this.#release(Math.min(this.#open(), this.#bestStart())) };
  }

  /**
   * The text that was held back, when no more comes. It is cut at a match that
   * a longer one could have replaced; then {@linkcode matched} tells it.
   */
  flush(): string {
    if (this.#matched !== undefined) return "";
    if (this.#best !== undefined) return this.#finish(this.#best).text;
    return this.#release(this.#end);
  }

  #advance(candidate: Candidate, unit: number): void {
    const { stop, failures } = candidate;
    let { length } = candidate;
    while (length > 0 && stop.charCodeAt(length) !== unit) {
      length = failures[length - 1]!;
    }
    if (stop.charCodeAt(length) === unit) length++;
    if (length === stop.length) {
      const start = this.#end - length;
      const longer = start === this.#best?.start &&
        length > this.#best.stop.length;
      if (start < this.#bestStart() || longer) this.#best = { stop, start };
      length = failures[length - 1]!;
    }
    candidate.length = length;
  }

  /** Where the first match that is still incomplete begins. */
  #open(): number {
    let length = 0;
    for (const candidate of this.#candidates) {
      if (candidate.length > length) length = candidate.length;
    }
    return this.#end - length;
  }

  #bestStart(): number {
    return this.#best?.start ?? Infinity;
  }

  #finish({ stop, start }: { stop: string; start: number }): StopResult {
    this.#matched = stop;
    const text = this.#release(start);
    this.#held = "";
    return { text, matched: stop };
  }

  /** The held text up to a position of the whole text. */
  #release(position: number): string {
    const length = position - this.#start;
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    this.#start = position;
    return text;
  }
}

function failuresOf(stop: string): Int32Array {
  const failures = new Int32Array(stop.length);
  for (let i = 1, length = 0; i < stop.length; i++) {
    while (length > 0 && stop[i] !== stop[length]) {
      length = failures[length - 1]!;
    }
    if (stop[i] === stop[length]) length++;
    failures[i] = length;
  }
  return failures;
}
