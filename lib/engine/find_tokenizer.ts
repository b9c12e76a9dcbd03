import { MambaError } from "../api/mamba_error.ts";
import { loadTokenizer, type Tokenizer } from "../tokenizer/mod.ts";

/** A checkpoint's tokenizer; undefined if there is none. */
export async function findTokenizer(
  directory: string,
): Promise<Tokenizer | undefined> {
  try {
    return await loadTokenizer(directory);
  } catch (error) {
    if (error instanceof MambaError && error.code === "not_found") {
      return undefined;
    }
    throw error;
  }
}
