import { Context, type FreshConfig } from "./context.ts";
import { readRoutes } from "./fs_routes.ts";
import {
  type Method,
  METHODS,
  type MiddlewareFn,
  type Route,
  type RouteComponent,
} from "./handlers.ts";
import { HttpError } from "./http_error.ts";
import { Layers, runChain } from "./layers.ts";
import { renderRoute } from "./render.ts";
import { Router } from "./router.ts";
import { emptySnapshot, type Snapshot } from "./snapshot.ts";

/** Answers requests. */
export type Handler = (
  request: Request,
  info?: Deno.ServeHandlerInfo,
) => Promise<Response>;

/** What a step of an {@linkcode App} may change. */
interface Setup<State> {
  layers: Layers<State>;
  router: Router<MiddlewareFn<State>[]>;
  snapshot: Snapshot;
}

/** Options of {@linkcode App.listen}. */
export type ListenOptions = Deno.ServeTcpOptions;

const attached = new WeakMap<object, Snapshot>();

/** Gives an application the routes, islands and files of a build. */
export function attach<State>(app: App<State>, snapshot: Snapshot) {
  attached.set(app, snapshot);
}

/**
 * An application: middlewares, routes and pages, applied from top to bottom.
 * A middleware that is added after a route does not apply to it.
 */
// deno-lint-ignore no-explicit-any
export class App<State = any> {
  readonly #steps: ((setup: Setup<State>) => void)[] = [];

  constructor(config: FreshConfig = {}) {
    if (config.basePath) {
      throw new TypeError("Cannot use basePath: the stand-in has none");
    }
  }

  /** Adds middlewares, for all paths or for those below the first argument. */
  use(
    pathOrFn: string | MiddlewareFn<State>,
    ...fns: MiddlewareFn<State>[]
  ): this {
    const path = typeof pathOrFn === "string" ? pathOrFn : "*";
    const all = typeof pathOrFn === "string" ? fns : [pathOrFn, ...fns];
    return this.#add(({ layers }) =>
      layers.at(folder(path)).middlewares.push(...all)
    );
  }

  get(path: string, ...fns: MiddlewareFn<State>[]): this {
    return this.#handle(["GET"], path, fns);
  }
  post(path: string, ...fns: MiddlewareFn<State>[]): this {
    return this.#handle(["POST"], path, fns);
  }
  put(path: string, ...fns: MiddlewareFn<State>[]): this {
    return this.#handle(["PUT"], path, fns);
  }
  patch(path: string, ...fns: MiddlewareFn<State>[]): this {
    return this.#handle(["PATCH"], path, fns);
  }
  delete(path: string, ...fns: MiddlewareFn<State>[]): this {
    return this.#handle(["DELETE"], path, fns);
  }
  head(path: string, ...fns: MiddlewareFn<State>[]): this {
    return this.#handle(["HEAD"], path, fns);
  }
  /** Answers every method. */
  all(path: string, ...fns: MiddlewareFn<State>[]): this {
    return this.#handle(METHODS, path, fns);
  }

  /** Adds a page with its handler. */
  route(path: string, route: Route<State>): this {
    return this.#add((setup) => addRoute(setup, path, folder(path), route));
  }

  /** Sets what every page is in: the document's outer elements. */
  appWrapper(component: RouteComponent<State>): this {
    return this.#add(({ layers }) => layers.at("/").app = component);
  }

  /** Sets what pages below a path are in. */
  layout(path: string, component: RouteComponent<State>): this {
    return this.#add(({ layers }) => {
      layers.at(folder(path)).layout = { component, config: {} };
    });
  }

  /** Sets what answers when something below a path throws. */
  onError(path: string, route: Route<State> | MiddlewareFn<State>): this {
    return this.#add(({ layers }) => {
      layers.at(folder(path)).error = typeof route === "function"
        ? { handler: route }
        : route;
    });
  }

  /** Adds what the files below `routes/` say. */
  fsRoutes(): this {
    return this.#add((setup) => {
      const files = readRoutes(setup.snapshot.routes, setup.layers);
      for (const { pattern, folder, route } of files) {
        addRoute(setup, pattern, folder, route);
      }
    });
  }

  /** The function that answers requests; tests call it without a server. */
  handler(): Handler {
    const setup: Setup<State> = {
      layers: new Layers(),
      router: new Router(),
      snapshot: attached.get(this) ?? emptySnapshot(),
    };
    for (const step of this.#steps) step(setup);
    const rest = setup.layers.chain("/");
    return (request, info = NO_CONNECTION) =>
      answer(setup, rest, request, info);
  }

  /** Serves on a port. */
  async listen(options: ListenOptions = {}): Promise<void> {
    await Deno.serve(options, this.handler()).finished;
  }

  #handle(
    methods: readonly Method[],
    path: string,
    fns: MiddlewareFn<State>[],
  ): this {
    return this.#add(({ layers, router }) => {
      const chain = [...layers.chain(folder(path)), ...fns];
      for (const method of methods) router.add(method, pattern(path), chain);
    });
  }

  #add(step: (setup: Setup<State>) => void): this {
    this.#steps.push(step);
    return this;
  }
}

const NO_CONNECTION: Deno.ServeHandlerInfo = {
  remoteAddr: { transport: "tcp", hostname: "localhost", port: 0 },
  completed: Promise.resolve(),
};

/** "*" and "/foo/*" as the folder that they mean. */
function folder(path: string): string {
  return path.replace(/\/?\*$/, "") || "/";
}

function pattern(path: string): string {
  return path === "*" ? "/*" : path;
}

function addRoute<State>(
  { layers, router }: Setup<State>,
  pattern: string,
  folder: string,
  route: Route<State>,
) {
  const { handler, config, component } = route;
  const chain = [
    ...layers.chain(folder),
    (context: Context<State>) => renderRoute(context, route),
  ];
  const named = typeof handler === "object"
    ? Object.keys(handler) as Method[]
    : [];
  if (component !== undefined) named.push("GET");
  const methods = Array.isArray(config?.methods)
    ? config.methods
    : typeof handler === "function"
    ? METHODS
    : named;
  for (const method of methods) router.add(method, pattern, chain);
}

async function answer<State>(
  { router, snapshot }: Setup<State>,
  rest: MiddlewareFn<State>[],
  req: Request,
  info: Deno.ServeHandlerInfo,
): Promise<Response> {
  const url = new URL(req.url);
  // Two slashes at the front would be another host in a redirect.
  url.pathname = url.pathname.replaceAll(/\/{2,}/g, "/");
  const method = req.method.toUpperCase() as Method;
  const match = router.match(method, url.pathname);
  const context = new Context<State>({
    req,
    url,
    info,
    params: match?.params ?? {},
    route: match?.pattern ?? null,
    snapshot,
  });
  try {
    const response = await runChain(context, match?.item ?? rest, () => {
      if (match === undefined || match.item) throw new HttpError(404);
      if (method !== "OPTIONS") throw new HttpError(405);
      const allow = match.methods.join(", ");
      return new Response(null, { status: 204, headers: { allow } });
    });
    return method === "HEAD" ? new Response(null, response) : response;
  } catch (error) {
    return plainError(error);
  }
}

/** The answer when no error page took the error. */
function plainError(error: unknown): Response {
  const status = error instanceof HttpError ? error.status : 500;
  if (status >= 500) console.error(error);
  const text = error instanceof HttpError && error.message !== ""
    ? error.message
    : STATUS_TEXT[status] ?? "Error";
  return new Response(text, { status });
}

const STATUS_TEXT: Record<number, string> = {
  404: "Not Found",
  405: "Method Not Allowed",
  500: "Internal server error",
};
