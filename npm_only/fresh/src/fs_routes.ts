import {
  METHODS,
  type MiddlewareFn,
  type Route,
  type RouteComponent,
  type RouteConfig,
  type RouteHandler,
} from "./handlers.ts";
import type { Layers } from "./layers.ts";
import { compareRoutes, folderOf, patternOf } from "./route_path.ts";

/** What a module below `routes/` may export. */
export interface RouteModule {
  default?: unknown;
  handler?: unknown;
  handlers?: unknown;
  config?: RouteConfig;
}

/** A page or API below `routes/`, ready to be added to a router. */
export interface FileRoute<State> {
  pattern: string;
  folder: string;
  route: Route<State>;
}

/**
 * Adds what `_app`, `_layout`, `_error` and `_middleware` files say to the
 * layers; returns the routes proper, in the order in which to try them.
 */
export function readRoutes<State>(
  modules: Record<string, RouteModule>,
  layers: Layers<State>,
): FileRoute<State>[] {
  const routes: FileRoute<State>[] = [];
  for (const file of Object.keys(modules).sort(compareRoutes)) {
    const module = modules[file] ?? {};
    // Files in folders such as (_components) are helpers of routes.
    if (/(^|\/)\(_[^/]*\)\//.test(file)) continue;
    const name = file.slice(file.lastIndexOf("/") + 1);
    const folder = folderOf(file);
    if (name.startsWith("_")) {
      addToLayer(name, module, layers.at(folder), file);
      continue;
    }
    const route = routeOf<State>(module);
    if (route.component === undefined && route.handler === undefined) {
      throw new TypeError(
        `Cannot use routes/${file}: it exports neither a page nor a handler`,
      );
    }
    const pattern = module.config?.routeOverride ?? patternOf(file);
    // A file is asked for every method: what it does not answer is not found.
    route.config = { methods: [...METHODS], ...route.config };
    routes.push({ pattern, folder, route });
  }
  return routes;
}

function addToLayer<State>(
  name: string,
  module: RouteModule,
  layer: ReturnType<Layers<State>["at"]>,
  file: string,
) {
  const component = module.default as RouteComponent<State>;
  switch (name) {
    case "_app":
      layer.app = component;
      break;
    case "_layout":
      layer.layout = { component, config: module.config ?? {} };
      break;
    case "_error":
      layer.error = routeOf(module);
      break;
    case "_middleware": {
      const exported = module.handler ?? module.handlers ?? module.default;
      layer.middlewares.push(...[exported].flat() as MiddlewareFn<State>[]);
      break;
    }
    default:
      throw new TypeError(
        `Cannot use routes/${file}: only _app, _error, _layout and ` +
          "_middleware begin with _",
      );
  }
}

function routeOf<State>(module: RouteModule): Route<State> {
  return {
    component: module.default as RouteComponent<State> | undefined,
    handler: (module.handler ?? module.handlers) as
      | RouteHandler<unknown, State>
      | undefined,
    config: module.config,
  };
}
