/** Runs the jobs, as many at a time as there are processors. */
export async function inParallel<T>(
  jobs: T[],
  work: (job: T) => Promise<void>,
): Promise<void> {
  const rest = jobs.values();
  let failed = false;
  const worker = async () => {
    for (const job of rest) {
      if (failed) return;
      try {
        await work(job);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const count = Math.min(jobs.length, navigator.hardwareConcurrency);
  const results = await Promise.allSettled(
    Array.from({ length: count }, worker),
  );
  const bad = results.find((result) => result.status === "rejected");
  if (bad !== undefined) throw bad.reason;
}
