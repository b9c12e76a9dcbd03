import { MambaError, type MambaErrorCode } from "./mamba_error.ts";

const DAMAGED = "The file is damaged or incomplete: fetch or save it again.";

/** Options of {@linkcode cannotLoad}. */
export interface CannotLoadOptions {
  /** What to do about it; default: fetch the file again. */
  hint?: string;
  /** Default `"invalid_checkpoint"`. */
  code?: MambaErrorCode;
  /** The error behind this one. */
  cause?: unknown;
}

/** The error that refuses a file: "Cannot load WHERE: REASON". */
export function cannotLoad(
  where: string,
  reason: string,
  { hint = DAMAGED, code = "invalid_checkpoint", cause }: CannotLoadOptions =
    {},
): MambaError {
  return new MambaError(code, `Cannot load ${where}: ${reason}`, {
    hint,
    cause,
  });
}

/**
 * A text out of a file, fit for a message: without characters that could act
 * on a terminal or turn the text around.
 */
export function escapeUnsafe(text: string): string {
  return text.replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) =>
      "\\u" + character.charCodeAt(0).toString(16).padStart(4, "0"),
  );
}
