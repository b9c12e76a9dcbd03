/** A target that is none: the position counts in no loss. */
export { NO_TARGET } from "../../native/trainer.ts";

/** One row of a batch: sequences laid one after the other. */
export interface TrainingRow {
  /** (L): ids, all sequences of the row one after the other. */
  tokens: Uint32Array<ArrayBuffer>;
  /** (L): what each position should predict, or {@linkcode NO_TARGET}. */
  targets: Uint32Array<ArrayBuffer>;
  /** Lengths of the sequences, of sum L: each begins at the zero state. */
  counts: readonly number[];
}

/** What a model is trained or measured on, cut into rows. */
export interface Dataset {
  /** Number of rows. */
  readonly length: number;
  /** Targets in all rows. */
  readonly targetTokens: number;
  /** UTF-8 bytes that the targets stand for, if it is text. */
  readonly targetBytes?: number;
  /** Identifies the content, so that a resumed run can refuse other data. */
  readonly fingerprint: string;
  /**
   * A row. Its arrays may be views of the data: nobody writes to them.
   *
   * @param index from 0 to length − 1
   */
  row(index: number): TrainingRow;
}
