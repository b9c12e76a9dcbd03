import { invalidArgument } from "../api/invalid_argument.ts";
import type { ResolvedTraining } from "../api/resolve_training.ts";
import { findModel } from "../engine/find_model.ts";
import { findTokenizer } from "../engine/find_tokenizer.ts";
import { loadWeights, toNativeConfig } from "../engine/load_weights.ts";
import { NativeModel } from "../native/model.ts";
import { loadTokenizer, type Tokenizer } from "../tokenizer/mod.ts";
import {
  type Checkpoint,
  type CheckpointForm,
  MambaConfig,
  openCheckpoint,
} from "../weights/mod.ts";

/** Where a run's first weights come from. */
export interface WeightsOrigin {
  config: MambaConfig;
  /** How models are written. */
  form: CheckpointForm;
  tokenizer: Tokenizer | undefined;
  /** Undefined: new weights are drawn. */
  checkpoint: Checkpoint | undefined;
}

/**
 * Opens a checkpoint to go on from, with its tokenizer or another one.
 *
 * @param tokenizer instead of its own
 */
export async function openModel(
  directory: string,
  tokenizer: Tokenizer | undefined,
): Promise<WeightsOrigin> {
  const checkpoint = await openCheckpoint(directory);
  const { config, form } = checkpoint;
  return fit({
    config,
    form,
    tokenizer: tokenizer ?? await findTokenizer(directory),
    checkpoint,
  });
}

/** What the options name. */
export async function openOrigin(
  options: ResolvedTraining,
  own: Tokenizer | undefined,
): Promise<WeightsOrigin> {
  const tokenizer = own ??
    (options.tokenizer === undefined
      ? undefined
      : await loadTokenizer(options.tokenizer));
  if (options.model !== undefined) {
    const { directory } = await findModel(options.model);
    return await openModel(directory, tokenizer);
  }
  const config = MambaConfig.from(withVocabulary(options.config!, tokenizer));
  return fit({
    config,
    form: formOf(config),
    tokenizer,
    checkpoint: undefined,
  });
}

/** A config without `vocab_size` takes the tokenizer's. */
function withVocabulary(
  config: Record<string, unknown>,
  tokenizer: Tokenizer | undefined,
): Record<string, unknown> {
  const given = config["vocab_size"] ?? config["vocabSize"];
  if (given !== undefined || tokenizer === undefined) return config;
  return { ...config, vocab_size: tokenizer.vocabSize };
}

/** The state-spaces form, unless it cannot say the config. */
function formOf(config: MambaConfig): CheckpointForm {
  if (config.normEpsilon === 1e-5) return "state-spaces";
  config.toTransformers();
  return "transformers";
}

function fit(origin: WeightsOrigin): WeightsOrigin {
  const { config, tokenizer } = origin;
  if (tokenizer !== undefined && tokenizer.vocabSize > config.paddedVocabSize) {
    throw invalidArgument(
      "tokenizer",
      `it has ${tokenizer.vocabSize} tokens, the model ` +
        `${config.paddedVocabSize}`,
      "Leave vocab_size out of the config, or give the model's own tokenizer.",
    );
  }
  return origin;
}

/** A finished native model with the origin's weights. */
export async function originModel(
  { config, checkpoint }: WeightsOrigin,
  { device, threads, seed }: { device: string; threads: number; seed: number },
): Promise<NativeModel> {
  if (checkpoint !== undefined) {
    return await loadWeights(checkpoint, { device, threads, keep: undefined });
  }
  const model = new NativeModel(toNativeConfig(config), device, threads);
  try {
    await model.randomize(BigInt(seed), "F32");
    model.finish();
    return model;
  } catch (error) {
    await model.close();
    throw error;
  }
}
