import { Fragment, type FunctionComponent, h, type VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import type { Context } from "./context.ts";
import { frames, snapshots } from "./context_state.ts";
import { completeDocument } from "./document.ts";
import type {
  LayoutConfig,
  Method,
  PageProps,
  Route,
  RouteComponent,
} from "./handlers.ts";
import { HeadCollector } from "./head.ts";
import { IslandCollector, type UsedIsland } from "./islands.ts";

/** Calls a route's handler and renders its page if it gives data. */
export async function renderRoute<State>(
  context: Context<State>,
  route: Route<State>,
  status = 200,
): Promise<Response> {
  const { handler, component, config = {} } = route;
  const method = context.req.method;
  const fn = typeof handler === "object"
    ? handler[method as Method] ??
      (method === "HEAD" ? handler.GET : undefined)
    : handler;
  const isPage = component !== undefined &&
    (handler === undefined || method === "GET" || method === "HEAD");
  if (fn === undefined && !isPage) return await context.next();
  // A page that needs no data has no handler for it.
  const answer = fn === undefined ? { data: {} } : await fn(context);
  if (answer instanceof Response) return answer;

  context.data = answer.data;
  const vnode = component === undefined
    ? null
    : await renderComponent(context, component, () => null);
  if (vnode instanceof Response) return vnode;
  const { headers, status: own = status } = answer;
  const init = { status: own, ...(headers ? { headers } : {}) };
  return await renderDocument(context, vnode, init, config);
}

/** The response for a page in its layouts and its app wrapper. */
export async function renderDocument<State>(
  context: Context<State>,
  page: VNode | null,
  init: ResponseInit,
  { skipInheritedLayouts = false, skipAppWrapper = false }: LayoutConfig,
): Promise<Response> {
  const frame = frames.get(context);
  const layouts = skipInheritedLayouts ? [] : frame?.layouts ?? [];
  const app = skipAppWrapper ? undefined : frame?.app;

  let vnode = page;
  for (const component of [...layouts.toReversed(), app]) {
    if (component === undefined) continue;
    const child = vnode;
    const outer = await renderComponent(
      context,
      component as RouteComponent<State>,
      () => child,
    );
    if (outer instanceof Response) return outer;
    vnode = outer;
  }

  const head: VNode[] = [];
  const islands: UsedIsland[] = [];
  const tree = h(
    HeadCollector.Provider,
    { value: head },
    h(IslandCollector.Provider, { value: islands }, vnode ?? h(Fragment, null)),
  );
  const body = renderToString(tree);
  const snapshot = snapshots.get(context);
  const headers = new Headers(init.headers);
  if (!headers.has("content-type")) {
    headers.set("content-type", "text/html; charset=utf-8");
  }
  return new Response(
    completeDocument(body, head.map((element) => renderToString(element)), {
      islands,
      clientEntry: snapshot?.clientEntry ?? "",
      scripts: snapshot?.scripts ?? [],
    }),
    { ...init, headers },
  );
}

async function renderComponent<State>(
  context: Context<State>,
  component: RouteComponent<State>,
  Component: FunctionComponent,
): Promise<VNode | Response | null> {
  const { config, url, req, params, info, state, isPartial, error, route } =
    context;
  const props: PageProps<unknown, State> = {
    config,
    url,
    req,
    params,
    info,
    state,
    isPartial,
    error,
    route,
    data: context.data,
    Component,
  };
  if (isAsync(component)) {
    context.Component = Component;
    return await component(props);
  }
  return h(component as FunctionComponent<typeof props>, props) as VNode;
}

/** An async function is called at once: Preact cannot wait for it. */
function isAsync<State>(
  component: RouteComponent<State>,
): component is (props: PageProps) => Promise<VNode | Response | null> {
  return component.constructor.name === "AsyncFunction";
}
