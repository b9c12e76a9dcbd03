import type { DtypeName } from "../api/device_info.ts";
import { MambaLMHeadModel } from "../engine/mamba_lm_head_model.ts";
import {
  type KernelProfile,
  profileKernels,
} from "../native/kernel_profile.ts";
import { DecodeBatch } from "./decode_batch.ts";
import {
  CHIPS,
  compose,
  composeLayers,
  PEERS,
  roofline,
  type TokenCost,
  totalCost,
} from "./kernel_costs.ts";
import { SHAPES } from "./shapes.ts";
import { tokenNeeds } from "./token_needs.ts";

/** Options of {@linkcode benchKernels}. */
export interface KernelOptions {
  dtype: DtypeName;
  /** Sequences that are decoded together. */
  batch: number;
  onProgress: (text: string) => void;
  signal: AbortSignal;
}

/** What one decoded token of a shape, or of each of a batch, takes. */
export interface KernelReport {
  model: string;
  dtype: DtypeName;
  batch: number;
  kernels: KernelProfile[];
  total: TokenCost;
  /** Weights once and the states twice. */
  bytesNeeded: number;
  /** Tokens per second that chips cannot exceed, by who decodes. */
  rooflines: { by: string; dispatches: number; rates: number[] }[];
}

/** A token of a model with so many layers. */
interface Profiled {
  kernels: KernelProfile[];
  bytesNeeded: number;
}

/**
 * Profiles a decoded token of a named shape, drawn on the GPU too. Models with
 * one and two layers of the real width are profiled, and all layers composed
 * from them.
 *
 * @throws {MambaError} `unsupported` without a simulated GPU that counts
 */
export async function benchKernels(
  name: string,
  options: KernelOptions,
): Promise<KernelReport> {
  const { nLayer, layer } = SHAPES[name]!;
  const [one, two] = [
    await profileToken(name, 1, options),
    await profileToken(name, 2, options),
  ];
  const kernels = composeLayers(one.kernels, two.kernels, nLayer);
  const total = totalCost(kernels);
  const costs: [string, TokenCost][] = [["Fresh Mamba", total]];
  // What others do with several sequences was not looked up.
  for (const [by, peer] of options.batch > 1 ? [] : Object.entries(PEERS)) {
    const [ofLayer, rest] = peer[layer];
    costs.push([by, { ...total, dispatches: nLayer * ofLayer + rest }]);
  }
  return {
    model: name,
    dtype: options.dtype,
    batch: options.batch,
    kernels,
    total,
    bytesNeeded: compose(one.bytesNeeded, two.bytesNeeded, nLayer),
    rooflines: costs.map(([by, cost]) => ({
      by,
      dispatches: cost.dispatches,
      rates: CHIPS.map((chip) => options.batch * roofline(cost, chip)),
    })),
  };
}

async function profileToken(
  name: string,
  nLayer: number,
  { dtype, batch, onProgress, signal }: KernelOptions,
): Promise<Profiled> {
  signal.throwIfAborted();
  onProgress(`${name}: a token through ${nLayer} of its layers`);
  const config = SHAPES[name]!;
  await using model = await MambaLMHeadModel.random(
    { ...config, nLayer },
    { seed: 1, device: "metal", dtype },
  );
  using sequences = new DecodeBatch(model, batch);
  const kernels = await profileKernels(() => sequences.decode(1));
  return { kernels, bytesNeeded: tokenNeeds(model).stepBytes(batch) };
}
