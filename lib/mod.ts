/**
 * Mamba and Mamba 2 language models from TypeScript.
 *
 * ```ts ignore
 * import { MambaLMHeadModel } from "./lib/mod.ts";
 *
 * await using model = await MambaLMHeadModel.fromPretrained(
 *   "models/fairy-mamba1",
 * );
 * const { text } = await model.generate("Once upon a time", { maxTokens: 64 });
 * ```
 *
 * @module
 */
export * from "./api/mamba_error.ts";
export * from "./api/sampling_options.ts";
export type * from "./api/device_info.ts";
export type { FinishReason, GenerateTimings } from "./api/generate_event.ts";
export { MambaLMHeadModel } from "./engine/mamba_lm_head_model.ts";
export type {
  DeviceOptions,
  ForwardOptions,
  FromPretrainedOptions,
  GenerateOptions,
  PerplexityOptions,
  Prompt,
  SavePretrainedOptions,
} from "./engine/model_options.ts";
export type {
  GeneratedToken,
  Generation,
  GenerationEnd,
} from "./engine/generate_text.ts";
export type { Perplexity } from "./engine/perplexity.ts";
export { type LayerStateArrays, MambaState } from "./engine/mamba_state.ts";
export {
  Mamba,
  Mamba2,
  type Mamba2Options,
  type MambaOptions,
  type MixerForwardOptions,
  type MixerOptions,
  type MixerParameter,
} from "./engine/mixers.ts";
export {
  selectiveScan,
  type SelectiveScanInput,
  type SelectiveScanOutput,
} from "./engine/selective_scan.ts";
export { pullModel } from "./hub/pull_model.ts";
export type { PulledModel, PullOptions } from "./hub/pull_options.ts";
export { listCachedModels } from "./hub/cached_models.ts";
export { type RemovedModel, removeModel } from "./hub/remove_model.ts";
export {
  type VerifiedFile,
  type VerifiedModel,
  verifyModel,
  type VerifyOptions,
} from "./hub/verify_model.ts";
export type { CachedModel } from "./api/cached_model.ts";
export type { PullEvent, PullFile } from "./api/pull_event.ts";
export {
  type ChosenDevice,
  type DeviceChoice,
  type DeviceInfo,
  getDevice,
  listDevices,
} from "./native/device.ts";
export * from "./tokenizer/mod.ts";
export type { TrainingOptions } from "./api/training_options.ts";
export type { TrainingEvent, ValidationFigures } from "./api/training_event.ts";
export { type SaveTrainedOptions, Trainer } from "./training/trainer.ts";
export type {
  CreateTrainerExtras,
  ResumeTrainerExtras,
} from "./training/open_run.ts";
export {
  type Dataset,
  NO_TARGET,
  type TrainingRow,
} from "./training/data/dataset.ts";
export { readRunLog } from "./training/run_log.ts";
export { MambaConfig } from "./weights/mod.ts";
