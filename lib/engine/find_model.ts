import { basename, resolve } from "node:path";
import { MambaError } from "../api/mamba_error.ts";
import { type CatalogEntry, ModelCatalog } from "./model_catalog.ts";

/**
 * The model that a word stands for: a directory, the id of a model below
 * `models/` or `MAMBA_MODELS`, or the name of a downloaded one; without a
 * word, the first of those. A directory `owner/name` that is there goes before
 * a downloaded model of that name.
 *
 * @throws {MambaError} `not_found`, with what there is
 */
export async function findModel(
  name: string | undefined,
): Promise<CatalogEntry> {
  const catalog = new ModelCatalog();
  if (name === undefined) return await catalog.find(undefined);
  const looksLikePath = /^(\.{0,2}\/|~|\.{1,2}$)/.test(name);
  // Whether it holds a model is said, with the reason, when it is opened.
  const directory = resolve(name);
  const entry = { id: basename(directory), directory };
  if (looksLikePath) return entry;
  if (name.includes("/") && await isDirectory(name)) return entry;
  try {
    return await catalog.find(name);
  } catch (error) {
    const absent = error instanceof MambaError && error.code === "not_found";
    if (absent && await isDirectory(name)) return entry;
    throw error;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch {
    return false;
  }
}
