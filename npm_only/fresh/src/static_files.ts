import { BUILD_ID, BUILD_KEY } from "./build_id.ts";
import { snapshots } from "./context_state.ts";
import type { MiddlewareFn } from "./handlers.ts";
import type { StaticFile } from "./snapshot.ts";

/** Serves the build's files: `static/` and the modules of the islands. */
export function staticFiles<State>(): MiddlewareFn<State> {
  return async (context) => {
    const { req, url } = context;
    const file = snapshots.get(context)?.files.get(decoded(url.pathname));
    if (file === undefined) return await context.next();
    if (req.method !== "GET" && req.method !== "HEAD") {
      return new Response("Method Not Allowed", { status: 405 });
    }

    const key = url.searchParams.get(BUILD_KEY);
    if (key !== null && key !== BUILD_ID) {
      // A page of an older build asks: it gets today's file, not kept.
      url.searchParams.delete(BUILD_KEY);
      const location = url.pathname + url.search;
      return new Response(null, { status: 307, headers: { location } });
    }
    return await send(file, req, file.immutable || key !== null);
  };
}

async function send(
  file: StaticFile,
  req: Request,
  immutable: boolean,
): Promise<Response> {
  const etag = `W/"${file.hash}"`;
  const headers = new Headers({
    "content-type": contentType(file.path),
    "cache-control": immutable
      ? "public, max-age=31536000, immutable"
      : "no-cache",
    etag,
  });
  if (req.headers.get("if-none-match") === etag) {
    return new Response(null, { status: 304, headers });
  }
  const content = await Deno.readFile(file.path);
  headers.set("content-length", String(content.byteLength));
  return new Response(req.method === "HEAD" ? null : content, { headers });
}

function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

/** The media type that a file's name promises. */
function contentType(path: string): string {
  const extension = path.slice(path.lastIndexOf(".") + 1);
  return TYPES[extension] ?? "application/octet-stream";
}

const TYPES: Record<string, string> = {
  css: "text/css; charset=utf-8",
  gif: "image/gif",
  html: "text/html; charset=utf-8",
  ico: "image/vnd.microsoft.icon",
  jpg: "image/jpeg",
  js: "text/javascript; charset=utf-8",
  json: "application/json; charset=utf-8",
  map: "application/json; charset=utf-8",
  mjs: "text/javascript; charset=utf-8",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  wasm: "application/wasm",
  webmanifest: "application/manifest+json",
  webp: "image/webp",
  woff2: "font/woff2",
};
