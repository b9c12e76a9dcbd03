import { MambaError } from "../api/mamba_error.ts";
import type { Tokenizer } from "../tokenizer/mod.ts";
import { checkIds } from "./check_ids.ts";
import type { Prompt } from "./model_options.ts";

/**
 * The ids of a text, or those that were given.
 *
 * @param field what the caller calls it
 * @param model.size rows of the embedding
 * @throws {MambaError} `invalid_argument` for an id that the model has not, or
 * for a text if there is no tokenizer
 */
export function encodePrompt(
  prompt: Prompt,
  field: string,
  model: { tokenizer: Tokenizer | undefined; size: number },
): Uint32Array<ArrayBuffer> {
  if (typeof prompt !== "string") return checkIds(prompt, field, model.size);
  if (model.tokenizer === undefined) {
    throw new MambaError(
      "invalid_argument",
      `Cannot read the ${field}: the model has no tokenizer`,
      {
        field,
        hint: "Put tokenizer.json beside the weights, or give token ids.",
      },
    );
  }
  return checkIds(model.tokenizer.encode(prompt), field, model.size);
}
