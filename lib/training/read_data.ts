import { invalidArgument } from "../api/invalid_argument.ts";
import type { Tokenizer } from "../tokenizer/mod.ts";
import type { Dataset } from "./data/dataset.ts";
import { PackedDataset } from "./data/packed_dataset.ts";
import { readDocuments } from "./data/read_documents.ts";
import { tokenizeDocuments } from "./data/tokenized_text.ts";

/** Options of {@linkcode readData}. */
export interface ReadDataOptions {
  tokenizer: Tokenizer | undefined;
  rowLength: number;
  /** Told in bytes how much is read. */
  onPreparing?:
    | ((stage: string, done: number, total: number) => void)
    | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Texts as rows to train on.
 *
 * @param field what the caller calls the paths
 */
export async function readData(
  field: "data" | "validation",
  paths: readonly string[],
  { tokenizer, rowLength, onPreparing, signal }: ReadDataOptions,
): Promise<Dataset> {
  if (paths.length === 0) {
    throw invalidArgument(
      field,
      "it is missing",
      "Give the path of a text file, or of a folder of them.",
    );
  }
  if (tokenizer === undefined) {
    throw invalidArgument(
      "tokenizer",
      "it is missing, and so is the model's own",
      "Give a folder with a tokenizer.json.",
    );
  }
  const documents = readDocuments(paths, {
    signal,
    onProgress: (done, total) => onPreparing?.(field, done, total),
  });
  const text = await tokenizeDocuments(documents, tokenizer, { signal });
  return new PackedDataset(text, { rowLength });
}
