/**
 * A stand-in for the part of Fresh 2 that this project uses, for machines
 * that cannot reach JSR. It is written from Fresh's documentation: routes,
 * islands and tests run the same over either.
 *
 * @module
 */
export { App, type ListenOptions } from "./app.ts";
export type {
  Context,
  FreshConfig,
  FreshContext,
  ResolvedFreshConfig,
} from "./context.ts";
export { createDefine, type Define } from "./define.ts";
export {
  type HandlerByMethod,
  type HandlerFn,
  type LayoutConfig,
  type Method,
  type Middleware,
  type MiddlewareFn,
  page,
  type PageProps,
  type PageResponse,
  type RouteConfig,
  type RouteHandler,
} from "./handlers.ts";
export { HttpError } from "./http_error.ts";
export { staticFiles } from "./static_files.ts";
