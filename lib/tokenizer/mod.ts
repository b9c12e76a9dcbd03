/**
 * Text to token ids and back.
 *
 * @module
 */
export { loadTokenizer } from "./load_tokenizer.ts";
export { StreamingDecoder } from "./streaming_decoder.ts";
export {
  type DecodeOptions,
  type EncodeOptions,
  Tokenizer,
} from "./tokenizer.ts";
export {
  type TokenizerProgress,
  trainTokenizer,
  type TrainTokenizerOptions,
} from "./train_tokenizer.ts";
