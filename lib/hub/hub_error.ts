import { MambaError } from "../api/mamba_error.ts";

/** Options of {@linkcode TransientError}. */
export interface TransientErrorOptions {
  /** How long the server asks to wait. */
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

/** Something that may go well the next time. */
export class TransientError extends Error {
  override name = "TransientError";
  readonly retryAfterMs: number | undefined;

  constructor(reason: string, options: TransientErrorOptions = {}) {
    super(reason, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** What was received is not what was announced. */
export class WrongContent extends TransientError {
  override name = "WrongContent";
}

/** The error for what the hub refuses or answers wrongly. */
export function hubError(
  message: string,
  hint: string,
  cause?: unknown,
): MambaError {
  return new MambaError("network", message, { hint, cause });
}

/** Throws `aborted` if the signal has fired. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new MambaError("aborted", "Stopped on request", {
    cause: signal.reason,
  });
}

/** A system's error at writing as one of ours; others stay. */
export function writeError(error: unknown, path: string): unknown {
  const { code } = error as { code?: string };
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new MambaError(
      "disk_full",
      `Cannot write ${path}: the disk is full`,
      {
        hint: "Make room; what was fetched stays and is gone on with.",
        cause: error,
      },
    );
  }
  if (
    error instanceof Deno.errors.NotCapable ||
    error instanceof Deno.errors.PermissionDenied
  ) {
    return new MambaError(
      "permission",
      `Cannot write ${path}: it is not permitted`,
      {
        hint: "Allow it: --allow-write, and the folder's own permissions.",
        cause: error,
      },
    );
  }
  return error;
}
