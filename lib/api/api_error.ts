import type { ApiError } from "./generate_event.ts";
import { MambaError, type MambaErrorCode } from "./mamba_error.ts";

const STATUS: Readonly<Record<MambaErrorCode, number>> = {
  invalid_argument: 400,
  too_large: 413,
  not_found: 404,
  invalid_checkpoint: 422,
  unsupported: 422,
  closed: 503,
  aborted: 499,
  busy: 503,
  out_of_memory: 503,
  disk_full: 507,
  network: 502,
  permission: 500,
  damaged: 500,
  numeric: 500,
  internal: 500,
};

/** The HTTP status that tells of an error. */
export function statusOf(error: unknown): number {
  return error instanceof MambaError ? STATUS[error.code] : 500;
}

/**
 * An error as it crosses HTTP. What this library did not throw on purpose
 * becomes `internal` without its text, which may name files of the machine.
 */
export function toApiError(error: unknown): ApiError {
  if (!(error instanceof MambaError)) {
    return { code: "internal", message: "The server failed at this request" };
  }
  const { code, message, hint, field } = error;
  return {
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(field === undefined ? {} : { field }),
  };
}
