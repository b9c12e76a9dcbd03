import type { RouteComponent } from "./handlers.ts";
import type { Snapshot } from "./snapshot.ts";

/** The components around a page, outermost first. */
export interface Frame<State> {
  app: RouteComponent<State> | undefined;
  layouts: RouteComponent<State>[];
}

/** The frame of a context, for the modules of this package alone. */
export const frames = new WeakMap<object, Frame<unknown>>();
/** The snapshot of a context, likewise. */
export const snapshots = new WeakMap<object, Snapshot>();
