import { type NativeTrainingBatch, NO_TARGET } from "../native/trainer.ts";
import { concatenateIds } from "../tokenizer/concatenate_ids.ts";
import type { Dataset, TrainingRow } from "./data/dataset.ts";

/** The largest row of a data set. */
export interface RowSizes {
  tokens: number;
  /** Sequences of the row that has most. */
  sequences: number;
}

/** Looks at every row. */
export function measureRows(dataset: Dataset): RowSizes {
  let [tokens, sequences] = [0, 0];
  for (let i = 0; i < dataset.length; i++) {
    const row = dataset.row(i);
    tokens = Math.max(tokens, row.tokens.length);
    sequences = Math.max(sequences, row.counts.length);
  }
  return { tokens, sequences };
}

/** Targets that are to be learned. */
export function countTargets(rows: readonly TrainingRow[]): number {
  let count = 0;
  for (const { targets } of rows) {
    for (let i = 0; i < targets.length; i++) {
      if (targets[i] !== NO_TARGET) count++;
    }
  }
  return count;
}

/** Rows in groups of at most `size`, each as one batch. */
export function* toBatches(
  rows: readonly TrainingRow[],
  size: number,
): Generator<NativeTrainingBatch> {
  for (let at = 0; at < rows.length; at += size) {
    const group = rows.slice(at, at + size);
    yield {
      counts: Uint32Array.from(group.flatMap(({ counts }) => counts)),
      tokens: concatenateIds(group.map(({ tokens }) => tokens)),
      targets: concatenateIds(group.map(({ targets }) => targets)),
    };
  }
}
