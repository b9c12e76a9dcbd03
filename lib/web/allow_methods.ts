import { RequestError } from "./request_error.ts";

/**
 * Refuses a request whose method a route does not answer. `HEAD` goes with
 * `GET`.
 *
 * @throws {RequestError} with status 405 and the `allow` header
 */
export function allowMethods(
  request: Request,
  ...methods: readonly ("GET" | "POST" | "DELETE")[]
): void {
  const allowed = methods.flatMap((method) =>
    method === "GET" ? ["GET", "HEAD"] : [method]
  );
  if (allowed.includes(request.method)) return;
  const allow = allowed.join(", ");
  throw new RequestError(
    405,
    "method_not_allowed",
    `Cannot answer a ${request.method} request here`,
    { hint: `Use ${allow}.`, headers: { allow } },
  );
}
