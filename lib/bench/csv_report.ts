import type { BenchReport } from "../api/bench.ts";

const HEAD = [
  "engine",
  "model",
  "dtype",
  "threads",
  "backend",
  "test",
  "unit",
  "mean",
  "deviation",
  "median",
  "repetitions",
  "share_of",
  "share",
  "ratio",
];

/** The report's rows as CSV, with a line of names (RFC 4180). */
export function toCsv({ rows }: Pick<BenchReport, "rows">): string {
  const lines = rows.map((row) => [
    row.engine,
    row.model,
    row.dtype,
    row.threads,
    row.backend,
    row.test,
    row.unit,
    row.samples.mean,
    row.samples.deviation,
    row.samples.median,
    row.samples.samples.length,
    row.share?.of,
    row.share?.value,
    row.ratio,
  ]);
  return [HEAD, ...lines].map((cells) => cells.map(cell).join(",") + "\r\n")
    .join("");
}

function cell(value: string | number | undefined): string {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
