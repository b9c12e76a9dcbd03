import {
  ByteLevelPreTokenizer,
  PreTokenizer,
  SequencePreTokenizer,
} from "@huggingface/tokenizers";
import type { JsonObject } from "./json_fields.ts";

// What tokenizers are trained with takes Unicode's White_Space for a space.
// JavaScript's \s differs: it lacks U+0085 (next line) and has U+FEFF.

/** GPT-2's split of a text into words. */
export const WORDS =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

const ESCAPES = new Map([
  ["\\s", "\\p{White_Space}"],
  ["\\S", "\\P{White_Space}"],
]);

/** A step of tokenizer.json with Unicode's spaces in its patterns. */
export function withUnicodeSpaces(step: JsonObject | null): JsonObject | null {
  return rewrite(step) as JsonObject | null;
}

function rewrite(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewrite);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === "Regex" && typeof inner === "string"
        ? inner.replace(/\\[^]/g, (escape) => ESCAPES.get(escape) ?? escape)
        : rewrite(inner),
    ]),
  );
}

/** Gives the package's own pattern Unicode's spaces. */
export function useUnicodeSpaces(step: PreTokenizer | null): void {
  if (step instanceof ByteLevelPreTokenizer) step.pattern = WORDS;
  if (step instanceof SequencePreTokenizer) {
    step.tokenizers.forEach(useUnicodeSpaces);
  }
}
