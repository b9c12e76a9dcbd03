import { MambaError } from "./mamba_error.ts";

/** The error that refuses a value: "Cannot use FIELD: REASON". */
export function invalidArgument(
  field: string,
  reason: string,
  hint?: string,
): MambaError {
  return new MambaError(
    "invalid_argument",
    `Cannot use ${shorten(field)}: ${reason}`,
    hint === undefined ? { field } : { field, hint },
  );
}

/**
 * A value for a message, in few characters. It may be anything that a stranger
 * sent: a list nested a thousand times, an object whose `toString` is a number.
 */
export function showValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(shorten(value));
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "function" ? "a function" : shorten(String(value));
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
