import { MambaError } from "../api/mamba_error.ts";
import { NativeModel, type StoredDtype } from "../native/model.ts";
import { NativeFile } from "../native/native_file.ts";
import type { NativeModelConfig } from "../native/structs.ts";
import type {
  Checkpoint,
  CheckpointTensor,
  MambaConfig,
} from "../weights/mod.ts";
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

/** Bytes of tensors that go to the model in one call. */
const PIECE = 64 << 20;

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
    for (const piece of pieces(checkpoint.tensors)) {
      throwIfAborted(signal);
      const [first] = piece;
      try {
        if (first.strides === undefined) {
          let file = files.get(first.file);
          if (file === undefined) {
            file = new NativeFile(first.file);
            files.set(first.file, file);
          }
          await model.mapTensors(piece, file, keep);
        } else {
          model.copyTensor(first, new Uint8Array(await first.read()), keep);
        }
      } catch (error) {
        throw withFile(error, first.file);
      }
      for (const { byteLength } of piece) done += byteLength;
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

type Piece = [CheckpointTensor, ...CheckpointTensor[]];

/** Neighbours that one call can map; what must be copied, one by one. */
function* pieces(tensors: readonly CheckpointTensor[]): Generator<Piece> {
  let piece: Piece | undefined;
  let bytes = 0;
  for (const tensor of tensors) {
    const joins = tensor.strides === undefined && bytes < PIECE &&
      piece?.[0].strides === undefined && piece?.[0].file === tensor.file;
    if (piece !== undefined && joins) {
      piece.push(tensor);
      bytes += tensor.byteLength;
      continue;
    }
    if (piece !== undefined) yield piece;
    piece = [tensor];
    bytes = tensor.byteLength;
  }
  if (piece !== undefined) yield piece;
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
