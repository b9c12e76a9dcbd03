import { historyFile } from "../config.ts";
import { History, type HistoryOptions } from "./history.ts";

const KEY = Symbol.for("fresh-mamba.history");

/**
 * The process's history. It lives outside the module, because a development
 * server evaluates modules again after each edit, and the file is opened once.
 */
export function sharedHistory(
  options: Pick<HistoryOptions, "onFailure"> = {},
): History {
  const holder = globalThis as { [KEY]?: History };
  holder[KEY] ??= new History({ path: historyFile(), ...options });
  return holder[KEY];
}
