import type { ValidationFigures } from "../api/training_event.ts";
import { computeLane, throwIfAborted } from "../engine/compute_lane.ts";
import type { NativeTrainer } from "../native/trainer.ts";
import { countTargets, toBatches } from "./batches.ts";
import type { Dataset } from "./data/dataset.ts";

/** Options of {@linkcode evaluate}. */
export interface EvaluateOptions {
  /** At most so many rows, evenly spread over the data. @default all */
  rows?: number | undefined;
  /** Rows that are run at once. */
  microBatchSize: number;
  /** Stops between two groups of rows. */
  signal?: AbortSignal | undefined;
}

/**
 * The mean loss over a data set. Of a part of it, bits per byte count with the
 * mean bytes per token of the whole.
 *
 * @throws {MambaError} `aborted`
 */
export async function evaluate(
  native: NativeTrainer,
  dataset: Dataset,
  { rows: most = Infinity, microBatchSize, signal }: EvaluateOptions,
): Promise<ValidationFigures> {
  const count = Math.min(most, dataset.length);
  const row = (i: number) =>
    dataset.row(Math.floor(i * dataset.length / count));
  let [sum, tokens] = [0, 0];
  for (let at = 0; at < count; at += microBatchSize) {
    const length = Math.min(microBatchSize, count - at);
    const rows = Array.from({ length }, (_, i) => row(at + i));
    for (const batch of toBatches(rows, microBatchSize)) {
      throwIfAborted(signal);
      sum += await computeLane.run(() => native.evaluate(batch));
    }
    tokens += countTargets(rows);
  }
  const loss = sum / tokens;
  const { targetBytes, targetTokens } = dataset;
  return {
    loss,
    perplexity: Math.exp(loss),
    ...(targetBytes === undefined ? {} : {
      bitsPerByte: loss / Math.LN2 * targetTokens / targetBytes,
    }),
    tokens,
  };
}
