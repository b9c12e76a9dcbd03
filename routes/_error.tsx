import { HttpError, page, type PageProps } from "fresh";
import { define, type State } from "../lib/web/define.ts";
import { logError } from "../lib/web/log_error.ts";
import {
  COMMON_HEADERS,
  contentSecurityPolicy,
} from "../lib/web/security_headers.ts";

const KNOWN: Readonly<Record<number, { title: string; text: string }>> = {
  404: {
    title: "There is no such page",
    text: "The address may be mistyped, or the page has moved.",
  },
  405: {
    title: "That cannot be done here",
    text: "The page does not take this kind of request.",
  },
};

const UNKNOWN = {
  title: "Something went wrong",
  text: "The server met a fault of its own; its log has the details.",
};

// Fresh renders this page outside the middlewares, so it sets their headers.
export const handler = define.handlers((ctx) => {
  if (!(ctx.error instanceof HttpError)) logError(ctx.req, ctx.error);
  const headers: Record<string, string> = { ...COMMON_HEADERS };
  if (ctx.config.mode !== "development") {
    headers["content-security-policy"] = contentSecurityPolicy();
  }
  return page(undefined, { headers });
});

/** The page for every error that no route has answered itself. */
export default function ErrorPage({ error }: PageProps<unknown, State>) {
  const status = error instanceof HttpError ? error.status : 500;
  const { title, text } = KNOWN[status] ?? UNKNOWN;
  return (
    <section class="error-page">
      <p class="status-code">{status}</p>
      <h1>{title}</h1>
      <p class="lead">{text}</p>
      <a class="button" href="/">Go to the playground</a>
    </section>
  );
}
