import { MambaError } from "../api/mamba_error.ts";
import { NativeFile, NativeModel, type StoredDtype } from "../native/model.ts";
import type { NativeModelConfig } from "../native/structs.ts";
import type { Checkpoint, MambaConfig } from "../weights/mod.ts";
import { throwIfAborted } from "./compute_lane.ts";

/** The config as the native library wants it. */
export function toNativeConfig(config: MambaConfig): NativeModelConfig {
  const [dtMin, dtMax] = config.dtLimit;
  return {
    family: config.layer === "Mamba1" ? 1 : 2,
    dModel: config.dModel,
    nLayer: config.nLayer,
    vocabSize: config.paddedVocabSize,
    dInner: config.dInner,
    dState: config.dState,
    dConv: config.dConv,
    dtRank: config.layer === "Mamba1" ? config.dtRank : 0,
    headdim: config.layer === "Mamba2" ? config.headdim : 0,
    ngroups: config.layer === "Mamba2" ? config.ngroups : 0,
    rmsNorm: config.rmsNorm,
    tieEmbeddings: config.tieEmbeddings,
    projBias: config.bias,
    convBias: config.convBias,
    normEps: config.normEpsilon,
    dtMin,
    dtMax,
  };
}

/** Options of {@linkcode loadWeights}. */
export interface LoadWeightsOptions {
  device: string;
  threads: number;
  /** The format to keep matrices in; absent = as stored. */
  keep: StoredDtype | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Gives a checkpoint's tensors to a new native model. Contiguous tensors are
 * used from the mapped file; only others pass through memory here.
 */
export async function loadWeights(
  checkpoint: Checkpoint,
  options: LoadWeightsOptions,
): Promise<NativeModel> {
  const { device, threads, keep, signal } = options;
  const model = new NativeModel(
    toNativeConfig(checkpoint.config),
    device,
    threads,
  );
  const files = new Map<string, NativeFile>();
  try {
    let done = 0;
    for (const tensor of checkpoint.tensors) {
      throwIfAborted(signal);
      try {
        if (tensor.strides === undefined) {
          let file = files.get(tensor.file);
          if (file === undefined) {
            file = new NativeFile(tensor.file);
            files.set(tensor.file, file);
          }
          await model.mapTensor(tensor, file, tensor.offset, keep);
        } else {
          model.copyTensor(
            tensor,
            new Uint8Array(await tensor.read()),
            keep,
          );
        }
      } catch (error) {
        throw withFile(error, tensor.file);
      }
      done += tensor.byteLength;
      options.onProgress?.(done, checkpoint.totalBytes);
    }
    model.finish();
    return model;
  } catch (error) {
    await model.close();
    throw error;
  } finally {
    for (const file of files.values()) file[Symbol.dispose]();
  }
}

/** Native code knows tensors, not files: a reader wants both. */
function withFile(error: unknown, file: string): unknown {
  if (!(error instanceof MambaError) || error.message.includes(file)) {
    return error;
  }
  return new MambaError(error.code, `Cannot load ${file}: ${error.message}`, {
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.field === undefined ? {} : { field: error.field }),
  });
}
