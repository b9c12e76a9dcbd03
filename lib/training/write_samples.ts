import type { TrainingEvent } from "../api/training_event.ts";
import type { ResolvedTraining } from "../api/resolve_training.ts";
import type { MasterWeights } from "./master_weights.ts";

/** Continues the prompts with the present weights. */
export async function* writeSamples(
  weights: MasterWeights,
  step: number,
  { samplePrompts, sampleTokens, seed }: ResolvedTraining,
  signal: AbortSignal | undefined,
): AsyncGenerator<TrainingEvent, void, undefined> {
  await using model = await weights.toModel();
  for (const prompt of samplePrompts) {
    const { text } = await model.generate(prompt, {
      maxTokens: sampleTokens,
      seed,
      ...(signal === undefined ? {} : { signal }),
    });
    yield { type: "sample", step, prompt, text, seed };
  }
}
