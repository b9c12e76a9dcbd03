/**
 * Checkpoints: configurations, safetensors and PyTorch files, written and read
 * without running anything that is in them.
 *
 * @module
 */
export {
  type Checkpoint,
  type CheckpointConfig,
  type CheckpointForm,
  type CheckpointSummary,
  isCheckpointDirectory,
  isCompleteCheckpoint,
  openCheckpoint,
  type OpenCheckpointOptions,
  peekCheckpoint,
  readCheckpointConfig,
} from "./checkpoint.ts";
export type { CheckpointDtype, CheckpointTensor } from "./checkpoint_tensor.ts";
export type { LayerName } from "./config_fields.ts";
export { formatConfigText, parseConfigText } from "./config_text.ts";
export { isMatrix, type KeptDtype, stateBytes, weightBytes } from "./memory.ts";
export { MambaConfig } from "./model_config.ts";
export { PUBLISHED_SHAPES } from "./published_shapes.ts";
export { quantisedShapes } from "./quantization.ts";
export type { TensorShape } from "./tensor_list.ts";
export {
  saveCheckpoint,
  type SaveCheckpointOptions,
} from "./save_checkpoint.ts";
export type { SavedTensor } from "./safetensors_writer.ts";
export {
  findWeights,
  listShards,
  WEIGHTS_SOURCES,
  type WeightsSource,
} from "./weight_files.ts";
