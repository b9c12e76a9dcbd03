import { createHash } from "node:crypto";
import { invalidArgument } from "../../api/invalid_argument.ts";
import { LongWork } from "../../tokenizer/long_work.ts";
import type { Tokenizer } from "../../tokenizer/mod.ts";
import { GrowingIds } from "./growing_ids.ts";
import type { Document } from "./read_documents.ts";

/** Documents as ids. */
export interface TokenizedText {
  /** The end-of-text id before each document, and once more at the end. */
  ids: Uint32Array<ArrayBuffer>;
  /** Where each document's end-of-text id is, ascending. */
  starts: Uint32Array<ArrayBuffer>;
  /** By id: UTF-8 bytes that it stands for, none if it is special. */
  byteLengths: Uint32Array<ArrayBuffer>;
  /** SHA-256 of the ids and the starts, in hexadecimal digits. */
  fingerprint: string;
}

/** Options of {@linkcode tokenizeDocuments}. */
export interface TokenizeDocumentsOptions {
  /** Called after each document. */
  onProgress?: (progress: { documents: number; tokens: number }) => void;
  signal?: AbortSignal | undefined;
}

/**
 * Encodes documents, each as the whole text that it is.
 *
 * @throws {MambaError} `invalid_argument` if there is no document, or no token
 * that ends a text; `too_large` for 2^24 characters without the end of a word;
 * `aborted`
 */
export async function tokenizeDocuments(
  documents: AsyncIterable<Document> | Iterable<Document>,
  tokenizer: Tokenizer,
  { onProgress, signal }: TokenizeDocumentsOptions = {},
): Promise<TokenizedText> {
  const end = tokenizer.eosTokenId;
  if (end === undefined) {
    throw invalidArgument(
      "tokenizer",
      "it has no token that ends a text",
      "Name its eos_token in tokenizer_config.json.",
    );
  }
  const work = new LongWork(signal);
  const ids = new GrowingIds();
  const starts: number[] = [];
  for await (const { text } of documents) {
    starts.push(ids.length);
    ids.push([end]);
    for (const piece of tokenizer.encodeInPieces(text)) {
      ids.push(piece);
      await work.pause();
    }
    onProgress?.({ documents: starts.length, tokens: ids.length });
  }
  if (starts.length === 0) {
    throw invalidArgument("data", "there is no document in it");
  }
  ids.push([end]);
  return withFingerprint({
    ids: ids.take(),
    starts: Uint32Array.from(starts),
    byteLengths: byteLengthsOf(tokenizer),
  });
}

function withFingerprint(
  text: Omit<TokenizedText, "fingerprint">,
): TokenizedText {
  const hash = createHash("sha256").update(text.ids).update(text.starts);
  return { ...text, fingerprint: hash.digest("hex") };
}

function byteLengthsOf(tokenizer: Tokenizer): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(
    { length: tokenizer.vocabSize },
    (_, id) => tokenizer.textBytes(id),
  );
}
