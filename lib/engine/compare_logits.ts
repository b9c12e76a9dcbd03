import { MambaError } from "../api/mamba_error.ts";

/** What one row of logits says of the next token. */
export interface RowSummary {
  /** The likeliest id, the lowest on ties. */
  top: number;
  /** ln Σ e^logit: a logit less this is a log probability. */
  logSum: number;
}

/** How two rows of logits differ. */
export interface LogitsComparison {
  /** KL(p‖q) = Σ p ln(p / q) in nats; infinite where q excludes an id of p's. */
  kl: number;
  /** Whether both have the same likeliest id. */
  sameTop: boolean;
}

/**
 * The likeliest id and the softmax's denominator of the first ids of a row.
 *
 * @param row (vocabulary)
 * @param size ids that count
 * @throws {MambaError} `numeric` for a logit that is NaN or +infinity
 */
export function summarizeLogits(
  row: Float32Array,
  size: number = row.length,
): RowSummary {
  let top = 0;
  for (let id = 1; id < size; id++) if (row[id]! > row[top]!) top = id;
  const highest = row[top]!;
  let sum = 0;
  for (let id = 0; id < size; id++) sum += Math.exp(row[id]! - highest);
  const logSum = highest + Math.log(sum);
  if (!Number.isFinite(logSum)) {
    throw new MambaError(
      "numeric",
      "Cannot compare logits: one is NaN or infinite",
    );
  }
  return { top, logSum };
}

/**
 * Compares two models' logits for one position, over the ids that both have:
 * what lies beyond is left out, and both distributions sum to 1 without it.
 *
 * @param p (vocabulary) the one to compare with
 * @param q (vocabulary) of the same tokenizer; its padding may differ
 * @param size ids that count, at most those of the shorter row
 * @throws {MambaError} `numeric` for a logit that is NaN or +infinity
 */
export function compareLogits(
  p: Float32Array,
  q: Float32Array,
  size: number = Math.min(p.length, q.length),
): LogitsComparison {
  const one = summarizeLogits(p, size);
  const other = summarizeLogits(q, size);
  let kl = 0;
  for (let id = 0; id < size; id++) {
    const logP = p[id]! - one.logSum;
    const probability = Math.exp(logP);
    // 0 · ln 0 is 0 here, and not a number there.
    if (probability > 0) kl += probability * (logP - (q[id]! - other.logSum));
  }
  // Of equal rows rounding may leave a little less than nothing.
  return { kl: Math.max(0, kl), sameTop: one.top === other.top };
}
