/**
 * Numbers as the pages show them. Decimal units, a non-breaking space before
 * the unit, the same result on the server and in every browser.
 *
 * @module
 */
const SPACE = "\u00a0";

/**
 * Bytes as `19.4 MB`.
 *
 * @example
 * ```ts
 * import { formatBytes } from "./format.ts";
 * formatBytes(19_365_888); // "19.4 MB"
 * ```
 */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes}${SPACE}B`;
  return withUnit(bytes, ["kB", "MB", "GB", "TB"]);
}

/** A number of parameters or tokens as `129 M`; below 10,000 all digits. */
export function formatCount(count: number): string {
  if (count < 10_000) return groupDigits(count);
  return withUnit(count, ["k", "M", "G", "T"]);
}

/** A rate in tokens per second as `31.2 tok/s`. */
export function formatRate(tokensPerSecond: number): string {
  if (!Number.isFinite(tokensPerSecond)) return "–";
  return `${threeDigits(tokensPerSecond)}${SPACE}tok/s`;
}

/** Milliseconds as `85 ms`, or `1.24 s` from a second on. */
export function formatDuration(milliseconds: number): string {
  return milliseconds < 1000
    ? `${threeDigits(milliseconds)}${SPACE}ms`
    : `${threeDigits(milliseconds / 1000)}${SPACE}s`;
}

/** A whole number with its digits in groups of three: `1 204`. */
export function groupDigits(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

/** A number of things: `1 character`, `1 204 characters`. */
export function countOf(count: number, thing: string): string {
  return `${groupDigits(count)} ${thing}${count === 1 ? "" : "s"}`;
}

function withUnit(value: number, units: readonly string[]): string {
  let scaled = value / 1000;
  let unit = 0;
  // 999.5 and more would round to "1000".
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${threeDigits(scaled)}${SPACE}${units[unit]}`;
}

function threeDigits(value: number): string {
  if (value >= 99.95) return groupDigits(Math.round(value));
  return value.toFixed(value >= 9.995 ? 1 : 2).replace(/\.?0+$/, "");
}
