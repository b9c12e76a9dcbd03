/** GPT-2's split, as it was published. */
const SPLIT =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/**
 * Byte-pair encoding as the textbook has it: all pairs of all words are
 * counted anew for each merge. Symbols are byte-level characters.
 */
export function naiveMerges(
  texts: readonly string[],
  { vocabSize, minFrequency }: { vocabSize: number; minFrequency: number },
): string[] {
  const characters = byteCharacters();
  const tokens = ["<|endoftext|>", ...[...characters].sort()];
  const words = texts.flatMap((text) =>
    text.normalize("NFC").match(SPLIT) ?? []
  )
    .map((word) =>
      Array.from(new TextEncoder().encode(word), (byte) => characters[byte]!)
    );
  const merges: string[] = [];
  while (tokens.length < vocabSize) {
    const counts = new Map<string, number>();
    for (const word of words) {
      for (let i = 0; i + 1 < word.length; i++) {
        const pair = `${word[i]} ${word[i + 1]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    }
    const rank = (pair: string) =>
      pair.split(" ").map((t) => tokens.indexOf(t));
    const best = [...counts].sort(([a, m], [b, n]) => {
      const [p, q] = [rank(a), rank(b)];
      return n - m || p[0]! - q[0]! || p[1]! - q[1]!;
    })[0];
    if (best === undefined || best[1] < minFrequency) break;
    merges.push(best[0]);
    const [left, right] = best[0].split(" ") as [string, string];
    if (!tokens.includes(left + right)) tokens.push(left + right);
    for (const word of words) {
      for (let i = 0; i + 1 < word.length; i++) {
        if (word[i] === left && word[i + 1] === right) {
          word.splice(i, 2, left + right);
        }
      }
    }
  }
  return merges;
}

/** The table of GPT-2's encoder.py. */
function byteCharacters(): string[] {
  const printable = [[33, 126], [161, 172], [174, 255]] as const;
  let shifted = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const shown = printable.some(([from, to]) => byte >= from && byte <= to);
    return String.fromCharCode(shown ? byte : shifted++);
  });
}
