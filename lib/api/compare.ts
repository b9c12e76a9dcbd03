import type { DeviceName, DtypeName } from "./device_info.ts";
import type { ApiError, GenerateEvent } from "./generate_event.ts";
import type { RunResult } from "./run_result.ts";
import type { SamplingOptions } from "./sampling_options.ts";

/** A comparison has at most so many columns, and at least two. */
export const MAX_COLUMNS = 4;

/**
 * What the models do with the prompt: each writes its own continuation, or all
 * read the same text in lock-step.
 */
export type CompareMode = "write" | "read";

/** Sampling options that a column may have of its own. */
export const OWN_SAMPLING = ["temperature", "topK", "topP", "seed"] as const;

/** A column of a comparison: a model, and how it is loaded. */
export interface CompareColumn {
  /** A model's id. */
  model: string;
  /** @default the server's own */
  device?: "auto" | DeviceName;
  /** The format to keep the weights in. @default as stored */
  dtype?: DtypeName;
  /** What this column alone does differently. @default what all do */
  sampling?: Pick<SamplingOptions, typeof OWN_SAMPLING[number]>;
}

/** What `POST /api/compare` answers; the sampling options are for all columns. */
export interface CompareRequest extends SamplingOptions {
  /** @default "write" */
  mode?: CompareMode;
  /** The text to continue, or to read. */
  prompt: string;
  columns: CompareColumn[];
}

/** A token that a model has read, and what it had expected. */
export interface ReadToken {
  /** May be empty while a character is incomplete. */
  text: string;
  /** Natural logarithm of its probability; the first token has none. */
  logprob?: number;
  /** The token that was likeliest here. */
  top?: string;
  topLogprob?: number;
  /**
   * KL divergence in nats, from the first column's distribution to this one's;
   * only where the two have one tokenizer.
   */
  kl?: number;
  /** Whether the first column's likeliest token is another. */
  differs?: boolean;
}

/** What a column is compared with the first one by. */
export interface ReadDivergence {
  /** Means over the tokens that have a divergence, in nats. */
  meanKl: number;
  maxKl: number;
  /** Tokens for which the two like another one best, and of how many. */
  disagreements: number;
  tokens: number;
}

/** A text that a model has read. */
export interface Reading {
  tokens: ReadToken[];
  /** Of the tokens that have a probability. */
  meanLogprob?: number;
  perplexity?: number;
  /** Comparable whatever the tokenizers. */
  bitsPerByte?: number;
  divergence?: ReadDivergence;
  /** Why there is no divergence from the first column. */
  incomparable?: string;
}

/** What is told while a column reads. */
export type ReadEvent =
  | { type: "reading"; tokens: ReadToken[] }
  | ({ type: "read" } & Omit<Reading, "tokens">);

/** What a comparison tells: first the seed and the record, then its columns. */
export type CompareEvent =
  | { type: "begin"; seed: number }
  | { type: "kept"; id: number }
  | { type: "unkept"; error: ApiError }
  | { type: "column"; column: number; event: GenerateEvent | ReadEvent };

/** All that a column told. */
export interface CompareResult extends RunResult {
  reading?: Reading;
}

/** Which column a reader found best. */
export type CompareVote = number | "tie";

/** A comparison as it is kept and exported. */
export interface CompareRecord {
  /** With the seed that was drawn, if it had none. */
  request: CompareRequest;
  /** One for each column. */
  columns: CompareResult[];
  vote?: CompareVote;
}

/** What votes call a column: the model, and the format if one was asked for. */
export function columnLabel({ model, dtype }: CompareColumn): string {
  return dtype === undefined ? model : `${model} (${dtype})`;
}
