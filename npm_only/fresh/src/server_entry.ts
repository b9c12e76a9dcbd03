import { App, attach, type Handler } from "./app.ts";
import { registerIslands } from "./islands.ts";
import type { Snapshot } from "./snapshot.ts";

/** Joins `main.ts` and what the build found into what answers requests. */
export function serverEntry(
  main: { app?: unknown },
  snapshot: Snapshot,
): Handler {
  if (!(main.app instanceof App)) {
    throw new TypeError("Cannot serve: main.ts exports no App named app");
  }
  registerIslands(snapshot.islands);
  attach(main.app, snapshot);
  return main.app.handler();
}

/** The components among a module's exports, with the name of each. */
export function islandExports(
  module: Record<string, unknown>,
): [name: string, component: Snapshot["islands"][number]["component"]][] {
  return Object.entries(module).flatMap(([name, value]) =>
    typeof value === "function" ? [[name, value as never]] : []
  );
}
