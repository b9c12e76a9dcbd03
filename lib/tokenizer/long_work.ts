import { MambaError } from "../api/mamba_error.ts";

/** How long the event loop may wait for a pause, in milliseconds. */
const PAUSE_MS = 50;

/** Work that takes long: others get their turn, and a signal can end it. */
export class LongWork {
  readonly #signal: AbortSignal | undefined;
  #since = performance.now();

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  /**
   * Lets the event loop run, if it has not done so for a while.
   *
   * @throws {MambaError} `aborted`
   */
  async pause(): Promise<void> {
    if (performance.now() - this.#since >= PAUSE_MS) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      this.#since = performance.now();
    }
    if (!this.#signal?.aborted) return;
    throw new MambaError("aborted", "Stopped on request", {
      cause: this.#signal.reason,
    });
  }
}
