import { normalizeBounded } from "./bounded_normalizer.ts";
import type { LongWork } from "./long_work.ts";
import { WORDS } from "./unicode_spaces.ts";

/** So many words are counted between two pauses. */
const STRIDE = 4096;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Options of {@linkcode countWords}. */
export interface CountWordsOptions {
  /** No word reaches over one of these, and none has a part of one. */
  specialTokens: readonly string[];
  work: LongWork;
  /** Called after each text with the UTF-16 units read so far. */
  onRead?: ((characters: number) => void) | undefined;
}

/** How often each word occurs that byte-level BPE would split texts into. */
export async function countWords(
  texts: AsyncIterable<string> | Iterable<string>,
  { specialTokens, work, onRead }: CountWordsOptions,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let characters = 0;
  let steps = 0;
  for await (const text of texts) {
    for (const part of splitAt(text.toWellFormed(), specialTokens)) {
      const normal = normalizeBounded(part, (piece) => piece.normalize("NFC"));
      for (const [word] of normal.matchAll(WORDS)) {
        const count = counts.get(word);
        // A copy: what was cut out of a text keeps the whole text in memory.
        const key = count === undefined ? copyOf(word) : word;
        counts.set(key, (count ?? 0) + 1);
        if (++steps % STRIDE === 0) await work.pause();
      }
    }
    characters += text.length;
    onRead?.(characters);
    await work.pause();
  }
  return counts;
}

function splitAt(text: string, separators: readonly string[]): string[] {
  return separators.reduce(
    (parts, separator) => parts.flatMap((part) => part.split(separator)),
    [text],
  );
}

function copyOf(text: string): string {
  return decoder.decode(encoder.encode(text));
}
