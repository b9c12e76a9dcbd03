import { cannotLoad, escapeUnsafe } from "../api/load_error.ts";
import type { MambaError } from "../api/mamba_error.ts";

/** The error that refuses a valid file of a kind that is not implemented. */
export function cannotSupport(path: string, what: string): MambaError {
  return cannotLoad(path, `${what} is not supported`, {
    code: "unsupported",
    hint: "Byte-level BPE tokenizers are supported, such as GPT-NeoX's.",
  });
}

/**
 * A value out of a file, fit for a message: as JSON, at most 60 characters,
 * and without characters that could act on a terminal or turn the text around.
 */
export function show(value: unknown): string {
  const cut = typeof value === "string" ? value.slice(0, 60) : value;
  const text = typeof cut === "object" && cut !== null
    ? (Array.isArray(cut) ? "an array" : "an object")
    : JSON.stringify(cut) ?? "nothing";
  return escapeUnsafe(text);
}
