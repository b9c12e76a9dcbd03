import { MambaError } from "../api/mamba_error.ts";
import type { NativeState } from "../native/state.ts";
import { scoreLogits } from "../native/score.ts";
import type { Tokenizer } from "../tokenizer/mod.ts";
import { computeLane, throwIfAborted } from "./compute_lane.ts";
import { LogprobStatistics } from "./logprob_statistics.ts";
import type { MambaState } from "./mamba_state.ts";
import type { PerplexityOptions } from "./model_options.ts";
import type { Scheduler } from "./scheduler.ts";

/**
 * How well a model predicts a text. With x the log probabilities of its n
 * predicted tokens, m their mean and s² = Σ (x − m)² / (n − 1), the standard
 * error of m is s / √n: it takes the tokens for independent, which neighbours
 * are not quite, and is absent for n = 1. The other errors are first order in
 * it (delta method). Probabilities are those of the softmax over the whole
 * head, the padding of the vocabulary included, as in training.
 */
export interface Perplexity {
  /** e^−m: as unsure as among so many tokens of the same probability. */
  perplexity: number;
  /** Standard error of `perplexity`: perplexity · standardError. */
  perplexityError?: number;
  /**
   * −n · m / (bytes · ln 2): comparable between models whatever their
   * tokenizers. Absent where no bytes are known.
   */
  bitsPerByte?: number;
  /** Standard error of `bitsPerByte`: n · standardError / (bytes · ln 2). */
  bitsPerByteError?: number;
  /** m, in nats per token. */
  meanLogprob: number;
  /** Standard error of `meanLogprob`. */
  standardError?: number;
  /** n, the predicted tokens: without a state, all but the first. */
  tokens: number;
  /**
   * UTF-8 bytes that the predicted tokens stand for; special ones, such as
   * `<|endoftext|>`, stand for none. Absent without a tokenizer.
   */
  bytes?: number;
  /** Tokens fed per second, without the time of the tokenizer. */
  tokensPerSecond: number;
}

/** What to measure, and with what. */
export interface PerplexityJob {
  scheduler: Scheduler;
  /** Rows of the head, padding included. */
  vocabSize: number;
  tokenizer: Tokenizer | undefined;
  ids: Uint32Array<ArrayBuffer>;
  options: PerplexityOptions;
  createState(): NativeState;
}

/**
 * Rows of logits at a time: enough that reading the weights for them hardly
 * counts, 26 MB for a vocabulary of 50 000.
 */
const CHUNK = 128;
const MAX_CHUNK = 1024;

/**
 * Feeds the ids once, in chunks, and adds up what each one cost the model.
 * The memory taken does not depend on their number.
 */
export async function measurePerplexity(
  job: PerplexityJob,
): Promise<Perplexity> {
  const { ids, vocabSize, scheduler } = job;
  const { state, signal, onProgress } = job.options;
  const chunk = checkChunk(job.options.chunk);
  checkLength(ids, state);
  throwIfAborted(signal);
  // What follows the last id is only of interest to who goes on from there.
  const fed = state === undefined ? ids.subarray(0, -1) : ids;
  const statistics = new LogprobStatistics(byteCounter(job.tokenizer));
  const score = async (
    rows: Float32Array<ArrayBuffer>,
    targets: Uint32Array<ArrayBuffer>,
  ) => {
    statistics.add(
      targets,
      await computeLane.run(() => scoreLogits(rows, vocabSize, targets)),
    );
  };
  const start = performance.now();
  if (state?.logits !== undefined) await score(state.logits, ids.slice(0, 1));
  const logits = new Float32Array(Math.min(chunk, fed.length) * vocabSize);
  const native = state?.native ?? job.createState();
  try {
    for (let at = 0; at < fed.length; at += chunk) {
      const piece = fed.subarray(at, at + chunk);
      const rows = logits.subarray(0, piece.length * vocabSize);
      await scheduler.forward(native, piece, piece.length, rows, { signal });
      state?.saw(piece, rows.subarray(-vocabSize));
      const targets = ids.subarray(at + 1, at + 1 + piece.length);
      await score(rows.subarray(0, targets.length * vocabSize), targets);
      onProgress?.(at + piece.length, fed.length);
    }
  } finally {
    if (state === undefined) native[Symbol.dispose]();
  }
  return statistics.result(1000 * fed.length / (performance.now() - start));
}

function checkChunk(chunk = CHUNK): number {
  if (Number.isInteger(chunk) && chunk >= 1 && chunk <= MAX_CHUNK) return chunk;
  throw new MambaError(
    "invalid_argument",
    `Cannot measure in chunks of ${chunk} tokens`,
    { field: "chunk", hint: `Use 1 to ${MAX_CHUNK}.` },
  );
}

function checkLength(ids: Uint32Array, state: MambaState | undefined): void {
  const needed = state?.logits === undefined ? 2 : 1;
  if (ids.length >= needed) return;
  throw new MambaError(
    "invalid_argument",
    ids.length === 0
      ? "Cannot measure the perplexity of an empty text"
      : "Cannot measure the perplexity of one token: nothing is before it",
    {
      field: "text",
      hint: needed === 1
        ? "Give at least one token."
        : "Give at least two tokens: the first is not predicted.",
    },
  );
}

/** What {@linkcode LogprobStatistics} counts bytes with. */
export function byteCounter(
  tokenizer: Tokenizer | undefined,
): ((id: number) => number) | undefined {
  return tokenizer && ((id) => tokenizer.textBytes(id));
}
