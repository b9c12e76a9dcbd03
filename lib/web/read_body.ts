import { MambaError } from "../api/mamba_error.ts";
import { RequestError } from "./request_error.ts";

/** The largest request body that is read: 4 MiB, which holds the longest prompt however it is escaped. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** Options of {@linkcode readBody}. */
export interface ReadBodyOptions {
  /** The content type that the body must have, such as `application/json`. */
  contentType: string;
  /**
   * The largest body in bytes.
   *
   * @default {MAX_BODY_BYTES}
   */
  limit?: number;
  /** The field that makes a body large, for messages. @default "prompt" */
  field?: string;
}

/**
 * A request's body as text, read piece by piece and never beyond the limit.
 *
 * @throws {RequestError} with status 415 for another content type, 400 for text
 * that is not UTF-8; {MambaError} `too_large` for a body over the limit
 */
export async function readBody(
  request: Request,
  options: ReadBodyOptions,
): Promise<string> {
  const { contentType, limit = MAX_BODY_BYTES, field = "prompt" } = options;
  const given = request.headers.get("content-type")?.split(";")[0]?.trim();
  if (given?.toLowerCase() !== contentType) {
    throw new RequestError(
      415,
      "unsupported_media_type",
      `Cannot read the request: its content type is ${given ?? "missing"}`,
      { hint: `Send it with "content-type: ${contentType}".` },
    );
  }
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > limit) throw tooLarge(limit, field);
  if (request.body === null) return "";

  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let size = 0;
  try {
    for await (const piece of request.body) {
      size += piece.byteLength;
      // Leaving the loop cancels the body: the rest is never taken in.
      if (size > limit) throw tooLarge(limit, field);
      text += decoder.decode(piece, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new RequestError(
      400,
      "bad_json",
      "Cannot read the request: its body is not UTF-8 text",
      { hint: "Encode the body as UTF-8." },
    );
  }
}

/**
 * A JSON request body as a value, unchecked.
 *
 * @throws {RequestError} as {@linkcode readBody}, and with status 400 for text
 * that is not JSON
 */
export async function readJsonBody(
  request: Request,
  options: Omit<ReadBodyOptions, "contentType"> = {},
): Promise<unknown> {
  const text = await readBody(request, {
    contentType: "application/json",
    ...options,
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RequestError(
      400,
      "bad_json",
      `Cannot read the request: its body is not JSON (${
        error instanceof Error ? error.message : error
      })`,
      { hint: 'Send an object such as {"prompt": "Once upon a time"}.' },
    );
  }
}

/**
 * A form's fields from a posted page. Line ends, which forms send as CR LF,
 * come back as the LF that the text had.
 *
 * @throws {RequestError} as {@linkcode readBody}
 */
export async function readFormBody(
  request: Request,
  options: Omit<ReadBodyOptions, "contentType"> = {},
): Promise<URLSearchParams> {
  const text = await readBody(request, {
    contentType: "application/x-www-form-urlencoded",
    ...options,
  });
  const fields = new URLSearchParams();
  for (const [name, value] of new URLSearchParams(text)) {
    fields.append(name, value.replaceAll("\r\n", "\n"));
  }
  return fields;
}

function tooLarge(limit: number, field: string): MambaError {
  return new MambaError(
    "too_large",
    `Cannot read the request: its body is larger than ${limit} bytes`,
    { hint: `Shorten the ${field}.`, field },
  );
}
