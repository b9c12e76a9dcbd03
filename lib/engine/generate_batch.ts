import { MambaError } from "../api/mamba_error.ts";
import type { ResolvedSampling } from "../api/sampling_options.ts";
import {
  collect,
  type GeneratedToken,
  type Generation,
  type GenerationEnd,
} from "./generate_text.ts";
import {
  type GenerateOptions,
  type Prompt,
  samplingOf,
} from "./model_options.ts";

/** Continues one text; the model's own stream. */
export type StreamText = (
  prompt: Prompt,
  options: GenerateOptions,
  sampling: ResolvedSampling,
) => AsyncGenerator<GeneratedToken, GenerationEnd, undefined>;

/** Continues several texts at once; if one fails, all stop and the call fails. */
export async function generateBatch(
  prompts: readonly Prompt[],
  options: GenerateOptions,
  stream: StreamText,
): Promise<Generation[]> {
  if (options.state !== undefined) {
    throw new MambaError(
      "invalid_argument",
      "Cannot continue several texts from one state at once",
      { field: "state", hint: "Call generate() with a clone for each." },
    );
  }
  const failed = new AbortController();
  const signal = options.signal === undefined
    ? failed.signal
    : AbortSignal.any([options.signal, failed.signal]);
  const sampling = samplingOf(options);
  const runs = prompts.map((prompt) =>
    collect(stream(prompt, { ...options, signal }, sampling), sampling.seed)
  );
  try {
    return await Promise.all(runs);
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled(runs);
    throw error;
  }
}
