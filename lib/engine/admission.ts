import { MambaError } from "../api/mamba_error.ts";
import { throwIfAborted } from "./compute_lane.ts";

/** Lets a bounded number of jobs run, and a bounded number wait in order. */
export class Admission {
  readonly #maxActive: number;
  readonly #maxWaiting: number;
  #active = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(maxActive: number, maxWaiting: number) {
    this.#maxActive = maxActive;
    this.#maxWaiting = maxWaiting;
  }

  get active(): number {
    return this.#active;
  }

  get queued(): number {
    return this.#waiting.length;
  }

  /**
   * Whether {@linkcode enter} would have to wait.
   *
   * @throws {MambaError} `busy` if not even that
   */
  mustWait(): boolean {
    if (this.#active < this.#maxActive) return false;
    if (this.#waiting.length < this.#maxWaiting) return true;
    throw new MambaError(
      "busy",
      `Cannot start: ${this.#waiting.length} requests are waiting already`,
      { hint: "Try again in a moment." },
    );
  }

  /**
   * Waits for a place.
   *
   * @returns gives the place back; call it once
   * @throws {MambaError} `busy` if the queue is full, `aborted`
   */
  async enter(signal?: AbortSignal): Promise<() => void> {
    throwIfAborted(signal);
    if (this.mustWait()) await this.#wait(signal);
    else this.#active++;
    return () => this.#leave();
  }

  /** Hands the place to the next, who is then active without a gap. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#active--;
    else next();
  }

  async #wait(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let called = false;
    const call = () => {
      called = true;
      resolve();
    };
    const onAbort = () => {
      const at = this.#waiting.indexOf(call);
      if (at >= 0) this.#waiting.splice(at, 1);
      resolve();
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#waiting.push(call);
    await promise;
    signal?.removeEventListener("abort", onAbort);
    if (!signal?.aborted) return;
    // Either nobody gave us a place, or it goes to the next.
    if (called) this.#leave();
    throwIfAborted(signal);
  }
}
