import { openLibrary } from "./library.ts";
import { callNativeAsync } from "./native_error.ts";

/**
 * The natural logarithm of each target's probability in the softmax of its row.
 *
 * @param logits (n, vocabSize)
 * @param targets (n), ids below vocabSize
 * @returns (n)
 * @throws {MambaError} `numeric` if a logit is NaN or +infinity
 */
export async function scoreLogits(
  logits: Float32Array<ArrayBuffer>,
  vocabSize: number,
  targets: Uint32Array<ArrayBuffer>,
): Promise<Float64Array<ArrayBuffer>> {
  const logprobs = new Float64Array(targets.length);
  if (logits.length !== targets.length * vocabSize) {
    throw new RangeError("logits and targets differ in their rows");
  }
  await callNativeAsync((error, capacity) =>
    openLibrary().symbols.mamba_logits_score(
      logits,
      BigInt(targets.length),
      vocabSize,
      targets,
      logprobs,
      error,
      capacity,
    )
  );
  // Native code reads and writes the arrays: alive until now.
  void [logits.length, targets.length];
  return logprobs;
}
