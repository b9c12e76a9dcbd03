import type { Reading, ReadToken } from "../../api/compare.ts";
import type { FigureText } from "../playground/figures.ts";

/** The least probability of each colour, the most expected first. */
export const HEAT_STEPS: readonly number[] = [0.5, 0.2, 0.05, 0.01, 0.001];

/** The colour of a token, 0 for an expected one to 5; the first has none. */
export function heatOf({ logprob }: ReadToken): number | "none" {
  if (logprob === undefined) return "none";
  const probability = Math.exp(logprob);
  const step = HEAT_STEPS.findIndex((least) => probability >= least);
  return step < 0 ? HEAT_STEPS.length : step;
}

/** A token with all that is known of it, on one line. */
export function describeToken(token: ReadToken): string {
  const { text, logprob, top, topLogprob = 0, kl, differs } = token;
  const name = `“${visible(text)}”`;
  if (logprob === undefined) return `${name}: the first token, not predicted`;
  const parts = [`${name}: ${formatShare(Math.exp(logprob))}`];
  if (top !== undefined) {
    parts.push(
      `likeliest “${visible(top)}”: ${formatShare(Math.exp(topLogprob))}`,
    );
  }
  if (kl !== undefined) parts.push(`KL ${formatNats(kl)}`);
  if (differs) parts.push("column 1 likes another best");
  return parts.join(" · ");
}

/** What all tokens of a reading say together, as the page shows it. */
export function describeReading(
  { bitsPerByte, perplexity, divergence }: Reading,
): FigureText[] {
  const other = divergence &&
    `${divergence.disagreements} of ${divergence.tokens}, ${
      formatShare(divergence.disagreements / divergence.tokens)
    }`;
  return [
    {
      key: "bits",
      label: "Bits per byte",
      value: bitsPerByte?.toFixed(3) ?? "–",
    },
    {
      key: "perplexity",
      label: "Perplexity",
      value: perplexity?.toFixed(2) ?? "–",
    },
    {
      key: "kl",
      label: "Mean KL from 1",
      value: formatNats(divergence?.meanKl),
    },
    { key: "disagreements", label: "Other top-1", value: other ?? "–" },
  ];
}

/** A divergence as `0.0123 nats`. */
export function formatNats(nats: number | undefined): string {
  if (nats === undefined) return "–";
  if (nats > 0 && nats < 0.0001) {
    return `${nats.toExponential(1).replace("e-", "e−")}\u00a0nats`;
  }
  return `${nats.toFixed(4)}\u00a0nats`;
}

/** A share as `12.3 %`, with more digits where it is small. */
export function formatShare(share: number): string {
  const percent = 100 * share;
  const digits = percent >= 10 || percent === 0 ? 0 : percent >= 0.1 ? 1 : 4;
  return `${percent.toFixed(digits)}\u00a0%`;
}

/** A token with its white space as signs that can be seen. */
export function visible(text: string): string {
  // Its character comes with a later token.
  if (text === "") return "(part of a character)";
  return text.replaceAll("\n", "↵").replaceAll("\t", "→")
    .replaceAll(" ", "␣");
}
