import type { DtypeName } from "../api/device_info.ts";
import { MambaLMHeadModel } from "../engine/mamba_lm_head_model.ts";
import { getDevice } from "../native/device.ts";
import { type KernelTime, timeKernels } from "../native/kernel_times.ts";
import type { KernelOptions } from "./bench_kernels.ts";
import { DecodeBatch } from "./decode_batch.ts";
import { SHAPES } from "./shapes.ts";
import { tokenNeeds } from "./token_needs.ts";

/** Tokens of a call: what lies between two command buffers then hardly shows. */
const TOKENS_PER_CALL = 8;

/** Options of {@linkcode benchKernelTimes}. */
export interface KernelTimeOptions extends KernelOptions {
  /** Tokens that are decoded, after some to warm up. */
  tokens: number;
}

/** What one decoded token of a shape, or of each of a batch, took. */
export interface KernelTimesReport {
  model: string;
  dtype: DtypeName;
  batch: number;
  /** The GPU in words. */
  device: string;
  /** Tokens that the figures are means of. */
  tokens: number;
  /** Each dispatch alone, figures of a token. */
  kernels: KernelTime[];
  /** All dispatches together, gaps between them and the host included. */
  millisecondsPerToken: number;
  /** Weights once and the states twice. */
  bytesNeeded: number;
}

/**
 * Measures what the kernels of a GPU take for a decoded token of a named
 * shape, drawn on the GPU too.
 *
 * @throws {MambaError} `unsupported` without a GPU
 */
export async function benchKernelTimes(
  name: string,
  options: KernelTimeOptions,
): Promise<KernelTimesReport> {
  const { dtype, batch, tokens, onProgress, signal } = options;
  const device = getDevice("metal");
  onProgress(`${name}: ${tokens} tokens, each kernel timed`);
  await using model = await MambaLMHeadModel.random(SHAPES[name]!, {
    seed: 1,
    device: "metal",
    dtype,
  });
  using sequences = new DecodeBatch(model, batch);
  const decodeAll = async () => {
    for (let done = 0; done < tokens; done += TOKENS_PER_CALL) {
      signal.throwIfAborted();
      await sequences.decode(Math.min(TOKENS_PER_CALL, tokens - done));
    }
  };
  // Kernels are compiled on first use, and an idle GPU is a slow one.
  await decodeAll();
  const start = performance.now();
  await decodeAll();
  const milliseconds = performance.now() - start;
  const sums = await timeKernels("metal", decodeAll);
  return {
    model: name,
    dtype,
    batch,
    device: device.description,
    tokens,
    kernels: sums.map((sum) => perToken(sum, tokens)),
    millisecondsPerToken: milliseconds / tokens,
    bytesNeeded: tokenNeeds(model).stepBytes(batch),
  };
}

function perToken(sum: KernelTime, tokens: number): KernelTime {
  return {
    kernel: sum.kernel,
    dispatches: sum.dispatches / tokens,
    nanoseconds: sum.nanoseconds / tokens,
    bytes: sum.bytes / tokens,
  };
}
