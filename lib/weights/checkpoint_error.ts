import { cannotLoad, escapeUnsafe } from "../api/load_error.ts";

/**
 * A name out of a file, fit for a message: quoted, at most 80 characters, and
 * without characters that could act on a terminal or turn the text around.
 */
export function quote(name: string): string {
  const cut = name.length > 80 ? name.slice(0, 80) + "…" : name;
  return escapeUnsafe(JSON.stringify(cut));
}

/** The first three of several names and how many more there are. */
export function listNames(names: readonly string[]): string {
  const first = names.slice(0, 3).map(quote).join(", ");
  return names.length <= 3 ? first : `${first} and ${names.length - 3} more`;
}

/** Throws `aborted` if the signal has fired. */
export function checkAborted(
  signal: AbortSignal | undefined,
  where: string,
): void {
  if (!signal?.aborted) return;
  throw cannotLoad(where, "the caller aborted it", {
    code: "aborted",
    hint: "Load it again without aborting.",
    cause: signal.reason,
  });
}
