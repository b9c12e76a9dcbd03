import { RequestError } from "./request_error.ts";

/**
 * Refuses a request that changes something and comes from another site's page.
 * Programs send no `Origin`; browsers always do with a POST.
 *
 * @throws {RequestError} with status 403
 */
export function checkSameOrigin(request: Request): void {
  const origin = request.headers.get("origin");
  if (origin === null) return;
  const host = request.headers.get("host") ?? new URL(request.url).host;
  const from = URL.canParse(origin) ? new URL(origin).host : undefined;
  if (from !== undefined && from === host) return;
  throw new RequestError(
    403,
    "forbidden",
    `Cannot accept the request: it comes from ${origin}, not from this site`,
    { hint: "Open the page at this server's own address." },
  );
}
