/**
 * Models of the Hugging Face hub: names, downloads, the cache.
 *
 * The npm package `@huggingface/hub` (2.17 was read) is not used: its
 * `downloadFileToCacheDir` begins anew after a break, checks no hash, takes no
 * lock, does not try again, and writes to the console.
 *
 * @module
 */
export {
  findCachedModel,
  findGptNeoxTokenizer,
  listCachedModels,
} from "./cached_models.ts";
export { freeSpace } from "./free_space.ts";
export {
  formatModelName,
  type ModelName,
  parseModelName,
  requireModelName,
} from "./model_name.ts";
export { usesGptNeoxTokenizer } from "./needed_files.ts";
export {
  expandAlias,
  MODEL_ALIASES,
  OFFICIAL_MODELS,
  type OfficialModel,
  TOKENIZER_REPO,
} from "./official_models.ts";
export { pullModel } from "./pull_model.ts";
export type { PulledModel, PullOptions } from "./pull_options.ts";
export type { RetryOptions } from "./retries.ts";
export { PullManager, type PullManagerOptions } from "./pull_manager.ts";
export { type RemovedModel, removeModel } from "./remove_model.ts";
export { sharedPulls } from "./shared_pulls.ts";
export {
  type VerifiedFile,
  type VerifiedModel,
  verifyModel,
  type VerifyOptions,
} from "./verify_model.ts";
