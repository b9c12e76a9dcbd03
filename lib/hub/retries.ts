import { MambaError } from "../api/mamba_error.ts";
import { hubError, throwIfCancelled, TransientError } from "./hub_error.ts";

/** How patient a download is. */
export interface RetryOptions {
  /** So many failures in a row are the end of it. @default 5 */
  attempts?: number;
  /** The first wait; each further one is twice as long. @default 500 */
  retryDelayMs?: number;
  /** Without a byte for so long, a connection is given up. @default 30000 */
  stallMs?: number;
}

/** No wait is longer, unless the server asks for it. */
const MAX_DELAY_MS = 30_000;

/** A server that asks for more is not waited for. */
const MAX_RETRY_AFTER_MS = 120_000;

/** Told before each wait. */
export type OnRetry = (reason: string, waitMs: number) => void;

/** Counts failures and waits between them, longer each time. */
export class Retries {
  readonly #what: string;
  readonly #options: Required<Omit<RetryOptions, "stallMs">>;
  readonly #onRetry: OnRetry | undefined;
  #failures = 0;

  /** @param what is tried, for the error: "fetch config.json of a/b" */
  constructor(what: string, options: RetryOptions = {}, onRetry?: OnRetry) {
    this.#what = what;
    this.#options = {
      attempts: options.attempts ?? 5,
      retryDelayMs: options.retryDelayMs ?? 500,
    };
    this.#onRetry = onRetry;
  }

  /** Something has been achieved: failures before it do not count. */
  progressed(): void {
    this.#failures = 0;
  }

  /**
   * Waits after a failure.
   *
   * @throws {MambaError} the failure itself if it will stay one; `network`
   * after too many of them; `aborted`
   */
  async after(error: unknown, signal: AbortSignal | undefined): Promise<void> {
    throwIfCancelled(signal);
    if (!(error instanceof TransientError)) throw error;
    const { attempts, retryDelayMs } = this.#options;
    const asked = error.retryAfterMs ?? 0;
    if (++this.#failures >= attempts || asked > MAX_RETRY_AFTER_MS) {
      throw hubError(
        `Cannot ${this.#what}: ${error.message}`,
        asked > MAX_RETRY_AFTER_MS
          ? `The server asks to wait ${Math.ceil(asked / 1000)} seconds.`
          : "Check the connection (HF_ENDPOINT, HTTPS_PROXY) and do it again: it goes on where it stopped.",
        error,
      );
    }
    const usual = Math.min(
      MAX_DELAY_MS,
      retryDelayMs * 2 ** (this.#failures - 1),
    );
    // Not all at once after a failure of the server's.
    const waitMs = Math.max(asked, usual * (0.75 + Math.random() / 2));
    this.#onRetry?.(error.message, waitMs);
    await pause(waitMs, signal);
  }
}

/** Does it until it goes well. */
export async function withRetries<T>(
  retries: Retries,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      await retries.after(error, signal);
    }
  }
}

/**
 * Waits.
 *
 * @throws {MambaError} `aborted` as soon as the signal fires
 */
export async function pause(
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  throwIfCancelled(signal);
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  const onAbort = () => resolve();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
  throwIfCancelled(signal);
}

/** `Retry-After` in milliseconds: seconds, or a date. */
export function parseRetryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  const ms = /^\s*\d+\s*$/.test(value)
    ? Number(value) * 1000
    : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** Whether an error is a cancellation. */
export function isCancellation(error: unknown): boolean {
  return error instanceof MambaError && error.code === "aborted";
}
