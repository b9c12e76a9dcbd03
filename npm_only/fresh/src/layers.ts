import type { Context } from "./context.ts";
import { type Frame, frames } from "./context_state.ts";
import type {
  LayoutConfig,
  MiddlewareFn,
  Route,
  RouteComponent,
} from "./handlers.ts";
import { HttpError } from "./http_error.ts";
import { renderRoute } from "./render.ts";

/** What applies to every route below one folder. */
export interface Layer<State> {
  middlewares: MiddlewareFn<State>[];
  app?: RouteComponent<State>;
  layout?: { component: RouteComponent<State>; config: LayoutConfig };
  error?: Route<State>;
}

/** The layers of an application by their folder: "/", "/api", "/api/models". */
export class Layers<State> {
  readonly #byFolder = new Map<string, Layer<State>>([
    ["/", { middlewares: [] }],
  ]);

  /** The layer of a folder, made if it is new. */
  at(folder: string): Layer<State> {
    let layer = this.#byFolder.get(folder);
    if (layer === undefined) {
      layer = { middlewares: [] };
      this.#byFolder.set(folder, layer);
    }
    return layer;
  }

  /**
   * What a request passes on its way to a route in the folder, outermost
   * first. Later additions do not change it.
   */
  chain(folder: string): MiddlewareFn<State>[] {
    const chain: MiddlewareFn<State>[] = [];
    for (const path of foldersTo(folder)) {
      const layer = this.#byFolder.get(path);
      if (layer !== undefined) chain.push(guard(layer), ...layer.middlewares);
    }
    return chain;
  }
}

/** Runs middlewares one inside the other; `last` is what comes after them. */
export function runChain<State>(
  context: Context<State>,
  chain: MiddlewareFn<State>[],
  last: MiddlewareFn<State>,
): Promise<Response> {
  const step = async (index: number): Promise<Response> => {
    const fn = chain[index] ?? last;
    context.next = () => step(index + 1);
    try {
      const response = await fn(context);
      if (response instanceof Response) return response;
    } catch (error) {
      context.error = error;
      throw error;
    }
    throw new TypeError("Cannot answer: a middleware returned no Response");
  };
  return step(0);
}

/** "/a/b" → "/", "/a", "/a/b". */
function foldersTo(folder: string): string[] {
  const folders = ["/"];
  let path = "";
  for (const part of folder.split("/")) {
    if (part === "") continue;
    path += `/${part}`;
    folders.push(path);
  }
  return folders;
}

/** Sets a layer's frame around what it contains, and shows its errors. */
function guard<State>(layer: Layer<State>): MiddlewareFn<State> {
  return async (context) => {
    const before = frames.get(context) as Frame<State>;
    frames.set(context, within(before, layer) as Frame<unknown>);
    try {
      return await context.next();
    } catch (error) {
      if (layer.error === undefined) throw error;
      context.error = error;
      const status = error instanceof HttpError ? error.status : 500;
      return await renderRoute(context, layer.error, status);
    } finally {
      frames.set(context, before as Frame<unknown>);
    }
  };
}

function within<State>(
  frame: Frame<State>,
  { app, layout }: Layer<State>,
): Frame<State> {
  const { skipAppWrapper = false, skipInheritedLayouts = false } =
    layout?.config ?? {};
  return {
    app: skipAppWrapper ? undefined : app ?? frame.app,
    layouts: layout === undefined
      ? frame.layouts
      : [...(skipInheritedLayouts ? [] : frame.layouts), layout.component],
  };
}
