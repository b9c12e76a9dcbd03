import { MambaError } from "../api/mamba_error.ts";

/**
 * Lets one native computation run at a time, first come first served: two
 * models that compute at once would only take the cores from each other.
 */
export class ComputeLane {
  #last: Promise<unknown> = Promise.resolve();
  #asked = 0;

  /** Whether work waits behind that which runs. */
  get isWanted(): boolean {
    return this.#asked > 1;
  }

  /** Runs `work` after everything that asked before it. */
  run<T>(work: () => Promise<T>): Promise<T> {
    this.#asked++;
    const result = this.#last.then(work);
    this.#last = result.catch(() => {}).finally(() => this.#asked--);
    return result;
  }
}

/** The process's one lane. */
export const computeLane = new ComputeLane();

/** Throws `aborted` if the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new MambaError("aborted", "Stopped on request", {
      cause: signal.reason,
    });
  }
}
