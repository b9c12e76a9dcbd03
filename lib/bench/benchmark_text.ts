import { type BenchmarkRecord, rowsOf } from "../api/benchmark.ts";
import { toCsv } from "./csv_report.ts";
import { showValue, table, toMarkdown } from "./report.ts";

/** A benchmark as the command line prints it. */
export function benchmarkText(
  record: BenchmarkRecord,
  format: "csv" | "md",
): string {
  if (format === "csv") return toCsv({ rows: rowsOf(record) });
  if (record.report !== undefined) return toMarkdown(record.report);
  // Of numbers of elsewhere the rows are all that is known.
  const rows = rowsOf(record).map((row) => [
    row.engine,
    `${row.model} ${row.dtype}`,
    row.backend,
    String(row.threads),
    row.test,
    showValue(row.samples, row.unit),
  ]);
  const head = ["engine", "model", "backend", "threads", "test", "result"];
  return table(head, rows).join("\n") + "\n";
}
