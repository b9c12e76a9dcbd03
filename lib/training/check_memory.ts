import { MambaError } from "../api/mamba_error.ts";
import { toNativeConfig } from "../engine/load_weights.ts";
import { trainingMemory } from "../native/trainer.ts";
import type { MambaConfig } from "../weights/mod.ts";
import { elementCount } from "../weights/checkpoint_tensor.ts";
import type { RowSizes } from "./batches.ts";

/** Options of {@linkcode checkMemory}. */
export interface MemoryOptions {
  config: MambaConfig;
  sizes: RowSizes;
  microBatchSize: number;
  /** Bytes that may be taken. @default what the system has */
  available?: number | undefined;
}

/**
 * What a run takes, in bytes: its training, and beside it one more copy of the
 * weights, which samples and checkpoints need. The data is in memory already.
 *
 * @throws {MambaError} `out_of_memory` if that is more than there is
 */
export function checkMemory(
  { config, sizes, microBatchSize, available = availableMemory() }:
    MemoryOptions,
): number {
  const estimate = (rows: number) =>
    trainingMemory(
      toNativeConfig(config),
      rows * sizes.tokens,
      rows * sizes.sequences,
    ) + weightBytes(config);
  const bytes = estimate(microBatchSize);
  if (available === undefined || bytes <= available) return bytes;
  const least = estimate(1);
  const gigabytes = (n: number) => `${(n / 1e9).toFixed(2)} GB`;
  const problem = `Cannot train: it takes ${gigabytes(bytes)} with ` +
    `${microBatchSize} rows of ${sizes.tokens} tokens at once, and ` +
    `${gigabytes(available)} are free`;
  throw new MambaError("out_of_memory", problem, {
    field: microBatchSize > 1 ? "microBatchSize" : "rowLength",
    hint: least <= available
      ? `Lower microBatchSize: one row at once takes ${gigabytes(least)}.`
      : `One row at once takes ${gigabytes(least)}: lower rowLength, or ` +
        "train a smaller model.",
  });
}

function weightBytes(config: MambaConfig): number {
  return config.tensors()
    .reduce((sum, { shape }) => sum + 4 * elementCount(shape), 0);
}

/** Undefined where Deno may not ask. */
function availableMemory(): number | undefined {
  try {
    return Deno.systemMemoryInfo().available;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}
