/**
 * Where Fresh leaves the nonce of its inline scripts on a page's response. Its
 * own `csp()` reads it there too, but always adds `upgrade-insecure-requests`,
 * which breaks plain HTTP on a local network.
 */
const NONCE = Symbol.for("__freshNonce");

/** Headers of every answer, pages and API alike. */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
};

/** A policy that allows nothing from elsewhere; scripts inline only by nonce. */
export function contentSecurityPolicy(nonce?: string): string {
  const inline = nonce === undefined ? "" : ` 'nonce-${nonce}'`;
  return [
    "default-src 'none'",
    `script-src 'self'${inline}`,
    `style-src 'self'${inline}`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/**
 * Sets the security headers of an answer. In development the policy is left
 * out: Vite's own scripts and styles are inline and without nonce.
 */
export function setSecurityHeaders(
  response: Response,
  options: { development?: boolean } = {},
): void {
  for (const [name, value] of Object.entries(COMMON_HEADERS)) {
    response.headers.set(name, value);
  }
  const type = response.headers.get("content-type") ?? "";
  if (!type.startsWith("text/html")) return;
  if (!response.headers.has("cache-control")) {
    response.headers.set("cache-control", "no-cache");
  }
  if (options.development) return;
  const nonce = (response as { [NONCE]?: string })[NONCE];
  response.headers.set(
    "content-security-policy",
    contentSecurityPolicy(nonce),
  );
}
