import type { TrainingUpdate } from "../api/training_run.ts";

/** So many updates may wait for a reader who is slow. */
const MAX_WAITING = 500;

/** Sends a run's updates to everyone who listens. */
export class RunFeed {
  readonly #listeners = new Set<Listener>();
  readonly #snapshot: () => TrainingUpdate;
  #closed = false;

  /** @param snapshot all that was told until now, as one update */
  constructor(snapshot: () => TrainingUpdate) {
    this.#snapshot = snapshot;
  }

  /** Tells everyone. */
  publish(update: TrainingUpdate): void {
    for (const listener of this.#listeners) {
      listener.waiting.push(update);
      if (listener.waiting.length > MAX_WAITING) {
        // What a slow reader has missed is in the next snapshot.
        listener.told = false;
      }
      if (!listener.told) listener.waiting = [];
      listener.wake();
    }
  }

  /** Ends all streams when they have told what they have. */
  close(): void {
    this.#closed = true;
    for (const listener of this.#listeners) listener.wake();
  }

  /** A snapshot and everything after it, until the feed or the signal ends. */
  async *listen(
    signal: AbortSignal,
  ): AsyncGenerator<TrainingUpdate, void, undefined> {
    const listener: Listener = { waiting: [], told: false, wake: () => {} };
    const onAbort = () => listener.wake();
    signal.addEventListener("abort", onAbort);
    this.#listeners.add(listener);
    try {
      while (!signal.aborted) {
        const next = listener.told
          ? listener.waiting.shift()
          : this.#snapshot();
        listener.told = true;
        if (next !== undefined) yield next;
        else if (this.#closed) return;
        else {
          await new Promise<void>((resolve) => {
            listener.wake = resolve;
            if (signal.aborted || this.#closed) resolve();
          });
        }
      }
    } finally {
      this.#listeners.delete(listener);
      signal.removeEventListener("abort", onAbort);
    }
  }
}

interface Listener {
  waiting: TrainingUpdate[];
  /** Whether it has a snapshot that the waiting updates go on from. */
  told: boolean;
  wake: () => void;
}
