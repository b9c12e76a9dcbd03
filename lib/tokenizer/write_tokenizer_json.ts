import type { JsonObject } from "./json_fields.ts";
import type { LearnedMerges } from "./learn_merges.ts";

/** One object for every step, as Hugging Face's library writes it. */
const BYTE_LEVEL = {
  type: "ByteLevel",
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: true,
};

/**
 * The contents of a tokenizer.json with the steps of GPT-NeoX's: NFC, GPT-2's
 * split into words, bytes, merges.
 */
export function toTokenizerJson(
  { tokens, merges }: LearnedMerges,
  specialTokens: readonly string[],
): JsonObject {
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: specialTokens.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: { type: "NFC" },
    pre_tokenizer: BYTE_LEVEL,
    post_processor: BYTE_LEVEL,
    decoder: BYTE_LEVEL,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: merges.map((halves) => halves.join(" ")),
    },
  };
}

/** The contents of a tokenizer_config.json, for Python's transformers. */
export function toTokenizerConfig(eosToken: string): JsonObject {
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    add_prefix_space: false,
    bos_token: eosToken,
    eos_token: eosToken,
    unk_token: eosToken,
    clean_up_tokenization_spaces: false,
  };
}
