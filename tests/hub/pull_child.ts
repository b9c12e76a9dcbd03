/**
 * Pulls a model in a process of its own: endpoint, cache and name are its
 * arguments.
 *
 * @module
 */
import { pullModel } from "../../lib/hub/mod.ts";

const [endpoint = "", cache = "", name = ""] = Deno.args;
const { directory, fetchedBytes } = await pullModel(name, {
  endpoint,
  cache,
  token: "",
  offline: false,
  retryDelayMs: 1,
  onEvent: (event) => {
    if (event.type === "wait") console.error(`waiting for ${event.file}`);
  },
});
console.log(JSON.stringify({ directory, fetchedBytes }));
