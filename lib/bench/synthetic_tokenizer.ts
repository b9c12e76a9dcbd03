import { BYTE_CHARACTERS } from "../tokenizer/byte_alphabet.ts";
import { toTokenizerJson } from "../tokenizer/write_tokenizer_json.ts";

/**
 * The text of a `tokenizer.json` with as many tokens as a random model needs:
 * the 256 bytes, and words behind a space. It makes text of any id, and as
 * much work as a real one when decoding.
 *
 * @param vocabSize the number of tokens, at least 256
 */
export function syntheticTokenizer(vocabSize: number): string {
  const words = Array.from(
    { length: vocabSize - BYTE_CHARACTERS.length },
    // "Ġ" is how byte-level vocabularies write a space.
    (_, i) => `Ġt${BYTE_CHARACTERS.length + i}`,
  );
  const tokens = [...BYTE_CHARACTERS, ...words];
  return JSON.stringify(toTokenizerJson({ tokens, merges: [] }, []));
}
