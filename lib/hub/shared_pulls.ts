import { PullManager } from "./pull_manager.ts";

const KEY = Symbol.for("fresh-mamba.pulls");

/**
 * The process's one manager of downloads. It is kept outside of the module:
 * the development server loads modules anew at every change.
 */
export function sharedPulls(): PullManager {
  const keeper = globalThis as { [KEY]?: PullManager };
  return keeper[KEY] ??= new PullManager();
}
