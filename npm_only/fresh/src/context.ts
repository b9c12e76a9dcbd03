import { type FunctionComponent, isValidElement, type VNode } from "preact";
import { frames, snapshots } from "./context_state.ts";
import type { LayoutConfig } from "./handlers.ts";
import { renderDocument } from "./render.ts";
import type { Snapshot } from "./snapshot.ts";

/** Options of {@linkcode App}. */
export interface FreshConfig {
  /** A path that every route begins with. Not supported here but as "". */
  basePath?: string;
}

/** The configuration with its defaults. */
export interface ResolvedFreshConfig {
  basePath: string;
  mode: "development" | "production";
}

/** What a {@linkcode Context} is made from. */
export interface ContextInit {
  req: Request;
  url: URL;
  info: Deno.ServeHandlerInfo;
  params: Record<string, string>;
  route: string | null;
  snapshot: Snapshot;
}

/** One request on its way through middlewares and handlers. */
export class Context<State> {
  readonly req: Request;
  readonly url: URL;
  readonly info: Deno.ServeHandlerInfo;
  readonly params: Record<string, string>;
  /** The pattern that matched, or null. */
  readonly route: string | null;
  readonly config: ResolvedFreshConfig;
  /** Shared by everything that has this request in hand. */
  readonly state: State = {} as State;
  /** What the handler gave to its page. */
  data: unknown = undefined;
  /** What was thrown, or null. */
  error: unknown = null;
  /** Always false: pages are rendered whole. */
  readonly isPartial: boolean = false;
  /** The page, for layouts and the app wrapper. */
  Component: FunctionComponent = () => null;
  /** Goes on to the next middleware or handler. */
  next: () => Promise<Response> = () =>
    Promise.reject(new Error("Cannot go on: nothing comes next"));

  constructor({ req, url, info, params, route, snapshot }: ContextInit) {
    this.req = req;
    this.url = url;
    this.info = info;
    this.params = params;
    this.route = route;
    this.config = { basePath: "", mode: snapshot.mode };
    frames.set(this, { app: undefined, layouts: [] });
    snapshots.set(this, snapshot);
  }

  /** Sends the browser elsewhere; never to another host by accident. */
  redirect(pathOrUrl: string, status = 302): Response {
    const end = pathOrUrl.search(/[?#]|$/);
    const path = pathOrUrl.slice(0, end);
    const location = path.startsWith("/")
      ? path.replaceAll(/\/{2,}/g, "/") + pathOrUrl.slice(end)
      : pathOrUrl;
    return new Response(null, { status, headers: { location } });
  }

  /** An HTML page from JSX, inside the layouts and the app wrapper. */
  async render(
    vnode: VNode | null,
    init: ResponseInit = {},
    config: LayoutConfig = {},
  ): Promise<Response> {
    if (vnode !== null && !isValidElement(vnode)) {
      throw new TypeError("Cannot render: the argument is no JSX element");
    }
    return await renderDocument(this, vnode, init, config);
  }

  /** A response of plain text. */
  text(content: string, init?: ResponseInit): Response {
    return new Response(content, init);
  }

  /** A response of HTML that is ready. */
  html(content: string, init: ResponseInit = {}): Response {
    const headers = new Headers(init.headers);
    headers.set("content-type", "text/html; charset=utf-8");
    return new Response(content, { ...init, headers });
  }

  /** A response of JSON. */
  json(content: unknown, init?: ResponseInit): Response {
    return Response.json(content, init);
  }
}

/** The name that older code uses. */
export type FreshContext<State = unknown> = Context<State>;
