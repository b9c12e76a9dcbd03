/** How far a piece of work is. */
export interface Progress {
  done: number;
  total: number;
}

/**
 * Runs work that reports progress to a callback, as a generator that yields
 * the reports. Reports that nobody has taken yet are replaced by newer ones.
 *
 * @returns (at the end) the work's result
 */
export async function* withProgress<T>(
  work: (report: (done: number, total: number) => void) => Promise<T>,
): AsyncGenerator<Progress, T, undefined> {
  let latest: Progress | undefined;
  let wake = Promise.withResolvers<void>();
  const result = work((done, total) => {
    latest = { done, total };
    wake.resolve();
  });
  const settled = result.then(() => true, () => true);
  for (;;) {
    const ended = await Promise.race([settled, wake.promise]);
    if (latest !== undefined) {
      const progress: Progress = latest;
      latest = undefined;
      wake = Promise.withResolvers<void>();
      yield progress;
    }
    if (ended) return await result;
  }
}
