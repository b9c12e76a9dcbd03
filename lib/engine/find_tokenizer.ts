import { join } from "node:path";
import { MambaError } from "../api/mamba_error.ts";
import { findGptNeoxTokenizer, usesGptNeoxTokenizer } from "../hub/mod.ts";
import { loadTokenizer, type Tokenizer } from "../tokenizer/mod.ts";
import { readCheckpointConfig } from "../weights/mod.ts";

/**
 * The directory of the tokenizer that a checkpoint is used with: its own, or
 * GPT-NeoX's among the downloads for the checkpoints of `state-spaces`, which
 * have none. Undefined if there is neither.
 */
export async function tokenizerDirectory(
  directory: string,
): Promise<string | undefined> {
  if (await exists(join(directory, "tokenizer.json"))) return directory;
  try {
    const checkpoint = await readCheckpointConfig(directory);
    if (!usesGptNeoxTokenizer(checkpoint)) return undefined;
  } catch (error) {
    // What is wrong with the model is told by those who open it.
    if (error instanceof MambaError) return undefined;
    throw error;
  }
  return await findGptNeoxTokenizer();
}

/** A checkpoint's tokenizer; undefined if there is none. */
export async function findTokenizer(
  directory: string,
): Promise<Tokenizer | undefined> {
  const found = await tokenizerDirectory(directory);
  return found === undefined ? undefined : await loadTokenizer(found);
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory
    ) return false;
    // There is something: why it cannot be read, reading it will tell.
    return true;
  }
}
