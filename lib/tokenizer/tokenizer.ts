import { Tokenizer as Chain } from "@huggingface/tokenizers";
import { MambaError } from "../api/mamba_error.ts";
import { BoundedNormalizer } from "./bounded_normalizer.ts";
import { bytesOfToken } from "./byte_alphabet.ts";
import { BytePairModel, EMPTY_MODEL } from "./byte_pair_model.ts";
import { canCut, cutAtWords } from "./cut_text.ts";
import { newDecoder, StreamingDecoder } from "./streaming_decoder.ts";
import { type TokenizerFiles, writeTokenizerFiles } from "./tokenizer_files.ts";
import type { TokenizerJson } from "./tokenizer_json.ts";
import { useUnicodeSpaces, withUnicodeSpaces } from "./unicode_spaces.ts";

/** Options of {@linkcode Tokenizer.encode}. */
export interface EncodeOptions {
  /**
   * Add what the tokenizer's template puts around a text. Special tokens that
   * the text spells out are recognised either way. @default false
   */
  addSpecialTokens?: boolean;
}

/** Options of {@linkcode Tokenizer.decode}. */
export interface DecodeOptions {
  /** Leave out special tokens, such as `<|endoftext|>`. @default false */
  skipSpecialTokens?: boolean;
}

/** UTF-16 units that {@linkcode Tokenizer.encodeInPieces} takes at once. */
const PIECE = 1 << 16;

/** UTF-16 units that it can take at once: in 2 GB of memory, in 12 seconds. */
const MAX_PIECE = 1 << 24;

const NO_BYTES = new Uint8Array(0);
const encoder = new TextEncoder();

/**
 * Text to ids and back. Decoding changes nothing: what was encoded comes back
 * as the tokenizer's normalizer (NFC for GPT-NeoX) left it, and each half of a
 * broken surrogate pair as U+FFFD. Made by {@linkcode loadTokenizer}.
 */
export class Tokenizer {
  /** One more than the highest id. A model may have more rows than that. */
  readonly vocabSize: number;
  /** The token that ends a text. */
  readonly eosTokenId: number | undefined;
  /** The ids of special tokens. */
  readonly specialIds: ReadonlySet<number>;
  readonly #chain: Chain;
  readonly #canCut: boolean;
  readonly #ids: ReadonlyMap<string, number>;
  /** By id; holes have no bytes. */
  readonly #bytes: Uint8Array[] = [];
  readonly #files: TokenizerFiles;

  /** @param options.eosToken its name, in the vocabulary */
  constructor(json: TokenizerJson, options: {
    files: TokenizerFiles;
    eosToken: string | undefined;
  }) {
    const { model, addedTokens } = json;
    const ids = new Map(model.vocab);
    for (const [token, id] of model.vocab) {
      this.#bytes[id] = bytesOfToken(token) ?? encoder.encode(token);
    }
    for (const { id, content } of addedTokens) {
      ids.set(content, id);
      this.#bytes[id] = encoder.encode(content);
    }
    this.#ids = ids;
    this.#chain = createChain(json);
    this.#canCut = canCut(json);
    this.#files = options.files;
    this.vocabSize = this.#bytes.length;
    this.specialIds = new Set(
      addedTokens.filter(({ special }) => special).map(({ id }) => id),
    );
    this.eosTokenId = options.eosToken === undefined
      ? undefined
      : ids.get(options.eosToken);
  }

  /** The ids of a text. A megabyte takes about a second, whatever it holds. */
  encode(text: string, options: EncodeOptions = {}): Uint32Array<ArrayBuffer> {
    const { addSpecialTokens = false } = options;
    const tokens = this.#chain.tokenize(text.toWellFormed(), {
      add_special_tokens: addSpecialTokens,
    });
    return Uint32Array.from(tokens, (token) => this.#ids.get(token)!);
  }

  /**
   * The ids of a text in pieces, together those of {@linkcode encode}, so that
   * something else can run in between. A tokenizer with another split than
   * GPT-NeoX's gives one piece.
   *
   * @throws {MambaError} `too_large` for a piece of more than 2^24 characters
   */
  *encodeInPieces(
    text: string,
  ): Generator<Uint32Array<ArrayBuffer>, void, void> {
    const parts = this.#canCut ? cutAtWords(text, PIECE) : [text];
    for (const part of parts) {
      if (part.length > MAX_PIECE) throw tooLarge(part.length);
      yield this.encode(part);
    }
  }

  /**
   * The text of ids. Bytes that are no UTF-8 become U+FFFD; ids beyond the
   * vocabulary (models pad it) become nothing.
   */
  decode(ids: Iterable<number>, options: DecodeOptions = {}): string {
    const decoder = newDecoder();
    const bytesOf = this.#bytesOf(options);
    const parts: string[] = [];
    for (const id of ids) {
      parts.push(decoder.decode(bytesOf(id), { stream: true }));
    }
    parts.push(decoder.decode());
    return parts.join("");
  }

  /** Decodes ids one after another, to the same text. */
  createDecoder(options: DecodeOptions = {}): StreamingDecoder {
    return new StreamingDecoder(this.#bytesOf(options));
  }

  /** The bytes that an id stands for; none beyond the vocabulary. */
  tokenBytes(id: number): Uint8Array {
    return this.#bytesAt(id).slice();
  }

  /** Bytes of text that an id stands for: special ones stand for none. */
  textBytes(id: number): number {
    return this.specialIds.has(id) ? 0 : this.#bytesAt(id).length;
  }

  /** What an id looks like alone: parts of characters show as U+FFFD. */
  tokenText(id: number): string {
    return newDecoder().decode(this.#bytesAt(id));
  }

  /** The id of a token as tokenizer.json spells it (`Ġthe`, `<|endoftext|>`). */
  idOf(token: string): number | undefined {
    return this.#ids.get(token);
  }

  /** Writes the files that it was loaded from into a directory. */
  save(directory: string): Promise<void> {
    return writeTokenizerFiles(directory, this.#files);
  }

  #bytesOf(
    { skipSpecialTokens = false }: DecodeOptions,
  ): (id: number) => Uint8Array {
    return (id) =>
      skipSpecialTokens && this.specialIds.has(id)
        ? NO_BYTES
        : this.#bytesAt(id);
  }

  #bytesAt(id: number): Uint8Array {
    if (!Number.isInteger(id) || id < 0) {
      throw new MambaError(
        "invalid_argument",
        `Cannot decode id ${id}: it is not a whole number`,
        { field: "ids", hint: "Give ids as encode returns them." },
      );
    }
    return this.#bytes[id] ?? NO_BYTES;
  }
}

function tooLarge(length: number): MambaError {
  return new MambaError(
    "too_large",
    `Cannot encode ${length} characters at once: the most are ${MAX_PIECE}`,
    { hint: "Separate the text into shorter documents, or into words." },
  );
}

/** The package's steps around our model; nothing else of it reads the file. */
function createChain({ model, addedTokens, steps }: TokenizerJson): Chain {
  const chain = new Chain(
    {
      ...steps,
      pre_tokenizer: withUnicodeSpaces(steps.pre_tokenizer),
      added_tokens: addedTokens,
      model: EMPTY_MODEL,
    },
    {},
  );
  useUnicodeSpaces(chain.pre_tokenizer);
  chain.model = new BytePairModel(model);
  if (chain.normalizer !== null) {
    chain.normalizer = new BoundedNormalizer(chain.normalizer);
  }
  return chain;
}
