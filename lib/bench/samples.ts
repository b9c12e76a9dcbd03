/** Repeated measurements of one quantity. */
export interface Samples {
  mean: number;
  median: number;
  /** Standard deviation of the samples, 0 for a single one. */
  deviation: number;
  samples: number[];
}

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

/** `31.2 ± 0.4`, with as many digits as make sense. */
export function showSamples({ mean, deviation }: Samples): string {
  const digits = mean >= 100 ? 0 : mean >= 10 ? 1 : 2;
  return `${mean.toFixed(digits)} ± ${deviation.toFixed(digits)}`;
}
