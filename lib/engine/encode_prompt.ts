import { MambaError } from "../api/mamba_error.ts";
import { concatenateIds } from "../tokenizer/concatenate_ids.ts";
import { LongWork } from "../tokenizer/long_work.ts";
import type { Tokenizer } from "../tokenizer/mod.ts";
import { checkIds } from "./check_ids.ts";
import type { Prompt } from "./model_options.ts";

/** What a prompt becomes ids for. */
export interface PromptReader {
  tokenizer: Tokenizer | undefined;
  /** Rows of the embedding. */
  size: number;
  /** What the caller calls the prompt. */
  field: string;
  signal?: AbortSignal | undefined;
}

/**
 * The ids of a text, or those that were given. A long text takes turns with
 * whatever else waits.
 *
 * @throws {MambaError} `invalid_argument` for an id that the model has not, or
 * for a text if there is no tokenizer; `aborted`
 */
export async function encodePrompt(
  prompt: Prompt,
  { tokenizer, size, field, signal }: PromptReader,
): Promise<Uint32Array<ArrayBuffer>> {
  if (typeof prompt !== "string") return checkIds(prompt, field, size);
  if (tokenizer === undefined) {
    throw new MambaError(
      "invalid_argument",
      `Cannot read the ${field}: the model has no tokenizer`,
      {
        field,
        hint: "Put tokenizer.json beside the weights, or give token ids.",
      },
    );
  }
  const work = new LongWork(signal);
  const pieces: Uint32Array[] = [];
  for (const piece of tokenizer.encodeInPieces(prompt)) {
    pieces.push(piece);
    await work.pause();
  }
  return checkIds(concatenateIds(pieces), field, size);
}
