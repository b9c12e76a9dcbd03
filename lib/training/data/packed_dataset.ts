import { invalidArgument, showValue } from "../../api/invalid_argument.ts";
import type { Dataset, TrainingRow } from "./dataset.ts";
import type { TokenizedText } from "./tokenized_text.ts";

/** Options of {@linkcode PackedDataset}. */
export interface PackedDatasetOptions {
  /** Tokens of a row; the last one may be shorter. */
  rowLength: number;
  /** At most so many rows, the first ones. @default all */
  maxRows?: number | undefined;
}

/**
 * Documents one behind the other, cut into rows. A document of n tokens gives
 * n + 1 positions: the end-of-text id predicts the first token, each token the
 * next, and the last one the end of the text, so that every token is a target
 * once. A sequence begins with each document and with each row; a document
 * goes on in the next row at the zero state.
 */
export class PackedDataset implements Dataset {
  readonly length: number;
  readonly targetTokens: number;
  readonly targetBytes: number;
  readonly fingerprint: string;
  readonly #text: TokenizedText;
  readonly #rowLength: number;

  constructor(
    text: TokenizedText,
    { rowLength, maxRows = Infinity }: PackedDatasetOptions,
  ) {
    if (!Number.isInteger(rowLength) || rowLength < 1) {
      throw invalidArgument(
        "rowLength",
        `${showValue(rowLength)} is not a positive integer`,
      );
    }
    // The last id is a target only.
    const positions = text.ids.length - 1;
    this.#text = text;
    this.#rowLength = rowLength;
    this.length = Math.min(Math.ceil(positions / rowLength), maxRows);
    this.targetTokens = Math.min(positions, this.length * rowLength);
    this.targetBytes = countBytes(text, this.targetTokens);
    this.fingerprint = `${text.fingerprint}-${rowLength}x${this.length}`;
  }

  row(index: number): TrainingRow {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) {
      throw invalidArgument(
        "index",
        `${showValue(index)} is not a row from 0 to ${this.length - 1}`,
      );
    }
    const { ids, starts } = this.#text;
    const start = index * this.#rowLength;
    const end = Math.min(start + this.#rowLength, ids.length - 1);
    const counts: number[] = [];
    let from = start;
    for (let i = firstAfter(starts, start); starts[i]! < end; i++) {
      counts.push(starts[i]! - from);
      from = starts[i]!;
    }
    counts.push(end - from);
    return {
      tokens: ids.subarray(start, end),
      targets: ids.subarray(start + 1, end + 1),
      counts,
    };
  }
}

/** Bytes that the first targets stand for. */
function countBytes(
  { ids, byteLengths }: TokenizedText,
  targets: number,
): number {
  let bytes = 0;
  for (let i = 1; i <= targets; i++) bytes += byteLengths[ids[i]!]!;
  return bytes;
}

/** The index of the first number above a limit, of ascending ones. */
function firstAfter(numbers: Uint32Array, limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
