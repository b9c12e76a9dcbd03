import { Engine } from "./engine.ts";

const KEY = Symbol.for("fresh-mamba.engine");

/**
 * The process's engine. It lives outside the module, because a development
 * server evaluates modules again after each edit, and weights would be loaded
 * again with them.
 */
export function sharedEngine(): Engine {
  const holder = globalThis as { [KEY]?: Engine };
  holder[KEY] ??= Engine.open();
  return holder[KEY];
}
