/**
 * The text of a `tokenizer.json` with as many tokens as a random model needs:
 * the 256 bytes, and words behind a space. It makes text of any id, and as
 * much work as a real one when decoding.
 *
 * @param vocabSize the number of tokens, at least 256
 */
export function syntheticTokenizer(vocabSize: number): string {
  const vocab: Record<string, number> = {};
  byteCharacters().forEach((character, id) => {
    vocab[character] = id;
  });
  // "Ġ" is how byte-level vocabularies write a space.
  for (let id = 256; id < vocabSize; id++) vocab[`Ġt${id}`] = id;
  return JSON.stringify({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: {
      type: "ByteLevel",
      add_prefix_space: false,
      trim_offsets: true,
      use_regex: true,
    },
    post_processor: null,
    decoder: {
      type: "ByteLevel",
      add_prefix_space: true,
      trim_offsets: true,
      use_regex: true,
    },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      vocab,
      merges: [],
    },
  });
}

/** The visible character that stands for each byte in such vocabularies. */
function byteCharacters(): string[] {
  const visible = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) ||
    byte >= 0xae;
  let next = 0x100;
  return Array.from(
    { length: 256 },
    (_, byte) => String.fromCodePoint(visible(byte) ? byte : next++),
  );
}
