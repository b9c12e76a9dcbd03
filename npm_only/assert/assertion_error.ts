/** Thrown by every assertion that does not hold. */
export class AssertionError extends Error {
  override name = "AssertionError";
}

/** `message` closed by the caller's own words, or by a full stop. */
export function withReason(message: string, reason?: string): string {
  return reason ? `${message}: ${reason}` : `${message}.`;
}

/** A value as text, long enough to see where two values differ. */
export function show(value: unknown): string {
  return Deno.inspect(value, {
    depth: 12,
    iterableLimit: 64,
    sorted: true,
    strAbbreviateSize: 2000,
  });
}
