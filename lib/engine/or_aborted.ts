import { throwIfAborted } from "./compute_lane.ts";

/** The promise's value, or an `aborted` error as soon as the signal fires. */
export async function orAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return await promise;
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const onAbort = () => resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const winner = await Promise.race([
      promise.then((value) => ({ value })),
      aborted,
    ]);
    if (winner !== undefined) return winner.value;
    throwIfAborted(signal);
    return await promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
