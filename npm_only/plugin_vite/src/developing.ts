import { join } from "node:path";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pathToFileURL } from "node:url";
import type { Plugin, ViteDevServer } from "vite";
import type { Options } from "./options.ts";
import { SERVER_ENTRY } from "./virtual_modules.ts";

type Fetch = (request: Request) => Promise<Response>;
/** Vite keeps the address that the browser asked for under another name. */
type Incoming = IncomingMessage & { originalUrl?: string | undefined };

/** The development server: pages come from the sources as they are now. */
export function developing(options: Options): Plugin {
  return {
    name: "fresh:developing",
    apply: "serve",
    configureServer(server) {
      const client = pathToFileURL(join(options.root, options.staticDir)).href;
      let entry: object | undefined;
      let handler: Fetch | undefined;
      watchFolders(server, options);
      return () => {
        server.middlewares.use(async (req, res) => {
          try {
            const module = await server.ssrLoadModule(SERVER_ENTRY);
            // Vite gives another module after a change, the same otherwise.
            if (module !== entry || handler === undefined) {
              handler = module.serve(client, []) as Fetch;
              entry = module;
            }
            await respond(handler, req, res);
          } catch (error) {
            if (error instanceof Error) server.ssrFixStacktrace(error);
            fail(res, error);
          }
        });
      };
    },
    hotUpdate({ modules, server }) {
      // Islands reload by themselves; what only the server runs does not.
      if (this.environment.name === "ssr" && modules.length > 0) {
        server.ws.send({ type: "full-reload" });
      }
    },
  };
}

/** A route or island that comes or goes changes the server's entry. */
function watchFolders(server: ViteDevServer, options: Options) {
  const folders = [options.routeDir, options.islandsDir]
    .map((folder) => join(options.root, folder) + "/");
  const changed = (path: string) => {
    if (!folders.some((folder) => path.startsWith(folder))) return;
    const { ssr } = server.environments;
    const module = ssr?.moduleGraph.getModuleById(`\0${SERVER_ENTRY}`);
    if (module) ssr?.moduleGraph.invalidateModule(module);
    server.ws.send({ type: "full-reload" });
  };
  server.watcher.on("add", changed);
  server.watcher.on("unlink", changed);
}

/** Carries a request of Node's server to the application and back. */
async function respond(
  handler: Fetch,
  req: Incoming,
  res: ServerResponse,
) {
  const gone = new AbortController();
  res.on("close", () => gone.abort());
  const response = await handler(toRequest(req, gone.signal));

  res.statusCode = response.status;
  response.headers.forEach((value, name) => res.appendHeader(name, value));
  res.flushHeaders();
  if (response.body !== null) {
    const reader = response.body.getReader();
    gone.signal.addEventListener("abort", () => {
      // Also after the last byte, when there is nothing left to cancel.
      reader.cancel().catch(() => {});
    });
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (!res.write(value) && !res.destroyed) {
        await new Promise((resolve) => {
          res.once("drain", resolve);
          res.once("close", resolve);
        });
      }
    }
  }
  res.end();
}

function toRequest(
  req: Incoming,
  signal: AbortSignal,
): Request {
  const { method = "GET", headers: from } = req;
  const host = from.host ?? "localhost";
  const url = new URL(req.originalUrl ?? req.url ?? "/", `http://${host}`);
  const headers = new Headers();
  for (const [name, value] of Object.entries(from)) {
    for (const one of [value ?? []].flat()) headers.append(name, one);
  }
  const init: RequestInit = { method, headers, signal };
  if (method !== "GET" && method !== "HEAD") {
    // Not `Readable.toWeb`: it refuses a body that has arrived already.
    init.body = ReadableStream.from(req as AsyncIterable<Uint8Array>);
    Object.assign(init, { duplex: "half" });
  }
  return new Request(url, init);
}

function fail(res: ServerResponse, error: unknown) {
  console.error(error);
  if (res.headersSent) {
    res.destroy();
    return;
  }
  res.statusCode = 500;
  res.setHeader("content-type", "text/plain; charset=utf-8");
  res.end(error instanceof Error ? error.stack : String(error));
}
