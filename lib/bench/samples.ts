import type { Samples } from "../api/bench.ts";

/** The middle one, or the mean of the two in the middle. */
export function medianOf(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const n = sorted.length;
  return (sorted[(n - 1) >> 1]! + sorted[n >> 1]!) / 2;
}

/** Mean, median and standard deviation. */
export function summarize(samples: readonly number[]): Samples {
  const n = samples.length;
  const mean = samples.reduce((sum, x) => sum + x, 0) / n;
  const squares = samples.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  const deviation = n > 1 ? Math.sqrt(squares / (n - 1)) : 0;
  return { mean, median: medianOf(samples), deviation, samples: [...samples] };
}

/**
 * The median of ours by theirs, each with what was measured beside it, so that
 * whatever else the machine did meets both.
 */
export function medianRatio(
  ours: readonly number[],
  theirs: readonly number[],
): number {
  return medianOf(ours.map((x, i) => x / theirs[i]!));
}

/** `31.2 ± 0.4`, with as many digits as make sense. */
export function showSamples(
  { mean, deviation }: Pick<Samples, "mean" | "deviation">,
): string {
  const digits = mean >= 100 ? 0 : mean >= 10 ? 1 : 2;
  return `${mean.toFixed(digits)} ± ${deviation.toFixed(digits)}`;
}
