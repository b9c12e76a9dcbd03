/** Whether only this machine can reach an address that a server listens on. */
export function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  return name === "localhost" || name.endsWith(".localhost") ||
    name === "::1" || /^127(\.\d{1,3}){3}$/.test(name);
}

/**
 * Answers for a request to a name that is not this machine's own; undefined
 * for all others. A page of another site can make its own name point here
 * (DNS rebinding), and would then be the same site to a browser.
 */
export function refuseForeignName(request: Request): Response | undefined {
  const { hostname } = new URL(request.url);
  if (isLoopback(hostname)) return undefined;
  const error = {
    code: "forbidden",
    message:
      `Cannot answer as ${hostname}: this server is there for its own machine only`,
    hint:
      "Open it as localhost, let a proxy send that as Host, or set HOST to an address that others reach.",
  };
  return Response.json({ error }, { status: 403 });
}
