import { openLibrary } from "./library.ts";
import type { NativeModel } from "./model.ts";
import type { NativeSampler } from "./sampler.ts";
import type { NativeState } from "./state.ts";

/** One sequence's part of {@linkcode decode}. */
export interface DecodeSequence {
  state: NativeState;
  /** Without bias and penalties. */
  sampler: NativeSampler;
  /** What is fed first. */
  token: number;
  /** Which number of the seed's sequence decides first. */
  drawIndex: number;
}

/** In the place of an id: the row of logits was not sound. */
export const NO_TOKEN = 0xffffffff;

/** What {@linkcode decode} drew, `steps` a sequence, one after the other. */
export interface Decoded {
  /** {@linkcode NO_TOKEN} where logits were not sound. */
  ids: Uint32Array;
  /** Natural logarithms of the ids' probabilities. */
  logprobs: Float32Array;
}

/**
 * Feeds a token to each sequence, draws the next, feeds it, and so on, in one
 * call (`mamba_model_decode`). The last token drawn is not fed.
 */
export async function decode(
  model: NativeModel,
  sequences: readonly DecodeSequence[],
  steps: number,
): Promise<Decoded> {
  const handle = model.handle;
  const count = sequences.length;
  const states = new BigUint64Array(count);
  const samplers = BigUint64Array.from(
    sequences,
    ({ sampler }) => BigInt(Deno.UnsafePointer.value(sampler.handle)),
  );
  const tokens = Uint32Array.from(sequences, ({ token }) => token);
  const draws = BigUint64Array.from(
    sequences,
    ({ drawIndex }) => BigInt(drawIndex),
  );
  const ids = new Uint32Array(count * steps);
  const logprobs = new Float32Array(count * steps);
  const acquired: NativeState[] = [];
  try {
    for (const [i, { state }] of sequences.entries()) {
      states[i] = BigInt(Deno.UnsafePointer.value(state.acquire()));
      acquired.push(state);
    }
    await model.run(
      (error, capacity) =>
        openLibrary().symbols.mamba_model_decode(
          handle,
          count,
          states,
          samplers,
          tokens,
          draws,
          steps,
          ids,
          logprobs,
          error,
          capacity,
        ),
      [states, samplers, tokens, draws, ids, logprobs],
    );
  } finally {
    for (const state of acquired) state.release();
  }
  return { ids, logprobs };
}
