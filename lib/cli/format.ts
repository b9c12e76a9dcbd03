/**
 * Numbers and tables for a terminal: the pages' numbers with plain spaces, so
 * that they can be searched and cut.
 *
 * @module
 */
import * as pages from "../web/format.ts";

/** Bytes as `19.4 MB`. */
export function formatBytes(bytes: number): string {
  return plain(pages.formatBytes(bytes));
}

/** A number of parameters or tokens as `129 M`. */
export function formatCount(count: number): string {
  return plain(pages.formatCount(count));
}

/** A rate as `31.2 tok/s`; `–` if there was nothing to measure. */
export function formatRate(tokensPerSecond: number): string {
  return tokensPerSecond > 0 ? plain(pages.formatRate(tokensPerSecond)) : "–";
}

/** Milliseconds as `85 ms` or `1.24 s`. */
export function formatDuration(milliseconds: number): string {
  return plain(pages.formatDuration(milliseconds));
}

/** `1 token`, `2 tokens`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Rows as lines, every column as wide as its widest cell. */
export function alignColumns(
  rows: readonly (readonly string[])[],
  alignRight: readonly number[] = [],
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row.map((cell, i) => {
      const width = widths[i] ?? 0;
      return alignRight.includes(i) ? cell.padStart(width) : cell.padEnd(width);
    }).join("  ").trimEnd()
  );
}

/** JSON for people to read and programs to parse, with a line end. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value, finiteOnly, 2);
  return text + "\n";
}

// JSON has no infinities: they would become null and lose their meaning.
function finiteOnly(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value)
    ? String(value)
    : value;
}

function plain(text: string): string {
  return text.replaceAll("\u00a0", " ").replaceAll("\u202f", "");
}
