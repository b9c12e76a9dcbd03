import type { NativeModelDescription, NativeTensor } from "../native/model.ts";

/**
 * Tokens per prefill piece: enough rows to be bound by arithmetic, few enough
 * that an abort takes effect soon on a large model or the slow reference.
 */
export function prefillPiece(description: NativeModelDescription): number {
  if (description.device === "reference") return 16;
  return description.parameters > 600e6 ? 64 : 256;
}

/** How the largest matrices are kept: "f32", "f16", "bf16", "q8" or "q4". */
export function mainDtype(tensors: readonly NativeTensor[]): string {
  // The last layer's: the first has never less than 8 bits.
  const main = tensors.findLast(({ name }) => name.endsWith("in_proj.weight"));
  return (main?.dtype ?? "F32").toLowerCase();
}
