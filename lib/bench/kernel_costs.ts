import type { KernelProfile } from "../native/kernel_profile.ts";

/** What a GPU can do at most. */
export interface Chip {
  name: string;
  /** Bytes per second. */
  bandwidth: number;
  /** Floating-point operations per second, f32. */
  flops: number;
}

/**
 * Nominal bandwidths, and f32 rates as commonly given: M1 and M1 Max as Apple
 * states them, M4 and M4 Max estimated.
 */
export const CHIPS: readonly Chip[] = [
  { name: "M1", bandwidth: 68e9, flops: 2.6e12 },
  { name: "M1 Max", bandwidth: 400e9, flops: 10.4e12 },
  { name: "M4", bandwidth: 120e9, flops: 4e12 },
  { name: "M4 Max", bandwidth: 546e9, flops: 17e12 },
];

/** Seconds that a dependent dispatch costs a GPU: measured by others, M3. */
export const DISPATCH_SECONDS = 2.5e-6;

/** What a decoded token takes in all. */
export interface TokenCost {
  dispatches: number;
  bytes: number;
  flops: number;
}

/** The figures of a profile in all. */
export function totalCost(kernels: readonly KernelProfile[]): TokenCost {
  const cost = { dispatches: 0, bytes: 0, flops: 0 };
  for (const { dispatches, bytesRead, bytesWritten, flops } of kernels) {
    cost.dispatches += dispatches;
    cost.bytes += bytesRead + bytesWritten;
    cost.flops += flops;
  }
  return cost;
}

/**
 * Tokens per second that a chip cannot exceed: by its memory or arithmetic,
 * whichever is slower, and the dispatches, which wait for one another.
 */
export function roofline(cost: TokenCost, chip: Chip): number {
  const work = Math.max(cost.bytes / chip.bandwidth, cost.flops / chip.flops);
  return 1 / (work + cost.dispatches * DISPATCH_SECONDS);
}

/** A figure with `layers` layers, from those with one and with two. */
export function compose(one: number, two: number, layers: number): number {
  return one + (layers - 1) * (two - one);
}

/**
 * The profile of a model with `layers` layers, from those of models that have
 * one and two of the same size: what the second adds is what a layer takes.
 * Kernels that layers do not call stay as they are.
 */
export function composeLayers(
  one: readonly KernelProfile[],
  two: readonly KernelProfile[],
  layers: number,
): KernelProfile[] {
  return two.map((more) => {
    const less = one.find(({ kernel }) => kernel === more.kernel);
    if (less?.dispatches === more.dispatches) return more;
    const composed = { ...more };
    for (const key of Object.keys(more) as (keyof KernelProfile)[]) {
      if (key === "kernel" || key === "threadgroupBytes") continue;
      composed[key] = compose(less?.[key] ?? 0, more[key], layers);
    }
    return composed;
  });
}

/** Dispatches per token of others, from their sources: per layer and else. */
export const PEERS: Readonly<
  Record<string, Readonly<Record<"Mamba1" | "Mamba2", [number, number]>>>
> = {
  MLX: { Mamba1: [24, 8], Mamba2: [13, 8] },
  "llama.cpp": { Mamba1: [19, 4], Mamba2: [19, 4] },
};
