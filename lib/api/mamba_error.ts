/**
 * What went wrong, as a word that programs can test.
 *
 * - `invalid_argument`: a caller's value is wrong; {@linkcode MambaError.field} names it
 * - `too_large`: a request is larger than this server takes
 * - `not_found`: a model, file or library is not there
 * - `invalid_checkpoint`: a checkpoint's file is damaged, incomplete or hostile
 * - `unsupported`: valid, but not implemented here (an architecture, a device)
 * - `closed`: the model, state or engine was used after it was closed
 * - `aborted`: the caller's AbortSignal fired
 * - `busy`: the engine's queue is full
 * - `out_of_memory`: the memory that is needed cannot be had
 * - `disk_full`: the disk has not enough room for what is to be written
 * - `network`: a server cannot be reached, refuses, or answers wrongly
 * - `permission`: Deno lacks a permission
 * - `damaged`: a file that this program keeps for itself is damaged
 * - `numeric`: NaN or infinity where a finite number is needed
 * - `internal`: a fault of this library
 */
export type MambaErrorCode =
  | "invalid_argument"
  | "too_large"
  | "not_found"
  | "invalid_checkpoint"
  | "unsupported"
  | "closed"
  | "aborted"
  | "busy"
  | "out_of_memory"
  | "disk_full"
  | "network"
  | "permission"
  | "damaged"
  | "numeric"
  | "internal";

/** Options of {@linkcode MambaError}. */
export interface MambaErrorOptions {
  /** What the reader can do about it, one sentence. */
  hint?: string;
  /** The name of the argument or request field that is wrong. */
  field?: string;
  /** The error behind this one. */
  cause?: unknown;
}

/** Every error that this library throws on purpose. */
export class MambaError extends Error {
  override name = "MambaError";
  /** What went wrong, for programs. */
  readonly code: MambaErrorCode;
  /** What to do about it, for people. */
  readonly hint: string | undefined;
  /** The argument or request field that is wrong, if there is one. */
  readonly field: string | undefined;

  constructor(
    code: MambaErrorCode,
    message: string,
    options: MambaErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.field = options.field;
  }
}
