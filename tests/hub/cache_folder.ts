import { join } from "node:path";
import { pullModel, type PullOptions } from "../../lib/hub/mod.ts";
import type { LoopbackHub } from "../helpers/loopback_hub/loopback_hub.ts";

/** Does something with an empty folder for a cache. */
export async function withCache<T>(
  work: (cache: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "fresh-mamba-hub-" });
  try {
    return await work(join(folder, "hub"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Pulls from a loopback hub, without long waits and without a token. */
export function pull(
  hub: LoopbackHub,
  cache: string,
  name: string,
  options: PullOptions = {},
) {
  return pullModel(name, {
    endpoint: hub.endpoint,
    cache,
    token: "",
    offline: false,
    retryDelayMs: 1,
    stallMs: 5000,
    ...options,
  });
}

/**
 * What is in a folder, path → content: text for links (`-> target`), a length
 * for files.
 */
export async function tree(
  folder: string,
  below = "",
): Promise<Record<string, string | number>> {
  const found: Record<string, string | number> = {};
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    const key = below + name;
    if (isDirectory) Object.assign(found, await tree(path, `${key}/`));
    else if ((await Deno.lstat(path)).isSymlink) {
      found[key] = `-> ${await Deno.readLink(path)}`;
    } else found[key] = (await Deno.stat(path)).size;
  }
  return found;
}
