import type { AnyComponent, VNode } from "preact";
import type { Context } from "./context.ts";

/** The methods that a route can answer. */
export type Method =
  | "GET"
  | "HEAD"
  | "POST"
  | "PUT"
  | "PATCH"
  | "DELETE"
  | "OPTIONS";

/** Every {@linkcode Method}. */
export const METHODS: readonly Method[] = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
];

/** What a handler returns to have its page rendered with data. */
export interface PageResponse<Data> {
  data: Data;
  headers?: HeadersInit;
  status?: number;
}

/** The data that a handler gives to its page. */
export function page<Data>(
  data: Data,
  options?: { headers?: HeadersInit; status?: number },
): PageResponse<Data>;
export function page(): PageResponse<undefined>;
export function page<Data>(
  data?: Data,
  options: { headers?: HeadersInit; status?: number } = {},
): PageResponse<Data | undefined> {
  return { data, ...options };
}

/** Answers a request, or gives its page the data. */
export interface HandlerFn<Data, State> {
  (context: Context<State>):
    | Response
    | PageResponse<Data>
    | Promise<Response | PageResponse<Data>>;
}

/** One handler per method. */
export type HandlerByMethod<Data, State> = {
  [M in Method]?: HandlerFn<Data, State>;
};

/** What a route module exports as `handler`. */
export type RouteHandler<Data, State> =
  | HandlerFn<Data, State>
  | HandlerByMethod<Data, State>;

/** Answers a request, or passes it on with `context.next()`. */
export interface MiddlewareFn<State> {
  (context: Context<State>): Response | Promise<Response>;
}

/** The same, under the name that newer code uses. */
export type Middleware<State> = MiddlewareFn<State>;

/** What pages, layouts and the app wrapper get. */
export type PageProps<Data = unknown, State = unknown> =
  & Pick<
    Context<State>,
    | "config"
    | "url"
    | "req"
    | "params"
    | "info"
    | "state"
    | "isPartial"
    | "Component"
    | "error"
    | "route"
  >
  & { data: Data };

/** A component of the server that may be asynchronous or answer itself. */
export type RouteComponent<State> =
  | AnyComponent<PageProps<unknown, State>>
  | ((
    props: PageProps<unknown, State>,
  ) => Promise<VNode | Response | null>);

/** Options that a layout exports as `config`. */
export interface LayoutConfig {
  skipInheritedLayouts?: boolean;
  skipAppWrapper?: boolean;
}

/** Options that a route exports as `config`. */
export interface RouteConfig extends LayoutConfig {
  /** A URL pattern to use instead of the file's path. */
  routeOverride?: string;
  /** The methods that are answered. Default: what `handler` has. */
  methods?: "ALL" | Method[];
}

/** A page with its handler. */
export interface Route<State> {
  component?: RouteComponent<State> | undefined;
  handler?: RouteHandler<unknown, State> | undefined;
  config?: RouteConfig | undefined;
}
