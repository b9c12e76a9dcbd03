/**
 * An answer other than success, thrown from a handler, a middleware or a
 * page: the nearest `_error.tsx` shows it with its status.
 */
export class HttpError extends Error {
  override name = "HttpError";
  /** The HTTP status, 400 or more. */
  readonly status: number;

  constructor(status: number, message?: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}
