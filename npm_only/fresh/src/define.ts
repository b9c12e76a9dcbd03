import type { AnyComponent } from "preact";
import type {
  HandlerByMethod,
  HandlerFn,
  MiddlewareFn,
  PageProps,
  RouteHandler,
} from "./handlers.ts";

/** Functions that return what they get and tell the compiler its type. */
export interface Define<State> {
  /** A route's handler or handlers. */
  handlers<
    Data,
    Handlers extends RouteHandler<Data, State> = RouteHandler<Data, State>,
  >(handlers: Handlers): typeof handlers;
  /** A page; `define.page<typeof handler>` types `props.data`. */
  page<
    // deno-lint-ignore no-explicit-any
    Handler extends RouteHandler<any, State> = never,
    Data = Handler extends HandlerFn<infer D, State> ? D
      : Handler extends HandlerByMethod<infer D, State> ? D
      : never,
  >(render: AnyComponent<PageProps<Data, State>>): typeof render;
  /** A layout. */
  layout(
    render: AnyComponent<PageProps<unknown, State>>,
  ): typeof render;
  /** A middleware, or a list of them. */
  middleware<M extends MiddlewareFn<State> | MiddlewareFn<State>[]>(
    middleware: M,
  ): typeof middleware;
}

/** The helpers for an application whose `context.state` is a `State`. */
export function createDefine<State>(): Define<State> {
  return {
    handlers: (handlers) => handlers,
    page: (render) => render,
    layout: (render) => render,
    middleware: (middleware) => middleware,
  };
}
