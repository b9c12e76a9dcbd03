import { Model } from "@huggingface/tokenizers";
import { MergeTable } from "./merge_table.ts";
import type { BytePairData } from "./read_byte_pair_data.ts";

/** What the package is told of the model: nothing. */
export const EMPTY_MODEL = {
  type: "BPE" as const,
  vocab: {},
  merges: [],
  ignore_merges: false,
};

const MAX_CACHED = 10_000;
const MAX_CACHED_LENGTH = 64;

/**
 * Byte-pair encoding in the package's chain of steps, instead of its own,
 * which takes 10 s for a megabyte without a space; this takes less than one.
 */
export class BytePairModel extends Model {
  readonly #table = new MergeTable();
  readonly #names: string[] = [];
  readonly #ignoreMerges: boolean;
  readonly #cache = new Map<string, readonly string[]>();

  constructor({ vocab, merges, unkToken, ignoreMerges }: BytePairData) {
    super(EMPTY_MODEL);
    this.tokens_to_ids = new Map(vocab);
    this.#ignoreMerges = ignoreMerges;
    if (unkToken !== undefined) {
      this.unk_token = unkToken;
      this.unk_token_id = vocab.get(unkToken)!;
    }
    for (const [token, id] of vocab) this.#names[id] = token;
    for (const [left, right] of merges) {
      this.#table.add(
        vocab.get(left)!,
        vocab.get(right)!,
        vocab.get(left + right)!,
      );
    }
  }

  /** The tokens of pieces of text that are written in the byte alphabet. */
  override encode(pieces: string[]): string[] {
    const tokens: string[] = [];
    for (const piece of pieces) {
      for (const token of this.#split(piece)) tokens.push(token);
    }
    return tokens;
  }

  #split(piece: string): readonly string[] {
    const known = this.#cache.get(piece);
    if (known !== undefined) return known;
    const split = this.#ignoreMerges && this.tokens_to_ids.has(piece)
      ? [piece]
      : this.#merge(piece);
    if (piece.length <= MAX_CACHED_LENGTH) {
      if (this.#cache.size >= MAX_CACHED) this.#cache.clear();
      this.#cache.set(piece, split);
    }
    return split;
  }

  #merge(piece: string): string[] {
    // Without an unknown token every character of the alphabet has an id.
    const ids = Array.from(
      piece,
      (character) => this.tokens_to_ids.get(character) ?? this.unk_token_id!,
    );
    return this.#table.apply(ids).map((id) => this.#names[id]!);
  }
}
