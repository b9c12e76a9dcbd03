import {
  type ComponentType,
  createContext,
  Fragment,
  h,
  options,
  type VNode,
} from "preact";
import { useContext } from "preact/hooks";
import { MARKER } from "./marks.ts";
import type { IslandEntry } from "./snapshot.ts";

/** An island in a page, with the props that it got there. */
export interface UsedIsland {
  entry: IslandEntry;
  props: Record<string, unknown>;
}

/** Where a page's islands are collected; undefined inside an island. */
export const IslandCollector = createContext<UsedIsland[] | undefined>(
  undefined,
);

const wrappers = new Map<unknown, ComponentType>();
let installed = false;

/** Lets these components become islands wherever pages use them. */
export function registerIslands(entries: IslandEntry[]) {
  wrappers.clear();
  for (const entry of entries) {
    wrappers.set(entry.component, wrapperOf(entry) as ComponentType);
  }
  if (!installed) installHook();
}

/** Preact calls the hook for each vnode that it makes, before rendering. */
function installHook() {
  installed = true;
  const previous = options.vnode;
  options.vnode = (vnode) => {
    const wrapper = wrappers.get(vnode.type);
    if (wrapper !== undefined && !making) vnode.type = wrapper;
    previous?.(vnode);
  };
}

let making = false;

function wrapperOf(entry: IslandEntry) {
  return function Island(props: Record<string, unknown>): VNode {
    const collected = useContext(IslandCollector);
    making = true;
    let island: VNode;
    try {
      island = h(entry.component, props);
    } finally {
      making = false;
    }
    // An island inside an island is an ordinary component of it.
    if (collected === undefined) return island;
    const id = collected.push({ entry, props }) - 1;
    return h(
      IslandCollector.Provider,
      { value: undefined },
      comment(`${MARKER}:${id}`),
      island,
      comment(`/${MARKER}:${id}`),
    ) as VNode;
  };
}

/** An HTML comment; a property of the renderer that has no type. */
function comment(text: string): VNode {
  return h(Fragment, { UNSTABLE_comment: text } as object);
}
