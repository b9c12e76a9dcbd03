import type { MambaConfig } from "./model_config.ts";
import { quantisedBytes, quantisedShapes } from "./quantization.ts";

/** The formats that weights can be kept in. */
export type KeptDtype = "f32" | "f16" | "bf16" | "q8" | "q4";

/** The matrices; everything else is small and always f32. */
const MATRIX = /(^backbone\.embedding|^lm_head|\.(in|x|dt|out)_proj)\.weight$/;

/** Whether a tensor of this name is a matrix. */
export function isMatrix(name: string): boolean {
  return MATRIX.test(name);
}

/** What a model's weights take in memory, in bytes, when kept in a format. */
export function weightBytes(config: MambaConfig, dtype: KeptDtype): number {
  const quantised = dtype === "q8" || dtype === "q4"
    ? quantisedShapes(config, dtype === "q8" ? "Q8" : "Q4")
    : undefined;
  let bytes = 0;
  for (const { name, shape } of config.tensors()) {
    const blocks = quantised?.get(name);
    const each = isMatrix(name) && dtype !== "f32" ? 2 : 4;
    bytes += blocks === undefined
      ? each * shape.reduce((product, size) => product * size, 1)
      : quantisedBytes(blocks);
  }
  return bytes;
}

/** What the state of one sequence takes in memory, in bytes; it is f32. */
export function stateBytes(config: MambaConfig): number {
  const { nLayer, convChannels, dConv, dInner, dState } = config;
  return 4 * nLayer * (convChannels * dConv + dInner * dState);
}
