import { MambaError } from "../api/mamba_error.ts";
import { VERSION } from "../config.ts";
import { hubError, throwIfCancelled, TransientError } from "./hub_error.ts";
import { parseRetryAfter } from "./retries.ts";
import type { Watchdog } from "./watchdog.ts";

const MAX_REDIRECTS = 8;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const TRANSIENT = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Where requests go, and who asks. */
export interface HubAddress {
  /** Without a slash at its end. */
  endpoint: string;
  token: string | undefined;
}

/** Options of {@linkcode hubFetch}. */
export interface HubFetchOptions {
  method?: "GET" | "HEAD";
  headers?: Record<string, string>;
  watchdog: Watchdog;
  signal: AbortSignal | undefined;
}

/** An answer, and whether the hub itself gave it. */
export interface HubResponse {
  response: Response;
  /** False if the hub has sent the request on to another host. */
  fromHub: boolean;
}

/**
 * Asks the hub for a path. Redirects are followed by hand, so that the token
 * goes to the hub alone; Deno's fetch would drop it too, but that is nothing
 * to rely on. The answer's body is the caller's to read or to cancel.
 *
 * @throws {TransientError} if the connection failed
 * @throws {MambaError} `network` for a redirect that is not followed
 */
export async function hubFetch(
  address: HubAddress,
  path: string,
  options: HubFetchOptions,
): Promise<HubResponse> {
  const { watchdog, method = "GET", signal } = options;
  const hub = new URL(address.endpoint);
  let url = new URL(address.endpoint + path);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const fromHub = url.origin === hub.origin;
    const response = await fetchOnce(
      url,
      {
        method,
        redirect: "manual",
        headers: {
          // Sizes and ranges are those of the file, not of a packed form.
          "accept-encoding": "identity",
          "user-agent": `fresh-mamba/${VERSION}`,
          ...options.headers,
          ...(fromHub ? authorization(address) : {}),
        },
        signal: watchdog.signal,
      },
      watchdog,
      signal,
    );
    watchdog.feed();
    if (!REDIRECTS.has(response.status)) return { response, fromHub };
    await response.body?.cancel();
    url = nextUrl(url, response.headers.get("location"));
  }
  throw hubError(
    `Cannot ask ${hub.host}: it redirects in circles`,
    "Look at HF_ENDPOINT.",
  );
}

/** The token, over a connection that nobody can listen to. */
function authorization({ endpoint, token }: HubAddress) {
  const { protocol, hostname } = new URL(endpoint);
  const safe = protocol === "https:" ||
    /^(127(\.\d+){3}|localhost|\[::1\])$/.test(hostname);
  return token !== undefined && safe
    ? { authorization: `Bearer ${token}` }
    : undefined;
}

function nextUrl(from: URL, location: string | null): URL {
  const to = location === null ? null : URL.parse(location, from);
  const downgraded = from.protocol === "https:" && to?.protocol === "http:";
  if (to === null || !/^https?:$/.test(to.protocol) || downgraded) {
    throw hubError(
      `Cannot follow ${from.host}: it redirects to ${
        downgraded ? "a connection without encryption" : "no address"
      }`,
      "Look at HF_ENDPOINT.",
    );
  }
  return to;
}

async function fetchOnce(
  url: URL,
  init: RequestInit,
  watchdog: Watchdog,
  signal: AbortSignal | undefined,
): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    throw connectionError(error, url.host, watchdog, signal);
  }
}

/** A failed connection in our words; the address may hold secrets. */
export function connectionError(
  error: unknown,
  host: string,
  watchdog: Watchdog,
  signal: AbortSignal | undefined,
): unknown {
  throwIfCancelled(signal);
  if (watchdog.barked) {
    return new TransientError(`${host} does not answer`, { cause: error });
  }
  if (error instanceof Deno.errors.NotCapable) {
    return new MambaError(
      "permission",
      `Cannot ask ${host}: Deno may not use the network`,
      { hint: `Run Deno with --allow-net=${host}.`, cause: error },
    );
  }
  if (error instanceof MambaError || error instanceof TransientError) {
    return error;
  }
  const text = error instanceof Error ? error.message : String(error);
  const reason = text.replace(/^.* for url \([^)]*\):?\s*/, "")
    .replaceAll(/https?:\/\/\S+/g, "…");
  return new TransientError(
    `the connection to ${host} failed${reason === "" ? "" : ` (${reason})`}`,
    { cause: error },
  );
}

/**
 * Refuses an answer that is not the one that was asked for.
 *
 * @param what was asked for: "the model a/b", "config.json of a/b"
 * @throws {TransientError} if it may go well another time
 * @throws {MambaError} `not_found` or `network`
 */
export async function checkStatus(
  { response, fromHub }: HubResponse,
  what: string,
  { endpoint, token }: HubAddress,
): Promise<void> {
  const { status, headers } = response;
  if (status === 200 || status === 206) return;
  await response.body?.cancel();
  const { host } = new URL(endpoint);
  // An address of storage that has become too old: the hub gives another.
  if (TRANSIENT.has(status) || (!fromHub && status !== 404)) {
    throw new TransientError(
      status === 429 ? `${host} asks for a pause` : `${host} answers ${status}`,
      { retryAfterMs: parseRetryAfter(headers.get("retry-after")) },
    );
  }
  const code = headers.get("x-error-code") ?? "";
  if (status === 401 || status === 403) {
    throw refused(what, host, code, token);
  }
  if (status === 404) {
    throw new MambaError(
      "not_found",
      `Cannot fetch ${what}: ${host} has none`,
      {
        field: "model",
        hint: code === "RevisionNotFound"
          ? "The model is there, but not this revision."
          : "Check the name; what is private needs a token (HF_TOKEN).",
      },
    );
  }
  throw hubError(
    `Cannot fetch ${what}: ${host} answers ${status}`,
    "Look at HF_ENDPOINT.",
  );
}

function refused(
  what: string,
  host: string,
  code: string,
  token: string | undefined,
): MambaError {
  if (code === "GatedRepo") {
    return hubError(
      `Cannot fetch ${what}: its owner wants terms to be accepted`,
      `Accept them on the model's page on ${host}, and set HF_TOKEN.`,
    );
  }
  return token === undefined
    ? new MambaError(
      "not_found",
      `Cannot fetch ${what}: ${host} has none, or it is private`,
      { field: "model", hint: "Check the name, or set HF_TOKEN." },
    )
    : hubError(
      `Cannot fetch ${what}: ${host} does not accept the token for it`,
      "Check HF_TOKEN, or the token that `hf auth login` has left.",
    );
}
