import { MambaError, type MambaErrorCode } from "../api/mamba_error.ts";
import { RequestError } from "./request_error.ts";

/** Not the server's fault, or nothing that its owner can learn from. */
const QUIET: readonly MambaErrorCode[] = [
  "invalid_argument",
  "too_large",
  "not_found",
  "busy",
  "aborted",
];

/**
 * Writes an error to the server's log, unless it is the client's own fault or
 * the client has gone.
 */
export function logError(request: Request, error: unknown): void {
  if (error instanceof RequestError || request.signal.aborted) return;
  const quiet = error instanceof MambaError &&
    QUIET.includes(error.code);
  if (quiet) return;
  const { pathname } = new URL(request.url);
  console.error(`${request.method} ${pathname}:`, error);
}
