import { basename, resolve } from "node:path";
import { MambaError } from "../api/mamba_error.ts";
import { type CatalogEntry, ModelCatalog } from "../engine/model_catalog.ts";

/**
 * The model that a word on the command line stands for: a directory, or the
 * id of a model below `models/` or `MAMBA_MODELS`; without a word, the first
 * of those.
 *
 * @throws {MambaError} `not_found`, with what there is
 */
export async function findModel(
  name: string | undefined,
): Promise<CatalogEntry> {
  if (name === undefined) return await new ModelCatalog().find(undefined);
  const looksLikePath = /^(\.{0,2}\/|~|\.{1,2}$)/.test(name);
  try {
    if (!looksLikePath) return await new ModelCatalog().find(name);
  } catch (error) {
    if (!(error instanceof MambaError) || error.code !== "not_found") {
      throw error;
    }
    if (!await isDirectory(name)) throw withAdvice(error, name);
  }
  // Whether it holds a model is said, with the reason, when it is opened.
  const directory = resolve(name);
  return { id: basename(directory), directory };
}

function withAdvice(error: MambaError, name: string): MambaError {
  // The names of the checkpoints on the web: owner/name.
  if (!/^[\w.-]+\/[\w.-]+$/.test(name)) return error;
  return new MambaError("not_found", error.message, {
    field: "model",
    hint: "Checkpoints are not downloaded yet: get the files yourself and " +
      "give their directory (config.json, weights, tokenizer.json).",
    cause: error,
  });
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch {
    return false;
  }
}
