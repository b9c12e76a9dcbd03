import { MambaError } from "../api/mamba_error.ts";
import type { NativeState } from "../native/state.ts";
import { checkIds } from "./check_ids.ts";
import type { ForwardOptions } from "./model_options.ts";
import type { Scheduler } from "./scheduler.ts";

/** What to feed, and to what. */
export interface ForwardJob {
  scheduler: Scheduler;
  /** Rows of the head, padding included. */
  vocabSize: number;
  ids: ArrayLike<number>;
  options: ForwardOptions;
  createState(): NativeState;
}

/** Feeds ids; the logits (lastTokens, vocabSize) of the last of them. */
export async function forwardIds(
  { scheduler, vocabSize, ids, options, createState }: ForwardJob,
): Promise<Float32Array<ArrayBuffer>> {
  const tokens = checkIds(ids, "ids", vocabSize);
  if (tokens.length === 0) {
    throw new MambaError("invalid_argument", "Cannot feed zero ids", {
      field: "ids",
    });
  }
  const { state, signal, lastTokens: rows = tokens.length } = options;
  if (!Number.isInteger(rows) || rows < 0 || rows > tokens.length) {
    throw new MambaError(
      "invalid_argument",
      `Cannot return the logits of the last ${rows} of ${tokens.length} tokens`,
      { field: "lastTokens" },
    );
  }
  const native = state?.native ?? createState();
  // One row at least: a state remembers the last one.
  const wanted = Math.max(rows, 1);
  try {
    const logits = new Float32Array(wanted * vocabSize);
    await scheduler.forward(native, tokens, wanted, logits, { signal });
    state?.saw(tokens, logits.subarray(-vocabSize));
    return rows === 0 ? new Float32Array(0) : logits;
  } finally {
    if (state === undefined) native[Symbol.dispose]();
  }
}
