import { invalidArgument, showValue } from "../api/invalid_argument.ts";
import { BYTE_CHARACTERS } from "./byte_alphabet.ts";
import { countWords } from "./count_words.ts";
import type { JsonObject } from "./json_fields.ts";
import { learnMerges } from "./learn_merges.ts";
import { LongWork } from "./long_work.ts";
import { MAX_ID_COUNT } from "./merge_table.ts";
import { Tokenizer } from "./tokenizer.ts";
import { CONFIG_NAME, TOKENIZER_NAME } from "./tokenizer_files.ts";
import { readTokenizerJson } from "./tokenizer_json.ts";
import { toTokenizerConfig, toTokenizerJson } from "./write_tokenizer_json.ts";

/** How far {@linkcode trainTokenizer} is. */
export type TokenizerProgress =
  | { stage: "reading"; characters: number }
  | { stage: "merging"; done: number; total: number };

/** Options of {@linkcode trainTokenizer}. */
export interface TrainTokenizerOptions {
  /**
   * Tokens in all, the 256 bytes and the special ones included. There are
   * fewer where the texts have no more pairs to merge. @default 4096
   */
  vocabSize?: number;
  /** Pairs that occur less often are not merged. @default 2 */
  minFrequency?: number;
  /**
   * Tokens that texts spell out and that nothing is merged with; they get the
   * ids from 0 on. The first ends a text. @default ["<|endoftext|>"]
   */
  specialTokens?: readonly string[];
  onProgress?: (progress: TokenizerProgress) => void;
  signal?: AbortSignal;
}

const encoder = new TextEncoder();

/**
 * Learns a byte-level BPE tokenizer from texts, of GPT-NeoX's kind: nothing is
 * ever unknown, and equal texts give equal tokenizers. Its `save()` writes a
 * `tokenizer.json` that other libraries read too.
 *
 * ```ts ignore
 * const tokenizer = await trainTokenizer(texts, { vocabSize: 4096 });
 * await tokenizer.save("my-tokenizer");
 * ```
 *
 * @param texts one document each; words do not reach from one into the next
 * @throws {MambaError} `invalid_argument`, `aborted`
 */
export async function trainTokenizer(
  texts: AsyncIterable<string> | Iterable<string>,
  options: TrainTokenizerOptions = {},
): Promise<Tokenizer> {
  const { vocabSize = 4096, minFrequency = 2, onProgress } = options;
  const { specialTokens = ["<|endoftext|>"] } = options;
  checkSpecialTokens(specialTokens);
  checkCount("vocabSize", vocabSize, {
    min: specialTokens.length + BYTE_CHARACTERS.length,
    max: MAX_ID_COUNT,
  });
  checkCount("minFrequency", minFrequency, {
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
  });
  const work = new LongWork(options.signal);
  const words = await countWords(texts, {
    specialTokens,
    work,
    onRead: (characters) => onProgress?.({ stage: "reading", characters }),
  });
  const learned = await learnMerges(words, {
    vocabSize,
    minFrequency,
    specialTokens,
    work,
    onProgress: (done, total) =>
      onProgress?.({ stage: "merging", done, total }),
  });
  return toTokenizer(
    toTokenizerJson(learned, specialTokens),
    specialTokens[0]!,
  );
}

function toTokenizer(json: JsonObject, eosToken: string): Tokenizer {
  const toBytes = (object: JsonObject) =>
    encoder.encode(JSON.stringify(object, undefined, 2) + "\n");
  return new Tokenizer(readTokenizerJson(json, TOKENIZER_NAME), {
    eosToken,
    files: {
      path: TOKENIZER_NAME,
      contents: new Map([
        [TOKENIZER_NAME, toBytes(json)],
        [CONFIG_NAME, toBytes(toTokenizerConfig(eosToken))],
      ]),
    },
  });
}

function checkCount(
  field: string,
  value: number,
  { min, max }: { min: number; max: number },
): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw invalidArgument(
    field,
    `${showValue(value)} is not an integer from ${min} to ${max}`,
  );
}

function checkSpecialTokens(tokens: readonly string[]): void {
  const field = "specialTokens";
  if (tokens.length === 0) {
    throw invalidArgument(
      field,
      "there is none",
      "Give at least the token that ends a text.",
    );
  }
  for (const [i, token] of tokens.entries()) {
    // A character of the byte alphabet would be the token of a byte, too.
    if (token.length < 2 || !token.isWellFormed()) {
      throw invalidArgument(
        field,
        `${showValue(token)} has not at least two characters`,
      );
    }
    if (tokens.indexOf(token) < i) {
      throw invalidArgument(field, `${showValue(token)} is there twice`);
    }
  }
}
