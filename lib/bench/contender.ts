import type { BenchEngine, BenchTest } from "../api/bench.ts";

/** An engine with a model loaded, ready for tests. */
export interface Contender extends AsyncDisposable {
  readonly engine: BenchEngine;
  /** Where and with which instructions it computes. */
  readonly backend: string;
  /**
   * Runs a test once; what prepares it is not counted. Afterwards nothing of
   * the engine is awake.
   *
   * @returns milliseconds
   */
  run(test: BenchTest): Promise<number>;
  /** Logits of the last of some tokens, read at once from an empty state. */
  logits(tokens: Uint32Array): Promise<Float32Array<ArrayBuffer>>;
}

/** Ids that every model has, not the same ones again and again. */
export function someTokens(count: number, vocabSize: number): Uint32Array {
  return Uint32Array.from(
    { length: count },
    (_, i) => (i * 7919 + 13) % Math.min(vocabSize, 50_000),
  );
}

/** Tokens per second of a test that took so many milliseconds. */
export function rateOf(
  { tokens, sequences }: BenchTest,
  milliseconds: number,
): number {
  return 1000 * tokens * sequences / milliseconds;
}

/** The largest difference of logits, relative to the largest of the first. */
export function differenceOf(
  expected: Float32Array,
  actual: Float32Array,
): number {
  let scale = 0;
  let most = 0;
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]!));
    const apart = Math.abs(expected[i]! - actual[i]!);
    // A NaN is as far as anything can be.
    most = apart <= most ? most : Number.isNaN(apart) ? Infinity : apart;
  }
  return most / scale;
}
