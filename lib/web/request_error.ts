import { statusOf, toApiError } from "../api/api_error.ts";
import type { ApiError } from "../api/generate_event.ts";
import { MambaError } from "../api/mamba_error.ts";

/** What can be wrong with a request before the engine is asked. */
export type RequestErrorCode =
  | "bad_json"
  | "forbidden"
  | "method_not_allowed"
  | "unsupported_media_type";

/** An error as a page or a program gets it, in the body's `error`. */
export interface Problem extends Omit<ApiError, "code"> {
  code: ApiError["code"] | RequestErrorCode | "network";
}

/** Options of {@linkcode RequestError}. */
export interface RequestErrorOptions {
  /** What to do about it, one sentence. */
  hint?: string;
  /** Headers of the answer, such as `allow`. */
  headers?: Record<string, string>;
}

/** A fault of the HTTP request itself. */
export class RequestError extends Error {
  override name = "RequestError";
  /** The HTTP status, 400 to 499. */
  readonly status: number;
  /** What went wrong, for programs. */
  readonly code: RequestErrorCode;
  /** What to do about it, for people. */
  readonly hint: string | undefined;
  /** Headers of the answer. */
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    code: RequestErrorCode,
    message: string,
    options: RequestErrorOptions = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = options.hint;
    this.headers = options.headers ?? {};
  }
}

/** The HTTP status with which an error is answered. */
export function statusOfProblem(error: unknown): number {
  return error instanceof RequestError ? error.status : statusOf(error);
}

/** An error as the body's `error`, without what only the server may know. */
export function toProblem(error: unknown): Problem {
  if (!(error instanceof RequestError)) return toApiError(error);
  const { code, message, hint } = error;
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}

/** An error as the JSON answer of an API route: `{ error: Problem }`. */
export function errorResponse(error: unknown): Response {
  const headers = new Headers({ "cache-control": "no-store" });
  if (error instanceof RequestError) {
    for (const [name, value] of Object.entries(error.headers)) {
      headers.set(name, value);
    }
  }
  if (error instanceof MambaError && error.code === "busy") {
    headers.set("retry-after", "1");
  }
  return Response.json({ error: toProblem(error) }, {
    status: statusOfProblem(error),
    headers,
  });
}
